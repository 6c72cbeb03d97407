"""A clinic's own schedule of questionnaires, and the time points of enrolments that existed before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import DateField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.actions.measures import plan_occasions, planned_occasion
from patients.models import Enrolment, Occasion
from programs.models import MeasureSchedule, Programme
from programs.schedule import Point, as_data, default_schedule, read_schedule

Kind = Occasion.Kind
# Without these nothing can be said about change.
KEPT_KINDS = frozenset({Kind.BASELINE, Kind.POST})
# Nowhere on earth it is later than this.
EASTERNMOST = timedelta(hours=14)
PORTION = 500
T = TypeVar("T")


class KeptPointError(Exception):
    """The time points at the start and at the end cannot be taken out."""


@transaction.atomic
def set_schedule(
    *, by: User, clinic: Clinic, programme: Programme, points: Sequence[Point] | None
) -> MeasureSchedule:
    """Put a clinic's schedule in force, or with None the programme's own again.

    It counts for everybody who is enrolled from now on. For those who are enrolled it counts for time
    points that open after tomorrow: they move, come and go with the schedule. What can be answered
    already, was added by a therapist or holds an answer stays as it is.
    Raises ScheduleInvalidError, and KeptPointError, which comes first, when the start or the end is missing.
    """
    # Of two admins who save at the same time the second builds on the first.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if points is not None and not {point.kind for point in points} >= KEPT_KINDS:
        raise KeptPointError
    plan = as_data(points) if points is not None else {}
    wanted = read_schedule(plan) if plan else default_schedule(programme.slug)
    newest = MeasureSchedule.objects.filter(clinic=clinic, programme=programme).order_by("-number").first()
    schedule = MeasureSchedule.objects.create(
        clinic=clinic,
        programme=programme,
        number=newest.number + 1 if newest else 1,
        plan=plan,
        made_by=by,
    )
    record(by=by, action=Action.WRITE, verb="schedule-set", obj=schedule, clinic_id=clinic.pk)
    _apply(by, clinic, programme, wanted)
    return schedule


def _apply(by: User, clinic: Clinic, programme: Programme, points: Sequence[Point]) -> None:
    """Bring the time points that nobody has met yet in line; a fixed number of queries for each point."""
    # So that nothing changes that a patient can answer, wherever they live.
    tomorrow = clock.local_today(clinic.timezone) + timedelta(days=1)
    after = max(tomorrow, (clock.now().astimezone(UTC) + EASTERNMOST).date())
    ours = Enrolment.objects.filter(clinic=clinic, programme_version__programme=programme)
    ahead = Occasion.objects.filter(enrolment__in=ours, opens_on__gt=after, completed_at=None)
    ahead = ahead.exclude(kind=Kind.EXTRA).filter(responses=None, missing_reasons=None)
    Occasion.objects.filter(
        pk__in=ahead.exclude(slug__in=[point.slug for point in points]).values("pk")
    ).delete()
    for point in points:
        _move(ahead, point, after)
        for enrolments in _portions(_without(ours, point, after)):
            Occasion.objects.bulk_create(
                (planned_occasion(one, point) for one in enrolments), ignore_conflicts=True
            )
    record(
        by=by,
        action=Action.WRITE,
        verb="schedule-apply",
        object_type="patients.occasion",
        clinic_id=clinic.pk,
    )


def _move(ahead: QuerySet[Occasion], point: Point, after: date) -> None:
    start = Enrolment.objects.filter(pk=OuterRef("enrolment_id"))
    # Nothing is moved to a day that has come: it would have been missed without having been asked.
    still_ahead = start.filter(starts_on__gt=after - timedelta(days=point.day - point.opens))
    rows = ahead.filter(slug=point.slug, enrolment__in=still_ahead.values("pk"))
    Occasion.objects.filter(pk__in=rows.values("pk")).update(
        kind=point.kind,
        instruments=list(point.instruments),
        opens_on=_day(start, point.day - point.opens),
        due_on=_day(start, point.day),
        closes_on=_day(start, point.day + point.closes),
    )


def _day(start: QuerySet[Enrolment], days: int) -> Subquery:
    day = ExpressionWrapper(F("starts_on") + Value(timedelta(days=days)), output_field=DateField())
    return Subquery(start.annotate(day=day).values("day")[:1])


def _without(ours: QuerySet[Enrolment], point: Point, after: date) -> Iterable[Enrolment]:
    opens_later = ours.filter(starts_on__gt=after - timedelta(days=point.day - point.opens))
    return opens_later.exclude(occasions__slug=point.slug).order_by("pk").iterator(chunk_size=PORTION)


def plan_missing(*, by: Actor) -> int:
    """Plan the time points of enrolments that have none, from before there were any; returns how many.

    Each portion is one transaction; may be stopped and run again, also while people work. Time points
    whose days are over are planned too: they count as missed, which is what they were.
    """
    bare = Enrolment.objects.filter(occasions=None).order_by("pk").values_list("pk", flat=True)
    planned = 0
    for keys in _portions(list(bare)):
        with transaction.atomic():
            rows = Enrolment.objects.filter(pk__in=keys).select_related(
                "clinic", "patient", "programme_version__programme"
            )
            planned += sum(bool(plan_occasions(by=by, enrolment=enrolment)) for enrolment in rows)
    return planned


def _portions(rows: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(rows)
    while portion := list(islice(waiting, PORTION)):
        yield portion
