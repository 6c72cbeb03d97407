"""That somebody of the team saw a worsening and dealt with it, so that it need not head the list for ever."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, PatientRow


class WorseSeenQuerySet(ClinicalQuerySet["WorseSeen"]):
    def newest(self) -> "WorseSeenQuerySet":
        """Of each enrolment the mark that counts."""
        return self.order_by("enrolment_id", "-at", "-pk").distinct("enrolment_id")


class WorseSeen(PatientRow):
    """A worsening, with what was done about it. Never changed: the newest counts.

    `scores` says by questionnaire what was seen: `{"phq-9": {"value": "16", "on": "2026-03-04"}}`.
    """

    class Act(models.TextChoices):
        PATIENT = "patient", _("talked about it with the patient")
        TEAM = "team", _("discussed it in the team or in supervision")
        WATCH = "watch", _("read it, and will watch how it goes on")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="worsenings_seen")
    scores = models.JSONField(encoder=DjangoJSONEncoder)
    act = models.CharField(max_length=8, choices=Act.choices)
    note = EncryptedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = WorseSeenQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["enrolment", "-at"], name="worse_seen_of_enrolment")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
