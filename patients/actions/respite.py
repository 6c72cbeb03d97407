"""Hard days and pauses: the course asks for nothing for a while, and goes on by itself."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.deadlines import move_deadlines
from patients.actions.enrolment import note_activity
from patients.actions.progress import unlock_if_due
from patients.models import Enrolment, Respite

Kind = Respite.Kind
# What is offered when a flare-up begins with one tap; within the clinic's limits.
USUAL_FLARE_UP = 3
# A therapist may pause longer than a patient alone; a rest of more than twelve weeks is a stop.
STAFF_PAUSE_MOST = 84
MAX_REASON = 300


class DaysOutOfRangeError(Exception):
    """The clinic allows `least` to `most` days."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__("days out of range")
        self.least, self.most = least, most


class PauseReasonNeededError(Exception):
    """A therapist who pauses a course says why; the patient reads it."""


def flare_up_limits(clinic: Clinic) -> tuple[int, int]:
    """The fewest and the most days of a flare-up at this clinic."""
    return clinic.flare_up_days_least, clinic.flare_up_days_most


def usual_flare_up(clinic: Clinic) -> int:
    """How many days a flare-up lasts unless the patient chooses otherwise."""
    least, most = flare_up_limits(clinic)
    return max(least, min(USUAL_FLARE_UP, most))


@transaction.atomic
def start_flare_up(*, by: User, enrolment: Enrolment, days: int | None = None) -> Respite:
    """Hard days begin: deadlines move, reminders of the course stop, the therapist sees it.

    One that runs already is returned as it is. Raises DaysOutOfRangeError.
    """
    enrolment = _locked(enrolment)
    running = Respite.objects.running().flare_ups().filter(enrolment=enrolment).first()
    if running:
        return running
    chosen = usual_flare_up(enrolment.clinic) if days is None else days
    _check(chosen, *flare_up_limits(enrolment.clinic))
    return _start(by, enrolment, Kind.FLARE_UP, chosen)


@transaction.atomic
def change_flare_up(*, by: User, enrolment: Enrolment, days: int) -> Respite | None:
    """Let the running flare-up last `days` in all, counted from its first day; None when none runs.

    Fewer days than have passed end it with today. Raises DaysOutOfRangeError.
    """
    enrolment = _locked(enrolment)
    _check(days, *flare_up_limits(enrolment.clinic))
    running = Respite.objects.running().flare_ups().filter(enrolment=enrolment).first()
    if running is None or running.days == days:
        return running
    zone = enrolment.patient.timezone
    passed = (clock.local_today(zone) - running.first_day(zone)).days + 1
    running.days = max(days, passed)
    running.ends_at = _end(running.started_at, running.days, zone)
    running.save(update_fields=["days", "ends_at"])
    note_activity(enrolment=enrolment)
    move_deadlines(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="flare-up-change", obj=running)
    return running


@transaction.atomic
def end_flare_up(*, by: User, enrolment: Enrolment) -> Respite | None:
    """The hard days are over; None when none were. Days not used move nothing."""
    return _finish(by, enrolment, Kind.FLARE_UP, "flare-up-end")


@transaction.atomic
def pause_course(*, by: User, enrolment: Enrolment, days: int, reason: str = "") -> Respite:
    """The course rests for `days`: nothing new opens and nobody is reminded of it. Messages go on.

    Patients pause for as long as their clinic allows, as often as they need; a therapist for longer,
    with a reason that the patient reads. One that runs is returned as it is.
    Raises DaysOutOfRangeError, PauseReasonNeededError.
    """
    enrolment = _locked(enrolment)
    is_own = enrolment.patient.user_id == by.pk
    if not is_own and not reason.strip():
        raise PauseReasonNeededError
    running = Respite.objects.running().pauses().filter(enrolment=enrolment).first()
    if running:
        return running
    _check(days, 1, enrolment.clinic.pause_days_most if is_own else STAFF_PAUSE_MOST)
    return _start(by, enrolment, Kind.PAUSE, days, reason.strip()[:MAX_REASON])


@transaction.atomic
def resume_course(*, by: User, enrolment: Enrolment) -> Respite | None:
    """Go on before the date; None when the course is not paused. What is due by the rule opens at once."""
    return _finish(by, enrolment, Kind.PAUSE, "pause-end")


def _start(by: User, enrolment: Enrolment, kind: str, days: int, reason: str = "") -> Respite:
    now = clock.now()
    # What ended by itself is closed with its own last moment before another begins.
    for over in Respite.objects.filter(enrolment=enrolment, kind=kind, ended_at=None):
        over.ended_at = over.ends_at
        over.save(update_fields=["ended_at"])
    respite = Respite.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        kind=kind,
        started_at=now,
        started_by=by,
        days=days,
        ends_at=_end(now, days, enrolment.patient.timezone),
        reason=reason or None,
    )
    _note(by, enrolment)
    move_deadlines(enrolment=enrolment)
    record(
        by=by, action=Action.WRITE, verb=f"{'pause' if kind == Kind.PAUSE else 'flare-up'}-start", obj=respite
    )
    return respite


def _finish(by: User, enrolment: Enrolment, kind: str, verb: str) -> Respite | None:
    enrolment = _locked(enrolment)
    running = Respite.objects.running().filter(enrolment=enrolment, kind=kind).first()
    if running:
        running.ended_at, running.ended_by = clock.now(), by
        running.save(update_fields=["ended_at", "ended_by"])
        _note(by, enrolment)
        move_deadlines(enrolment=enrolment)
        record(by=by, action=Action.WRITE, verb=verb, obj=running)
        unlock_if_due(by=by, enrolment=enrolment)
    return running


def _note(by: User, enrolment: Enrolment) -> None:
    if enrolment.patient.user_id == by.pk:
        note_activity(enrolment=enrolment)


def _check(days: int, least: int, most: int) -> None:
    if not least <= days <= most:
        raise DaysOutOfRangeError(least, most)


def _end(start: datetime, days: int, zone: str) -> datetime:
    """Midnight after the last day, where the patient lives."""
    last = start.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(last, time(0), ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def _locked(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "clinic")
    return rows.get(pk=enrolment.pk)
