from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.ids import new_id
from patients.models.scope import EnrolmentDataQuerySet, PatientRow
from programs.models import ProgrammeVersion


class EnrolmentQuerySet(EnrolmentDataQuerySet["Enrolment"]):
    def active(self) -> "EnrolmentQuerySet":
        return self.filter(state=Enrolment.State.ACTIVE)


class Enrolment(PatientRow):
    """A patient on a programme. It stays on the programme version it began with."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")
        COMPLETED = "completed", _("completed")
        STOPPED = "stopped", _("stopped")

    class Guidance(models.TextChoices):
        REGULAR = "regular", _("regular: the therapist writes every week")
        ON_REQUEST = "on-request", _("on request: the therapist answers when asked")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme_version = models.ForeignKey(
        ProgrammeVersion, on_delete=models.PROTECT, related_name="enrolments"
    )
    # In the patient's own time zone.
    starts_on = models.DateField(_("start date"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(default=clock.now)
    # How much contact was agreed at the start; results are told apart by it, nothing else hangs on it.
    guidance = models.CharField(
        _("guidance"), max_length=12, choices=Guidance.choices, default=Guidance.REGULAR
    )
    # What the patient said at the start; None until then. Some questionnaires are for back pain only.
    has_back_pain = models.BooleanField(null=True, blank=True)
    # Kept by the actions whenever the patient does something, for worklists and reminders.
    last_activity_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state__in=["active", "paused"]),
                name="enrolment_one_running_per_patient",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def has_ended(self) -> bool:
        """Whether the treatment was gone through or stopped; it can be taken up again."""
        return self.state in (self.State.COMPLETED, self.State.STOPPED)

    @property
    def therapist(self) -> User | None:
        """Who treats this patient now. Prefetch `assignments__therapist` on list pages."""
        running = [a for a in self.assignments.all() if a.is_running and a.kind == Assignment.Kind.PRIMARY]
        return running[0].therapist if running else None


class AssignmentQuerySet(EnrolmentDataQuerySet["Assignment"]):
    def running(self) -> "AssignmentQuerySet":
        return self.filter(ended_at=None, started_at__lte=clock.now())


class Assignment(PatientRow):
    """Who treats a patient, from when until when. An ended one gives no access."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("therapist")
        COVER = "cover", _("cover")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="assignments")
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PRIMARY)
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(ended_at=None, kind="primary"),
                name="assignment_one_primary_per_enrolment",
            ),
        ]
        indexes = [
            models.Index(fields=["therapist"], condition=Q(ended_at=None), name="assignment_running"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.started_at <= clock.now()


def running_enrolments() -> Any:
    """Condition for enrolments that have not ended."""
    return Q(state__in=[Enrolment.State.ACTIVE, Enrolment.State.PAUSED])
