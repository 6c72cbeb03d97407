"""Counting: marks are worked off, courses are counted again, cells move by the difference."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clinics.results.facts import Facts, facts_of, next_look
from clinics.results.sources import Counted, read_courses
from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from painclinic.ids import new_id
from patients.models import Enrolment, Outcome, OutcomeCell, OutcomeDue

# Enrolments that are counted in one transaction.
CHUNK = 500
# Marks that one call works off: a course leaves many of them on a busy day.
MOST_MARKS = 20_000
# Two counts of the same enrolment never run at once, nor two changes of the same cell.
LOCK = 5_304_117

Key = tuple[UUID, UUID, UUID, str, int, str]


@transaction.atomic
def count_due(*, by: Actor) -> int:
    """Count the courses that something happened to, and those that time changes; returns how many.

    Up to `CHUNK` of them; call it until it returns 0. The marks go in the same transaction, so one that
    is broken off is done again, and one that is set meanwhile stays for the next call. Leaves a trace
    only when it counted anything.
    """
    _lock()
    ids = _take_marks() or _take_old()
    if ids:
        _count(ids)
        record(by=by, action=Action.WRITE, verb="results-count", object_type="patients.outcome")
    return len(ids)


@transaction.atomic
def rebuild_results(*, by: Actor) -> int:
    """Throw away every kept figure and make all of them again from the record; returns how many courses."""
    _lock()
    with connection.cursor() as cursor:
        # The cells go as a whole: nothing has to be taken back from them.
        cursor.execute("SELECT set_config('painclinic.rebuilding', 'on', true)")
    Outcome.objects.all().delete()
    OutcomeCell.objects.all().delete()
    OutcomeDue.objects.all().delete()
    ids = list(Enrolment.objects.order_by("pk").values_list("pk", flat=True))
    for chunk in _chunks(ids):
        _count(chunk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('painclinic.rebuilding', '', true)")
    record(by=by, action=Action.WRITE, verb="results-rebuild", object_type="patients.outcome")
    return len(ids)


def note_results_export(*, by: User, clinic: Clinic, rows_of: str) -> None:
    """Keep that a file with the clinic's data left the system, before its first line does."""
    record(
        by=by,
        action=Action.EXPORT,
        verb=f"results-export-{rows_of}",
        object_type="accounts.clinic",
        object_ids=[clinic.pk],
        clinic_id=clinic.pk,
    )


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _take_marks() -> list[UUID]:
    """The enrolments of the oldest marks; all marks of theirs are gone when the count is kept.

    They go before the courses are read: whatever set a mark that is seen here is read too.
    """
    marks = OutcomeDue.objects.order_by("pk")[:MOST_MARKS].values_list("enrolment_id", flat=True)
    ids = list(dict.fromkeys(marks))[:CHUNK]
    OutcomeDue.objects.filter(enrolment_id__in=ids).delete()
    return ids


def _take_old() -> list[UUID]:
    today = clock.now().date()
    rows = Outcome.objects.to_look_at(today).order_by("next_look_on", "pk")
    return list(rows.values_list("enrolment_id", flat=True)[:CHUNK])


def _count(ids: Sequence[UUID]) -> None:
    """Put these courses into the cells, after taking out what they put there before."""
    before = {one.enrolment_id: one for one in Outcome.objects.filter(enrolment__in=ids)}
    moves: dict[Key, Decimal] = {}
    outcomes = []
    courses = read_courses(ids)
    # A course that is none any more is taken back by the database as its outcome goes.
    gone = set(before) - {counted.enrolment.pk for counted in courses}
    Outcome.objects.filter(enrolment__in=gone).delete()
    for counted in courses:
        old = before.get(counted.enrolment.pk)
        if old:
            _move(moves, old, {name: Decimal(value) for name, value in old.facts.items()}, -1)
        outcome = _outcome(counted, old)
        _move(moves, outcome, {name: Decimal(value) for name, value in outcome.facts.items()}, 1)
        outcomes.append(outcome)
    fields = ["programme", "therapist", "guidance", "year", "facts", "counted_at", "next_look_on"]
    Outcome.objects.bulk_create(
        outcomes, update_conflicts=True, unique_fields=["enrolment"], update_fields=fields
    )
    _apply(moves)


def _outcome(counted: Counted, old: Outcome | None) -> Outcome:
    zone = counted.enrolment.clinic.timezone
    today = clock.local_today(zone)
    look = next_look(counted.course, today)
    return Outcome(
        id=old.pk if old else new_id(),
        patient_id=counted.enrolment.patient_id,
        clinic_id=counted.enrolment.clinic_id,
        enrolment=counted.enrolment,
        programme_id=counted.programme_id,
        therapist_id=counted.therapist_id,
        guidance=counted.guidance,
        year=counted.year,
        facts=facts_of(counted.course, today, zone),
        counted_at=clock.now(),
        # A day later than the clinic's may still be yesterday in UTC; then it is looked at once more.
        next_look_on=max(look, clock.now().date() + timedelta(1)) if look else None,
    )


def _move(moves: dict[Key, Decimal], outcome: Outcome, facts: Facts, sign: int) -> None:
    place = (
        outcome.clinic_id,
        outcome.programme_id,
        outcome.therapist_id,
        outcome.guidance,
        outcome.year,
    )
    for name, value in facts.items():
        moves[*place, name] = moves.get((*place, name), Decimal(0)) + sign * value


def _apply(moves: dict[Key, Decimal]) -> None:
    """Add to the cells, in one order for everybody; cells that are not there yet are made."""
    changed = sorted((key, value) for key, value in moves.items() if value)
    if not changed:
        return
    columns: list[list[Any]] = [list(column) for column in zip(*(key for key, _ in changed), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patients_outcomecell AS cell "
            "(clinic_id, programme_id, therapist_id, guidance, year, name, value) "
            "SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::smallint[], "
            "%s::text[], %s::numeric[]) "
            "ON CONFLICT (clinic_id, programme_id, therapist_id, guidance, year, name) "
            "DO UPDATE SET value = cell.value + EXCLUDED.value",
            [*columns, [value for _, value in changed]],
        )


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def cells_by_full_count(*, clinic: Clinic) -> dict[tuple[Any, ...], Decimal]:
    """What the cells of a clinic should hold, counted from the record without them. For checks."""
    moves: dict[Key, Decimal] = {}
    ids = list(Enrolment.objects.filter(clinic=clinic).order_by("pk").values_list("pk", flat=True))
    for chunk in _chunks(ids):
        for counted in read_courses(chunk):
            one = _outcome(counted, None)
            _move(
                moves, one, facts_of(counted.course, clock.local_today(clinic.timezone), clinic.timezone), 1
            )
    return {key: value for key, value in moves.items() if value}


def kept_cells(*, clinic: Clinic) -> dict[tuple[Any, ...], Decimal]:
    """What the cells of a clinic hold. For checks."""
    rows: Iterable[OutcomeCell] = OutcomeCell.objects.filter(clinic=clinic).exclude(value=0)
    return {
        (one.clinic_id, one.programme_id, one.therapist_id, one.guidance, one.year, one.name): one.value
        for one in rows
    }
