from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.scoping import ScopedQuerySet
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedBytesField, EncryptedJSONField
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.measures import Occasion
from patients.models.scope import NOBODY, PatientRow, clinical_scope


class ReportBatchQuerySet(ScopedQuerySet["ReportBatch"]):
    def visible_to(self, user: object) -> "ReportBatchQuerySet":
        """Only who asked for it; which of its reports they may know of is said by the reports."""
        return self.filter(requested_by=user) if isinstance(user, User) else self.filter(NOBODY)


class ReportBatch(models.Model):
    """Reports on several patients that one person asked for together."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The request form's own id: a double click asks once.
    request_id = models.UUIDField(unique=True)
    requested_at = models.DateTimeField(default=clock.now)

    objects = ReportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["requested_by", "-requested_at"], name="report_batch_of_person")]

    def __str__(self) -> str:
        return str(self.pk)


class ReportQuerySet(ScopedQuerySet["Report"]):
    def visible_to(self, user: object) -> "ReportQuerySet":
        """A report is for one reader, who sees it while they may see the patient's treatment.

        A letter that left the clinic is a part of the record besides: who treats the patient now, and
        the patient, may read it once it is made.
        """
        if not isinstance(user, User):
            return self.filter(NOBODY)
        letter = models.Q(edition=Report.Edition.REFERRER, state=Report.State.READY)
        return self.filter(clinical_scope(user), models.Q(reader=user) | letter)

    def asked_by(self, user: object) -> "ReportQuerySet":
        """What `user` asked for, whoever reads it, without the file: to say how far it is."""
        if not isinstance(user, User):
            return self.filter(NOBODY)
        return self.filter(clinical_scope(user), requested_by=user).defer("content", "letter")

    def unfinished(self) -> "ReportQuerySet":
        return self.filter(state__in=[Report.State.QUEUED, Report.State.RUNNING])

    def light(self) -> "ReportQuerySet":
        """Without the file, which only the download needs."""
        return self.defer("content")

    def waiting(self) -> "ReportQuerySet":
        """Those to be made: new ones, and ones whose maker died (the lease ran out)."""
        free = models.Q(lease_until=None) | models.Q(lease_until__lt=clock.now())
        return self.unfinished().filter(free)


class Report(PatientRow):
    """A PDF of a patient's course or of the programme, made in the background for a stated reader."""

    class Edition(models.TextChoices):
        PATIENT = "patient", _("for the patient")
        THERAPIST = "therapist", _("for the therapist")
        REFERRER = "referrer", _("letter to the referrer or GP")

    class Scope(models.TextChoices):
        """What is on paper: the progress so far, or a part of the programme, empty or filled in."""

        PROGRESS = "progress", _("progress report")
        COURSE = "course", _("workbook")
        MODULE = "module", _("one week")
        STEP = "step", _("one step")
        WORKSHEET = "worksheet", _("empty form")
        ENTRY = "entry", _("what you wrote")
        LOG = "log", _("log")
        PLAN = "plan", _("safety plan")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    class Fault(models.TextChoices):
        """Why a report was not made; a code and never a text, which could quote what a patient wrote."""

        NO_ACCESS = "no_access", _("The record is not open to you any more.")
        UNAVAILABLE = "unavailable", _("PDFs cannot be made on this installation.")
        TOO_LARGE = "too_large", _("The report became too long.")
        GONE = "gone", _("What was to be printed is not there any more.")
        BROKEN = "broken", _("Something went wrong while the report was made.")

    MAX_ATTEMPTS = 3

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="reports")
    # Whose eyes it is made with, and who opens it. Of a letter the therapist who signs it.
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Who asked; nobody for one that the schedule makes.
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(
        ReportBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    # The time point that the schedule makes it for.
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    edition = models.CharField(max_length=9, choices=Edition.choices)
    scope = models.CharField(max_length=9, choices=Scope.choices, default=Scope.PROGRESS)
    # Which one: a week ("3"), a step ("3/4"), a form or log (its slug), an entry (its id).
    target = models.CharField(max_length=80, blank=True)
    # What it is called in the programme; never what a patient wrote.
    title = models.CharField(max_length=300, blank=True)
    large_print = models.BooleanField(default=False)
    # Whom a letter is to (`name`, `address`), the therapist's paragraph (`note`), and whether it says how
    # safety was looked after (`tells_safety`).
    letter = EncryptedJSONField(null=True, blank=True)
    # Whether the cover of a workbook bears the patient's name.
    is_named = models.BooleanField(default=False)
    # The request form's own id: a double click asks once.
    request_id = models.UUIDField(unique=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    fault = models.CharField(max_length=11, choices=Fault.choices, blank=True)
    percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    requested_at = models.DateTimeField(default=clock.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    content = EncryptedBytesField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by", "enrolment", "edition", "scope", "target"],
                condition=models.Q(
                    state__in=["queued", "running"],
                    batch=None,
                    occasion=None,
                    edition__in=["patient", "therapist"],
                ),
                name="report_one_unfinished_per_reader",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "occasion", "edition"],
                condition=models.Q(occasion__isnull=False),
                name="report_once_per_occasion",
            ),
            models.UniqueConstraint(
                fields=["batch", "enrolment"],
                condition=models.Q(batch__isnull=False),
                name="report_once_per_batch",
            ),
            models.CheckConstraint(
                condition=models.Q(edition="referrer", letter__isnull=False)
                | (~models.Q(edition="referrer") & models.Q(letter__isnull=True)),
                name="report_letter_has_addressee",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="report_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.READY, self.State.FAILED}

    @property
    def is_progress(self) -> bool:
        return self.scope == self.Scope.PROGRESS

    @property
    def is_letter(self) -> bool:
        return self.edition == self.Edition.REFERRER

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY
