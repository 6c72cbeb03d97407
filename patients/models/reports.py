from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.scoping import ScopedQuerySet
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedBytesField
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import NOBODY, PatientRow, clinical_scope


class ReportQuerySet(ScopedQuerySet["Report"]):
    def visible_to(self, user: object) -> "ReportQuerySet":
        """A report is made for one reader: only who asked for it sees it, while they may see the patient."""
        if not isinstance(user, User):
            return self.filter(NOBODY)
        return self.filter(clinical_scope(user), requested_by=user)

    def waiting(self) -> "ReportQuerySet":
        """Those to be made: new ones, and ones whose maker died (the lease ran out)."""
        unfinished = [Report.State.QUEUED, Report.State.RUNNING]
        return self.filter(
            models.Q(lease_until=None) | models.Q(lease_until__lt=clock.now()), state__in=unfinished
        )


class Report(PatientRow):
    """A PDF of a patient's course, made in the background for a stated reader."""

    class Edition(models.TextChoices):
        PATIENT = "patient", _("for the patient")
        THERAPIST = "therapist", _("for the therapist")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    MAX_ATTEMPTS = 3

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="reports")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edition = models.CharField(max_length=9, choices=Edition.choices)
    # The request form's own id: a double click asks once.
    request_id = models.UUIDField(unique=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    content = EncryptedBytesField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return str(self.pk)
