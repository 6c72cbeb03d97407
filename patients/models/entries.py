from typing import Any

from django.db import models

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, PatientRow
from programs.models import Step, Worksheet


class EntryQuerySet(ClinicalQuerySet["Entry"]):
    def current(self) -> "EntryQuerySet":
        """Leaving out those that a newer version took the place of, and withdrawn log lines."""
        return self.filter(superseded_by=None, is_withdrawn=False)

    def of(self, slug: str) -> "EntryQuerySet":
        """Those of one worksheet, in whichever version of the programme it was filled."""
        return self.filter(worksheet__slug=slug)

    def with_sheet(self) -> "EntryQuerySet":
        """With `sheet_slug`, by which entries of several versions belong together."""
        return self.annotate(sheet_slug=models.F("worksheet__slug"))  # type: ignore[no-redef]  # said on the model, for who reads it

    def fill_up(self, enrolment: Enrolment, worksheet: Worksheet) -> bool:
        """Whether there are as many live entries of a worksheet as an enrolment may have (`max_entries`).

        Counted by slug: an enrolment that moved to a newer version of the programme keeps its entries.
        """
        most = (worksheet.definition.get("log") or {}).get("max_entries")
        live = self.current().of(worksheet.slug).filter(enrolment=enrolment)
        return most is not None and live.count() >= int(most)


class Entry(PatientRow):
    """One filling-in of a worksheet, as it was submitted. Never changed: a correction is a new
    entry that points to the one it takes the place of.

    Numbers, dates and choices are in `values`, everything that was written is in `texts`, encrypted.
    """

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="entries")
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="entries")
    worksheet = models.ForeignKey(Worksheet, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The draft it grew out of: submitting the same form again gives the same entry.
    submission_id = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    values = models.JSONField(default=dict)
    texts = EncryptedJSONField()
    # The day it is about, in the patient's time zone, for logs.
    on_date = models.DateField(null=True, blank=True, db_index=True)
    # A log line that the patient took out again: stays as history, counts for nothing.
    is_withdrawn = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=True)
    locale = models.CharField(max_length=10)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=clock.now)

    # From `with_sheet`.
    sheet_slug: str

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at"]
        indexes = [models.Index(fields=["enrolment", "worksheet", "on_date"], name="entry_log")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def answers(self) -> dict[str, Any]:
        """All answers by field name."""
        merged: dict[str, Any] = {**self.values, **self.texts}
        return merged
