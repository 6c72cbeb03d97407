from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, PatientRow
from programs.models import Module, Step, Worksheet


class CourseChangeQuerySet(ClinicalQuerySet["CourseChange"]):
    def with_subjects(self) -> "CourseChangeQuerySet":
        """With what they are about, oldest first."""
        found = self.select_related("module", "step__module", "worksheet", "by", "undoes")
        return found.order_by("at", "pk")


class CourseChange(PatientRow):
    """A therapist made one patient's course different, with a reason that the patient reads.

    Never altered: taking one back is a new row that points to it. `patients.course_plan` says what
    all of them come to.
    """

    class Kind(models.TextChoices):
        SKIP = "skip", _("leave a week out")
        REORDER = "reorder", _("change the order")
        ADD_MODULE = "add_module", _("add a week")
        ADD_STEP = "add_step", _("add a step")
        ADD_WORKSHEET = "add_worksheet", _("add a worksheet")
        EXTEND_WINDOW = "extend_window", _("more time for the course")
        EXTEND_HOMEWORK = "extend_homework", _("more time for homework")
        REPEAT = "repeat", _("repeat a week")
        FEEDBACK = "feedback", _("feedback before the next week")
        HOLD = "hold", _("wait with the next week")
        UNLOCK = "unlock", _("open a week early")
        VERSION = "version", _("a newer text of the course")
        END = "end", _("end the treatment")
        RESUME = "resume", _("take the treatment up again")
        UNDO = "undo", _("take a change back")

    class Ending(models.TextChoices):
        """How a treatment ended. `stopped` and why is what results count as drop-out."""

        COMPLETED = "completed", _("It was gone through as planned")
        BETTER = "better", _("Stopped early: they are well enough")
        NO_HELP = "no-help", _("Stopped early: it did not help them")
        TOO_MUCH = "too-much", _("Stopped early: it was too much, or there was no time")
        HEALTH = "health", _("Stopped early: because of their health")
        REFERRED = "referred", _("Stopped early: they need another treatment")
        UNREACHABLE = "unreachable", _("Stopped early: nobody could reach them")
        OTHER = "other", _("Stopped early: another reason")

    MAX_REASON = 300

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="course_changes")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    module = models.ForeignKey(Module, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    worksheet = models.ForeignKey(
        Worksheet, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Days, an order of week numbers, whether feedback is required: never anything that was written.
    payload = models.JSONField(default=dict)
    reason = EncryptedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    objects = CourseChangeQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="undo", undoes__isnull=False) | (~Q(kind="undo") & Q(undoes=None)),
                name="course_change_undo_names_another",
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "at"], name="course_change_of_enrolment")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
