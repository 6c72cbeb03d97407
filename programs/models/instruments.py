"""Questionnaires as data, who may use which, and when each is asked. See `programs.instruments`."""

from typing import Self

from django.db import models
from django.db.models import Q

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from programs.models.course import Programme


class Instrument(models.Model):
    """A questionnaire, in all its languages and versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    # Ours, or free to reproduce. Everything else comes as a pack and needs a licence at each clinic.
    is_builtin = models.BooleanField(default=False)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class InstrumentVersionQuerySet(models.QuerySet["InstrumentVersion"]):
    def newest(self, *, slug: str, language: str) -> "InstrumentVersion | None":
        """The version that a new response gets, if there is one in this language."""
        return self.filter(instrument__slug=slug, language=language).order_by("-number").first()

    def with_instrument(self) -> Self:
        return self.select_related("instrument")


class InstrumentVersion(models.Model):
    """One text of a questionnaire in one language, with its scoring. Never changed: scores keep it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now)

    objects = InstrumentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["instrument", "language", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "language", "number"], name="instrument_version_once"
            ),
            models.UniqueConstraint(
                fields=["instrument", "language", "content_hash"], name="instrument_text_once"
            ),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return f"{self.instrument_id} ({self.language}, version {self.number})"


class InstrumentLicence(models.Model):
    """A named person's word that a clinic may use a licensed questionnaire. Appended: the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="instrument_licences")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="licences")
    is_active = models.BooleanField(default=True)
    holder = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    # The last day, in the clinic's time zone, on which it may be asked.
    valid_until = models.DateField(null=True, blank=True)
    attested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # As typed by the person, beside who was signed in.
    attested_name = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False)
                | (~Q(reference="") & ~Q(holder="") & ~Q(attested_name="") & Q(valid_until__isnull=False)),
                name="licence_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "instrument", "at"], name="licence_of_clinic")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class MeasureSchedule(models.Model):
    """When a clinic asks which questionnaires in a programme. Appended: the newest counts.

    Without one the programme's own schedule holds (clinical reference, 2.3).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="measure_schedules")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="measure_schedules")
    number = models.PositiveIntegerField()
    plan = models.JSONField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "programme", "number"], name="schedule_number_once"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
