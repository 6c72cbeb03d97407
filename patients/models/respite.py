from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, PatientRow


class RespiteQuerySet(ClinicalQuerySet["Respite"]):
    def running(self) -> "RespiteQuerySet":
        """Those that last now; one whose days are over has ended by itself."""
        return self.filter(ended_at=None, ends_at__gt=clock.now())

    def flare_ups(self) -> "RespiteQuerySet":
        return self.filter(kind=Respite.Kind.FLARE_UP)

    def pauses(self) -> "RespiteQuerySet":
        return self.filter(kind=Respite.Kind.PAUSE)


class Respite(PatientRow):
    """Days on which the course asks for nothing: a flare-up, or a pause.

    It ends by itself at `ends_at`, without anybody's doing, or earlier at `ended_at`. Only how long
    it lasts ever changes.
    """

    class Kind(models.TextChoices):
        FLARE_UP = "flare_up", _("flare-up")
        PAUSE = "pause", _("pause")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="respites")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Whole days of the patient's own calendar, the first one included.
    days = models.PositiveSmallIntegerField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Why a therapist paused the course, told to the patient; empty when patients do it themselves.
    reason = EncryptedTextField(null=True)

    objects = RespiteQuerySet.as_manager()

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1), name="respite_lasts_a_day"),
            models.UniqueConstraint(
                fields=["enrolment", "kind"], condition=Q(ended_at=None), name="respite_one_open_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "ends_at"], name="respite_of_enrolment")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_running(self) -> Any:
        return self.ended_at is None and self.ends_at > clock.now()

    def first_day(self, zone: str) -> date:
        """The day on which it began, where the patient lives."""
        return self.started_at.astimezone(ZoneInfo(zone)).date()

    def goes_on_day(self, zone: str) -> date:
        """The day on which the course goes on by itself."""
        return self.ends_at.astimezone(ZoneInfo(zone)).date()

    def last_day(self, zone: str) -> date:
        """The last day of it; the day on which somebody ended it still counts."""
        if self.ended_at and self.ended_at < self.ends_at:
            return self.ended_at.astimezone(ZoneInfo(zone)).date()
        return self.goes_on_day(zone) - timedelta(days=1)
