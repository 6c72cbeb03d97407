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
from programs.formulas.sleep_window import LEAST_MINIMUM, MOST_MINIMUM


class SleepWindowQuerySet(ClinicalQuerySet["SleepWindow"]):
    def newest(self) -> "SleepWindow | None":
        """The latest word on it, on or off; None when nobody ever touched it: then it is off."""
        return self.select_related("by").order_by("-at", "-pk").first()


class SleepWindow(PatientRow):
    """A therapist turned the sleep-window tools of one patient on or off. Appended: the newest row counts.

    A row that turns them on names every stop that was ruled out (clinical reference, 1.3, W10).
    """

    class Stop(models.TextChoices):
        BIPOLAR = "bipolar", _("bipolar disorder, now or in the past")
        SEIZURES = "seizures", _("epilepsy or other seizures")
        APNOEA = "apnoea", _("sleep apnoea that is not treated")
        SLEEPWALKING = "sleepwalking", _("sleepwalking")
        PREGNANCY = "pregnancy", _("pregnancy")
        FALLS = "falls", _("a high risk of falling")
        DRIVING = "driving", _("work in which drowsiness is dangerous, such as driving")

    MAX_REASON = 300

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="sleep_windows")
    is_on = models.BooleanField()
    # The shortest window that may ever be suggested, in minutes.
    minimum = models.PositiveSmallIntegerField()
    # The stops that the therapist has asked about and ruled out.
    ruled_out = models.JSONField(default=list)
    # The patient reads it.
    reason = EncryptedTextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = SleepWindowQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum__gte=LEAST_MINIMUM, minimum__lte=MOST_MINIMUM),
                name="sleep_window_minimum_is_safe",
            ),
            models.CheckConstraint(
                condition=Q(is_on=False)
                | Q(
                    ruled_out__contains=[
                        "bipolar",
                        "seizures",
                        "apnoea",
                        "sleepwalking",
                        "pregnancy",
                        "falls",
                        "driving",
                    ]
                ),
                name="sleep_window_rules_out_every_stop",
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "at"], name="sleep_window_of_enrolment")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
