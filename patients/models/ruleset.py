"""A clinic's signature under the rule set of alerts."""

from django.db import models

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id


class RuleSetSignatureQuerySet(models.QuerySet["RuleSetSignature"]):
    def newest(self, clinic: Clinic) -> "RuleSetSignature | None":
        """The one that counts for a clinic."""
        return self.filter(clinic=clinic).order_by("-signed_at", "-pk").select_related("by").first()


class RuleSetSignature(models.Model):
    """The clinical lead has read the rules, and answers for their use at the clinic. Never changed.

    It keeps every line as it was signed, so that it can be read when the product has newer rules.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rule_set_signatures")
    version = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=16)
    # What was on the page: a list of [level, rule in words], in the language in which it was read.
    lines = models.JSONField()
    # The times that count from then on, where they are shorter than the reference.
    timers = models.JSONField(default=dict)
    # As it was typed; `by` is whose password was given.
    name = models.CharField(max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=clock.now)

    objects = RuleSetSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        indexes = [models.Index(fields=["clinic", "-signed_at"], name="rule_set_signature_newest")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
