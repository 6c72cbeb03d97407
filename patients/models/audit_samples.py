"""The monthly sample of alerts that is read again, and what was found. Clinical reference, 4.1 [D]."""

from typing import Any

from django.db import models
from django.db.models import Q

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import M, ScopedQuerySet, clinics_where
from painclinic.accounts.models import Clinic, User
from painclinic.crypto.fields import EncryptedJSONField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.alerts import Alert
from patients.models.measures import Response
from patients.models.scope import PatientRow


class AuditSample(models.Model):
    """What was drawn for one clinic and one month. Never changed; nobody can draw it a second time.

    With the seed and the rows of the month anybody can work out again which items had to come.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="audit_samples")
    # The first day of the month that the sample is of.
    month = models.DateField()
    seed = models.CharField(max_length=64)
    # How many there were to draw from, and how many of them were to be drawn (None: all), by stratum.
    population = models.JSONField()
    sizes = models.JSONField()
    # A hash of everything there was to draw from.
    digest = models.CharField(max_length=64)
    drawn_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["clinic", "month"], name="audit_sample_once")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class AuditQuerySet(ScopedQuerySet[M]):
    """For those of the clinic who read the sample; nobody else, the treating therapist included."""

    def visible_to(self, user: Any) -> "Any":
        return self.filter(clinic_id__in=clinics_where(user, Permission.SAFETY_AUDIT))


class AuditItemQuerySet(AuditQuerySet["AuditItem"]):
    pass


class AuditItem(PatientRow):
    """One alert of a sample, or one answer that raised none. Never changed."""

    class Stratum(models.IntegerChoices):
        CONTROL = 0
        R1 = 1
        R2 = 2
        R3 = 3

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField()
    # The highest level that the alert had in its month; 0 for an answer without an alert.
    stratum = models.PositiveSmallIntegerField(choices=Stratum.choices)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    response = models.ForeignKey(Response, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who is asked to read it; others who may can do it as well. Empty when there was nobody.
    reader = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = AuditItemQuerySet.as_manager()

    class Meta:
        ordering = ["sample", "number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="audit_item_number_once"),
            models.CheckConstraint(
                condition=Q(stratum=0, alert=None, response__isnull=False)
                | Q(stratum__gte=1, stratum__lte=3, alert__isnull=False, response=None),
                name="audit_item_is_one_thing",
            ),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class AuditReviewQuerySet(AuditQuerySet["AuditReview"]):
    pass


class AuditReview(PatientRow):
    """What somebody found when they read an item. A correction is a further row; the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(AuditItem, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveIntegerField()
    # Answers by question, and words (`patients.safety.audit`).
    said = EncryptedJSONField()
    # Whether the reader had acted on the alert themself.
    was_involved = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AuditReviewQuerySet.as_manager()

    class Meta:
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="audit_review_number_once"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
