"""Marking texts that should be read soon, in the transaction that stores them; and reading them."""

from typing import Any
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import Actor, System, record
from painclinic.audit.models import Action
from painclinic.batch import Batch
from patients.models import AttentionMark, AttentionReading
from patients.models.scope import PatientRow
from patients.safety.attention import VERSION, is_marked, texts_in

WATCHER = System("keyword-attention")


def mark_if_needed(
    *, by: Actor, written: str, row: PatientRow, texts: Any, batch: Batch | None = None
) -> AttentionMark | None:
    """Put "please read soon" on what a patient wrote (`row`), if its words ask for it.

    Part of the transaction that stores the text, or of its `batch`; no query for a text without such
    words. `texts` is a text, or lists and mappings of texts. Raises no alert, and changes nothing
    that is there.
    """
    if not is_marked(texts_in(texts)):
        return None
    mark = AttentionMark(
        written=written,
        object_id=row.pk,
        patient_id=row.patient_id,
        clinic_id=row.clinic_id,
        words_version=VERSION,
        at=clock.now(),
    )
    mine = batch or Batch()
    mine.add(mark)
    mine.record(by=by, action=Action.WRITE, verb="attention-mark", obj=mark)
    if batch is None:
        mine.write()
    return mark


@transaction.atomic
def note_read(*, by: User, written: str, object_id: UUID) -> AttentionReading | None:
    """Note that `by` has read a marked text. None for a text without a mark; twice is once."""
    marks = AttentionMark.objects.select_for_update(no_key=True).filter(written=written, object_id=object_id)
    mark = marks.first()
    if mark is None:
        return None
    there = AttentionReading.objects.filter(mark=mark).first()
    if there:
        return there
    reading = AttentionReading.objects.create(
        mark=mark, patient_id=mark.patient_id, clinic_id=mark.clinic_id, by=by, at=clock.now()
    )
    record(by=by, action=Action.WRITE, verb="attention-read", obj=reading)
    return reading
