from datetime import datetime

from django.db import models
from django.db.models import Q

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, EnrolmentDataQuerySet, PatientRow
from programs.models import Module, Step


class ModuleProgressQuerySet(EnrolmentDataQuerySet["ModuleProgress"]):
    pass


class ModuleProgress(PatientRow):
    """A module that is open for a patient: since when, by whom, and when its core was done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="module_progress")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    unlocked_at = models.DateTimeField(default=clock.now)
    # Empty when the rule opened it and no person did.
    unlocked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    first_opened_at = models.DateTimeField(null=True, blank=True)
    core_completed_at = models.DateTimeField(null=True, blank=True)
    # By how many days flare-ups, pauses and extensions have moved its deadlines; kept by the actions.
    moved_days = models.PositiveSmallIntegerField(default=0)
    # When a therapist last asked to go through it again; what was done before is kept and counts no more.
    repeated_at = models.DateTimeField(null=True, blank=True)
    # It is left out of this patient's course: nothing of it is asked for any more.
    is_skipped = models.BooleanField(default=False)

    objects = ModuleProgressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "module"], name="module_unlocked_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def asked_since(self) -> datetime:
        """From when on its work counts: since it opened, or since it is to be repeated."""
        return self.repeated_at or self.unlocked_at

    def counts(self, moment: datetime) -> bool:
        """Whether what was done at `moment` belongs to this time of going through it."""
        return self.repeated_at is None or moment >= self.repeated_at


class ModuleHoldQuerySet(EnrolmentDataQuerySet["ModuleHold"]):
    def standing(self) -> "ModuleHoldQuerySet":
        return self.filter(released_at=None)


class ModuleHold(PatientRow):
    """A therapist's "wait with the next module". The note is for staff; the patient sees a kind sentence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="holds")
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=clock.now)
    reason = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ModuleHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(released_at=None), name="hold_one_standing_per_enrolment"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StepProgressQuerySet(ClinicalQuerySet["StepProgress"]):
    pass


class StepProgress(PatientRow):
    """A step that the patient has been at; `done_at` is set when they went on from it.

    `visited_at` is the latest visit on any device: the newest one is where the patient was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="step_progress")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    visited_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = StepProgressQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "step"], name="step_progress_once")]

    def __str__(self) -> str:
        return str(self.pk)


class CheckAnswerQuerySet(ClinicalQuerySet["CheckAnswer"]):
    pass


class CheckAnswer(PatientRow):
    """An answer to a check question. Every try is kept; the newest counts; it never blocks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="check_answers")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=60)
    option = models.PositiveSmallIntegerField()
    is_correct = models.BooleanField()
    answered_at = models.DateTimeField(default=clock.now)

    objects = CheckAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["answered_at"]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class StepRatingQuerySet(ClinicalQuerySet["StepRating"]):
    pass


class StepRating(PatientRow):
    """How strong something was before and after an exercise, 0 to 10. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="step_ratings")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    before = models.PositiveSmallIntegerField(null=True)
    after = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(default=clock.now)

    objects = StepRatingQuerySet.as_manager()

    class Meta:
        ordering = ["rated_at"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(before=None) | Q(before__lte=10)) & (Q(after=None) | Q(after__lte=10)),
                name="step_rating_range",
            ),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
