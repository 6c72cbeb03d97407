from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.entries import Entry
from patients.models.scope import ClinicalQuerySet, PatientRow
from programs.models import Module


class HomeworkQuerySet(ClinicalQuerySet["Homework"]):
    def newest(self) -> "HomeworkQuerySet":
        """Only the last version of each module's homework."""
        later = Homework.objects.filter(
            enrolment=models.OuterRef("enrolment"),
            module__slug=models.OuterRef("module__slug"),
            version__gt=models.OuterRef("version"),
        )
        return self.filter(~models.Exists(later))

    def of_week(self, module: Module) -> "HomeworkQuerySet":
        """Those of one week, in whichever version of the programme they were handed in."""
        return self.filter(module__slug=module.slug)

    def with_week(self) -> "HomeworkQuerySet":
        """With `week_id`: the module of the course's present version that it belongs to; else none."""
        now = Module.objects.filter(
            version=models.OuterRef("enrolment__programme_version"), slug=models.OuterRef("module__slug")
        )
        return self.annotate(week_id=models.Subquery(now.values("pk")[:1]))  # type: ignore[no-redef]  # as above

    def awaiting_review(self) -> "HomeworkQuerySet":
        """Handed in and not yet answered; an older version is not waited for any more."""
        return self.newest().filter(review=None)


class Homework(PatientRow):
    """What a patient handed in for a module, as one version. A resubmission is a new version."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="homework")
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="homework")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    # Made by the form, so that a double click hands in once.
    submission_id = models.UUIDField(unique=True)
    entries = models.ManyToManyField(Entry, related_name="homework")
    note = EncryptedTextField(null=True)
    submitted_at = models.DateTimeField(default=clock.now)
    # By when the therapist shall have answered, by the clinic's working days.
    review_due_at = models.DateTimeField()

    # From `with_week`.
    week_id: UUID

    objects = HomeworkQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "module", "version"], name="homework_version_once"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class ReviewQuerySet(ClinicalQuerySet["Review"]):
    pass


class Review(PatientRow):
    """The therapist's answer to one version of homework. Append-only; exactly one per version."""

    class Outcome(models.TextChoices):
        REVIEWED = "reviewed", _("reviewed")
        ANOTHER_LOOK = "another_look", _("another look, please")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    homework = models.OneToOneField(Homework, on_delete=models.PROTECT, related_name="review")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    comment = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class ReviewCommentQuerySet(ClinicalQuerySet["ReviewComment"]):
    pass


class ReviewComment(PatientRow):
    """What the therapist said of one answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="comments")
    # Empty when it is about the entry as a whole.
    field = models.CharField(max_length=60, blank=True)
    body = EncryptedTextField()

    objects = ReviewCommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "entry", "field"], name="review_comment_once_per_answer"
            ),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
