"""The facts behind the on-track check of one or many patients. The rule: `programs.formulas.on_track`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count

from painclinic import clock
from painclinic.accounts.models import User
from patients.deadlines import Span, moved_days
from patients.measures.course import Measure, ScorePoint, definitions, main_courses, measures
from patients.models import Enrolment, Entry, ModuleProgress, Respite, WorseSeen
from programs.formulas.change import classify_on
from programs.formulas.on_track import Check, Course, Sign, State, check

PAIN, MOOD, CONFIDENCE = "peg", ("phq-9", "phq-8"), "expectation"
# Where else somebody says how sure they are, 0 to 10: of a goal, and of the plan for practising.
SURE_SHEETS, SURE = ("w2-goal", "practice-plan"), "confidence"
# Practice is looked at over this long, or since the start if that is shorter.
PRACTICE_DAYS = 28


@dataclass(frozen=True)
class TrackStanding:
    """How the treatment of one patient goes: the check, and each measure with its change."""

    check: Check
    measures: tuple[Measure, ...]
    # The newest mark that a worsening was seen.
    seen: WorseSeen | None = None

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

    @cached_property
    def unseen(self) -> tuple[Measure, ...]:
        """What is worse, and is not covered by a mark that somebody saw it."""
        return tuple(one for one in self.worse if not (self.seen and covers(self.seen, one)))

    @property
    def last_day(self) -> date | None:
        """When the newest of the scores was given that are worse and nobody has marked as seen."""
        return max((one.latest.on_date for one in self.unseen if one.latest), default=None)


def covers(seen: WorseSeen, measure: Measure) -> bool:
    """Whether the mark still speaks for this measure: since then never better, and never worse than then.

    A score that was better in between and is worse again is a new worsening.
    """
    marked = seen.scores.get(measure.instrument)
    if marked is None or measure.start is None:
        return False
    value, on = Decimal(marked["value"]), date.fromisoformat(marked["on"])
    way = 1 if measure.scale.higher_is_worse else -1
    return all(
        classify_on(measure.scale, measure.start.value, point.value).change.is_worse
        and way * ((point.value or 0) - value) <= 0
        for point in measure.later
        if point.on_date >= on
    )


NOTHING = TrackStanding(Check(State.TOO_EARLY), ())


def track_standings(
    viewer: User, enrolments: Sequence[Enrolment], progress: Mapping[UUID, Sequence[ModuleProgress]]
) -> dict[UUID, TrackStanding]:
    """How the treatment of each of these patients goes. Six queries, however many there are.

    Enrolments come with their patient; `progress` are the modules that were opened, by enrolment.
    """
    ids = [one.pk for one in enrolments]
    courses = main_courses(ids, viewer)
    known = definitions(
        point for by_slug in courses.values() for points in by_slug.values() for point in points
    )
    practised = _practised(ids, viewer)
    rests, sure = _rests(enrolments, viewer), _sure(enrolments, viewer)
    marks = WorseSeen.objects.visible_to(viewer).filter(enrolment_id__in=ids).defer("note").newest()
    seen = {mark.enrolment_id: mark for mark in marks}
    return {
        one.pk: _standing(
            _Facts(
                enrolment=one,
                courses=courses.get(one.pk, {}),
                progress=progress.get(one.pk, ()),
                practised=practised.get(one.pk, 0),
                rests=rests.get(one.pk, ()),
                sure=sure.get(one.pk, ()),
            ),
            measures(courses.get(one.pk, {}), known),
            seen.get(one.pk),
        )
        for one in enrolments
    }


@dataclass(frozen=True)
class _Facts:
    """What was read of one patient."""

    enrolment: Enrolment
    courses: Mapping[str, Sequence[ScorePoint]]
    progress: Sequence[ModuleProgress]
    practised: int
    rests: Sequence[Span]
    # Days on which they said how sure they are, with what they said.
    sure: Sequence[tuple[date, int]]

    @property
    def today(self) -> date:
        return clock.local_today(self.enrolment.patient.timezone)


def _rests(enrolments: Sequence[Enrolment], viewer: User) -> dict[UUID, list[Span]]:
    """The days of flare-ups and pauses, by enrolment."""
    zones = {one.pk: one.patient.timezone for one in enrolments}
    found: dict[UUID, list[Span]] = {}
    for one in Respite.objects.visible_to(viewer).filter(enrolment_id__in=list(zones)).defer("reason"):
        zone = zones[one.enrolment_id]
        found.setdefault(one.enrolment_id, []).append(Span(one.first_day(zone), one.last_day(zone)))
    return found


def _sure(enrolments: Sequence[Enrolment], viewer: User) -> dict[UUID, list[tuple[date, int]]]:
    """How sure they said they are on shared worksheets, by enrolment."""
    zones = {one.pk: ZoneInfo(one.patient.timezone) for one in enrolments}
    rows = Entry.objects.visible_to(viewer).current().filter(enrolment_id__in=list(zones), is_shared=True)
    rows = rows.filter(worksheet__slug__in=SURE_SHEETS, values__has_key=SURE).order_by("submitted_at")
    found: dict[UUID, list[tuple[date, int]]] = {}
    for pk, at, value in rows.values_list("enrolment_id", "submitted_at", f"values__{SURE}"):
        if isinstance(value, int):
            found.setdefault(pk, []).append((at.astimezone(zones[pk]).date(), value))
    return found


def _practised(enrolments: Collection[UUID], viewer: User) -> dict[UUID, int]:
    """On how many of the last days something was written in a log, by enrolment."""
    since = clock.now().date() - timedelta(days=PRACTICE_DAYS)
    lines = Entry.objects.visible_to(viewer).current().filter(enrolment_id__in=enrolments, is_shared=True)
    lines = lines.filter(worksheet__is_log=True, on_date__gt=since).order_by()
    return dict(lines.values_list("enrolment_id").annotate(days=Count("on_date", distinct=True)))


def _standing(facts: _Facts, found: Sequence[Measure], seen: WorseSeen | None) -> TrackStanding:
    if facts.enrolment.state != Enrolment.State.ACTIVE:
        return TrackStanding(Check(State.TOO_EARLY), tuple(found), seen)
    by_slug = {one.instrument: one for one in found}
    mood = next((by_slug[slug] for slug in MOOD if slug in by_slug), None)
    starts, today = facts.enrolment.starts_on, facts.today
    course = Course(
        days=days_of_treatment(starts, today, facts.rests),
        modules_done=sum(one.core_completed_at is not None for one in facts.progress),
        practice_days=Decimal(facts.practised) / practice_weeks(starts, today, facts.rests),
        confidence=_confidence(facts.courses, facts.sure),
        pain=_ends(by_slug.get(PAIN)),
        mood=_ends(mood),
        worse=tuple(one.instrument for one in found if one.verdict.change.is_worse),
        answered=sum(len(points) for points in facts.courses.values()),
    )
    return TrackStanding(check(course), tuple(found), seen)


def days_of_treatment(starts_on: date, today: date, rests: Iterable[Span]) -> int:
    """Days from the start until today without those of flare-ups and pauses, each day taken out once.

    Weeks that are open side by side are all moved by the same rest: what was moved is no measure of it.
    """
    rested = moved_days(starts_on, _until(rests, today - timedelta(days=1)))
    return max(0, (today - starts_on).days - rested)


def practice_weeks(starts_on: date, today: date, rests: Iterable[Span]) -> Decimal:
    """Over how many weeks practice is spread: the last four at most, without rests; at least one."""
    since = max(starts_on, today - timedelta(days=PRACTICE_DAYS))
    return Decimal(max(days_of_treatment(since, today, rests), 7)) / 7


def _until(rests: Iterable[Span], last: date) -> list[Span]:
    """The rests as far as they have passed."""
    return [Span(one.first, min(one.last, last)) for one in rests if one.first <= last]


def _ends(measure: Measure | None) -> tuple[Decimal | None, Decimal | None]:
    if measure is None:
        return None, None
    return (
        measure.start.value if measure.start else None,
        measure.latest.value if measure.latest else None,
    )


def _confidence(courses: Mapping[str, Sequence[ScorePoint]], sure: Sequence[tuple[date, int]]) -> int | None:
    """How sure the patient is, 0 to 10, as said last: that it can help, of a goal, or of a plan [D].

    Rounded down, and the lowest of several on one day, to be careful.
    """
    asked = [(one.on_date, int(one.value)) for one in courses.get(CONFIDENCE, ()) if one.value is not None]
    said = [*asked, *sure]
    last = max((day for day, _ in said), default=None)
    return min((value for day, value in said if day == last), default=None)


__all__ = ["NOTHING", "Sign", "TrackStanding", "covers", "days_of_treatment", "track_standings"]
