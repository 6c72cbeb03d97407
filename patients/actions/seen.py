"""Keeping that a worsening was seen, and what was done about it."""

from django.db import transaction

from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.measures.on_track import TrackStanding
from patients.models import Enrolment, WorseSeen

MAX_NOTE = 1000


class NothingWorseError(Exception):
    """There is no worsening that is not marked already."""


@transaction.atomic
def mark_worse_seen(
    *, by: User, enrolment: Enrolment, track: TrackStanding, act: str, note: str
) -> WorseSeen:
    """Keep that `by` saw what is worse in `track` now, and what was done about it.

    It leaves the list of who gets worse until a score is worse than it is now, or has been better and
    worsens again. Raises NothingWorseError when there is nothing to see: a double click marks once.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    if not track.unseen:
        raise NothingWorseError
    if act not in WorseSeen.Act.values or not note.strip():
        raise ValueError("says what was done, and a word on it")
    seen = WorseSeen.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        scores={
            one.instrument: {"value": str(one.latest.value), "on": one.latest.on_date.isoformat()}
            for one in track.worse
            if one.latest
        },
        act=act,
        note=note.strip()[:MAX_NOTE],
        by=by,
    )
    record(by=by, action=Action.WRITE, verb="worse-seen", obj=seen)
    return seen
