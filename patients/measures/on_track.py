"""The facts behind the on-track check of one or many patients. The rule: `programs.formulas.on_track`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count

from painclinic import clock
from painclinic.accounts.models import User
from patients.measures.course import Measure, ScorePoint, definitions, main_courses, measures
from patients.models import Enrolment, Entry, ModuleProgress
from programs.formulas.on_track import Check, Course, Sign, State, check

PAIN, MOOD, CONFIDENCE = "peg", ("phq-9", "phq-8"), "expectation"
# Practice is looked at over this long, or since the start if that is shorter.
PRACTICE_DAYS = 28


@dataclass(frozen=True)
class TrackStanding:
    """How the treatment of one patient goes: the check, and each measure with its change."""

    check: Check
    measures: tuple[Measure, ...]

    @property
    def worse(self) -> tuple[Measure, ...]:
        """Reliably worse than at the start."""
        return tuple(one for one in self.measures if one.verdict.change.is_worse)

    @property
    def better(self) -> tuple[Measure, ...]:
        return tuple(one for one in self.measures if one.verdict.change.is_better)

    @property
    def worst_by(self) -> Decimal:
        """How many times its threshold the worst change is, so that scales can be compared; 0 for none."""
        shares = [
            (one.verdict.worse_by or 0) / one.scale.change.reliable
            for one in self.worse
            if one.scale.change and one.scale.change.reliable
        ]
        return max(shares, default=Decimal(0))

    @property
    def last_day(self) -> date | None:
        """When the newest of the worrying scores was given."""
        return max((one.latest.on_date for one in self.worse if one.latest), default=None)


NOTHING = TrackStanding(Check(State.TOO_EARLY), ())


def track_standings(
    viewer: User, enrolments: Sequence[Enrolment], progress: Mapping[UUID, Sequence[ModuleProgress]]
) -> dict[UUID, TrackStanding]:
    """How the treatment of each of these patients goes. Three queries, however many there are.

    Enrolments come with their patient; `progress` are the modules that were opened, by enrolment.
    """
    ids = [one.pk for one in enrolments]
    courses = main_courses(ids, viewer)
    known = definitions(
        point for by_slug in courses.values() for points in by_slug.values() for point in points
    )
    practised = _practised(ids, viewer)
    return {
        one.pk: _standing(
            one,
            courses.get(one.pk, {}),
            measures(courses.get(one.pk, {}), known),
            progress.get(one.pk, ()),
            practised.get(one.pk, 0),
        )
        for one in enrolments
    }


def _practised(enrolments: Collection[UUID], viewer: User) -> dict[UUID, int]:
    """On how many of the last days something was written in a log, by enrolment."""
    since = clock.now().date() - timedelta(days=PRACTICE_DAYS)
    lines = Entry.objects.visible_to(viewer).current().filter(enrolment_id__in=enrolments, is_shared=True)
    lines = lines.filter(worksheet__is_log=True, on_date__gt=since).order_by()
    return dict(lines.values_list("enrolment_id").annotate(days=Count("on_date", distinct=True)))


def _standing(
    enrolment: Enrolment,
    courses: Mapping[str, Sequence[ScorePoint]],
    found: Sequence[Measure],
    progress: Sequence[ModuleProgress],
    practised: int,
) -> TrackStanding:
    if enrolment.state != Enrolment.State.ACTIVE:
        return TrackStanding(Check(State.TOO_EARLY), tuple(found))
    by_slug = {one.instrument: one for one in found}
    mood = next((by_slug[slug] for slug in MOOD if slug in by_slug), None)
    days = days_of_treatment(enrolment, progress)
    weeks = Decimal(max(min(days, PRACTICE_DAYS), 7)) / 7
    course = Course(
        days=days,
        modules_done=sum(one.core_completed_at is not None for one in progress),
        practice_days=Decimal(practised) / weeks,
        confidence=_confidence(courses),
        pain=_ends(by_slug.get(PAIN)),
        mood=_ends(mood),
        worse=tuple(one.instrument for one in found if one.verdict.change.is_worse),
        answered=sum(len(points) for points in courses.values()),
    )
    return TrackStanding(check(course), tuple(found))


def days_of_treatment(enrolment: Enrolment, progress: Sequence[ModuleProgress]) -> int:
    """Days since the start, without those by which flare-ups and pauses have moved the open weeks."""
    since = clock.local_today(enrolment.patient.timezone) - enrolment.starts_on
    return max(0, since.days - sum(one.moved_days for one in progress))


def _ends(measure: Measure | None) -> tuple[Decimal | None, Decimal | None]:
    if measure is None:
        return None, None
    return (
        measure.start.value if measure.start else None,
        measure.latest.value if measure.latest else None,
    )


def _confidence(courses: Mapping[str, Sequence[ScorePoint]]) -> int | None:
    """How sure the patient is that it can help, 0 to 10, as last asked; rounded down, to be careful."""
    known = [point.value for point in courses.get(CONFIDENCE, ()) if point.value is not None]
    return int(known[-1]) if known else None


__all__ = ["NOTHING", "Sign", "TrackStanding", "days_of_treatment", "track_standings"]
