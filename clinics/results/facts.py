"""What one course adds to the figures, as numbers by name. Pure: `sources` brings what it needs.

The definitions stand here and, in words, at the foot of the results page. They follow the clinical
reference, section 6 (use and completion apart from answering), and are our own decision [D] where it is
silent; a clinic that adopts painclinic confirms them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from zoneinfo import ZoneInfo

from programs.formulas.change import classify_on, is_responder
from programs.instruments.definition import Scale

# Treatment lasts eight weeks and has two to spare (clinical reference, 1.2).
TREATMENT_DAYS = 70
WEEKS = 10
# Whoever has not begun after this time is counted as not having started [D].
START_DAYS = 14
# No use for this long is the end of use (clinical reference, section 5: set to inactive on day 28).
SILENT_DAYS = 28
# At least six of eight modules; of other programmes the same part.
COMPLETER_PART = 6 / 8
REPLY_HOURS = 24
FOLLOW_UP = "follow-up-"
# Who would rather recommend the programme than not: "probably" and "yes" on our own form.
RECOMMENDS = 3

Facts = dict[str, Decimal]


@dataclass
class Pair:
    """The first and the last score of a questionnaire in one course."""

    scale: Scale
    pre: Decimal | None = None
    post: Decimal | None = None
    # By the months after the end at which it was asked again.
    later: dict[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class TimePoint:
    """A planned set of questions of one course, and what became of it."""

    slug: str
    closes_on: date
    is_done: bool
    # Some of its questionnaires were answered.
    is_begun: bool = False
    # Why it was not answered, where somebody found out.
    reason: str = ""

    @property
    def months(self) -> int | None:
        """How many months after the end a follow-up asks; None for other time points."""
        return follow_up_months(self.slug)


def follow_up_months(slug: str) -> int | None:
    """12 for "follow-up-12"."""
    tail = slug.removeprefix(FOLLOW_UP)
    return int(tail) if tail != slug and tail.isdecimal() else None


@dataclass
class Course:
    """One enrolment with what is counted of it. Days are the clinic's."""

    starts_on: date
    state: str
    modules: int
    modules_done: int = 0
    last_use: date | None = None
    # The last day on which the questions at the end can be answered; None where none are planned.
    post_closes_on: date | None = None
    pairs: dict[str, Pair] = field(default_factory=dict)
    unwanted: Decimal | None = None
    # How many of them the patient puts down to the programme.
    due_to_programme: Decimal | None = None
    # From 0, no, to 4, yes.
    recommend: int | None = None
    points: list[TimePoint] = field(default_factory=list)
    minutes: Decimal = Decimal(0)
    # (side, when), oldest first.
    messages: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def is_finished(self) -> bool:
        return bool(self.modules) and self.modules_done >= self.modules

    def is_over(self, today: date) -> bool:
        return self.state in ("completed", "stopped") or today >= self.starts_on + timedelta(TREATMENT_DAYS)


def facts_of(course: Course, today: date, zone: str) -> Facts:
    """All that this course adds. Numbers that are 0 are left out."""
    found: dict[str, Decimal | int] = {
        **_course_facts(course, today),
        **_week_facts(course, today),
        **_reply_facts(course.messages, zone),
    }
    is_closed = course.post_closes_on is None or today > course.post_closes_on
    for slug, pair in course.pairs.items():
        found |= {f"{slug}:{name}": value for name, value in _pair_facts(pair, is_closed).items()}
        for months, closed in _follow_ups(course, today).items():
            late = _late_facts(pair, months, closed)
            found |= {f"{slug}:fu{months}-{name}": value for name, value in late.items()}
    found |= _unwanted_facts(course, is_closed)
    found |= _recommend_facts(course, is_closed)
    found |= _minute_facts(course, today)
    for point in course.points:
        found |= _point_facts(point, today)
    return {name: Decimal(value) for name, value in found.items() if value}


def next_look(course: Course, today: date) -> date | None:
    """When it has to be counted again although nothing happens; None once time changes nothing."""
    ends = [course.starts_on + timedelta(TREATMENT_DAYS + SILENT_DAYS)]
    if course.post_closes_on:
        ends.append(course.post_closes_on + timedelta(1))
    if today < max(ends):
        return today + timedelta(1)
    to_come = [one.closes_on for one in course.points if not one.is_done and one.closes_on >= today]
    return min(to_come) + timedelta(1) if to_come else None


def completers_need(modules: int) -> int:
    """How many modules make a completer: six of eight, and the same part of other numbers, rounded up."""
    return ceil(modules * COMPLETER_PART)


def _course_facts(course: Course, today: date) -> Mapping[str, int]:
    has_started = course.last_use is not None
    is_due = has_started or today >= course.starts_on + timedelta(START_DAYS)
    is_over = is_due and course.is_over(today)
    is_completer = bool(course.modules) and course.modules_done >= completers_need(course.modules)
    return {
        "enrolled": 1,
        "start-due": int(is_due),
        "started": int(has_started),
        "over": int(is_over),
        "over-started": int(is_over and has_started),
        "completed": int(is_over and has_started and is_completer),
        "running": int(not is_over),
    }


def _week_facts(course: Course, today: date) -> Mapping[str, int]:
    """In which weeks of the course its use was observed, and in which it ended before the last module."""
    if course.last_use is None:
        return {}
    last_week = max(1, (course.last_use - course.starts_on).days // 7 + 1)
    has_ended = course.is_over(today) or (today - course.last_use).days >= SILENT_DAYS
    left = None
    if course.is_finished:
        observed = WEEKS
    elif has_ended:
        observed = min(last_week, WEEKS)
        # Whoever is still there in the last week has left in none of them.
        left = last_week if last_week < WEEKS else None
    else:
        # The running week, and those after the last use, are not decided yet.
        observed = min(last_week, (today - course.starts_on).days // 7, WEEKS)
    found = {}
    for week in range(1, observed + 1):
        found[f"week-{week}"] = 1
    if left:
        found[f"week-{left}-left"] = 1
    return found


def _pair_facts(pair: Pair, is_closed: bool) -> Mapping[str, Decimal | int]:
    """Sums for means and effect sizes over those with both scores, and their classes."""
    pre, post = pair.pre, pair.post
    found: dict[str, Decimal | int] = {
        "no-pre": int(pre is None and post is not None),
        "with-pre": int(pre is not None),
        "missing": int(pre is not None and post is None and is_closed),
        "waiting": int(pre is not None and post is None and not is_closed),
    }
    if pre is None or post is None:
        return found
    verdict = classify_on(pair.scale, pre, post)
    found |= {"n": 1, "pre": pre, "post": post, "pre2": pre * pre, "post2": post * post, "cross": pre * post}
    if verdict.change != verdict.change.CANNOT_TELL:
        better, worse = int(verdict.change.is_better), int(verdict.change.is_worse)
        found |= {"told": 1, "better": better, "worse": worse}
    for percent in (30, 50):
        least = pair.scale.change.mid if pair.scale.change else None
        worse_up = pair.scale.higher_is_worse
        answer = is_responder(pre, post, percent, higher_is_worse=worse_up, least=least)
        if answer is not None:
            found |= {f"asked{percent}": 1, f"fell{percent}": int(answer)}
    return found


def _follow_ups(course: Course, today: date) -> Mapping[int, bool]:
    """By months after the end whether that follow-up can no longer be answered."""
    return {one.months: today > one.closes_on for one in course.points if one.months is not None}


def _late_facts(pair: Pair, months: int, is_closed: bool) -> Mapping[str, Decimal | int]:
    """Sums from the first score to that of a follow-up; who gave no first score has no change."""
    pre, late = pair.pre, pair.later.get(months)
    if pre is None:
        return {}
    if late is None:
        return {"missing": int(is_closed), "waiting": int(not is_closed)}
    return {
        "n": 1, "pre": pre, "post": late, "pre2": pre * pre, "post2": late * late, "cross": pre * late,
    }  # fmt: skip


def _point_facts(point: TimePoint, today: date) -> Mapping[str, int]:
    """Whether a planned time point was answered, once it was or cannot be any more."""
    if not point.is_done and today <= point.closes_on:
        return {}
    if point.is_done:
        return {f"asked:{point.slug}": 1, f"answered:{point.slug}": 1}
    why = point.reason or ("in-part" if point.is_begun else "not-known")
    return {f"asked:{point.slug}": 1, f"missed-{why}:{point.slug}": 1}


def _recommend_facts(course: Course, is_closed: bool) -> Mapping[str, int]:
    if course.recommend is None:
        return {"recommend-missing": int(is_closed and course.last_use is not None)}
    return {"recommend-n": 1, "recommend-yes": int(course.recommend >= RECOMMENDS)}


def _minute_facts(course: Course, today: date) -> Mapping[str, Decimal | int]:
    """The time of therapists, of those who started; per week of their treatment and per course."""
    if course.last_use is None:
        return {}
    over = course.is_over(today)
    until = course.last_use if over else today
    weeks = min(WEEKS, max(1, (until - course.starts_on).days // 7 + 1))
    return {
        "minutes": course.minutes,
        "minute-weeks": weeks,
        "over-minutes": course.minutes if over else 0,
        "timed": int(course.minutes > 0),
    }


def _unwanted_facts(course: Course, is_closed: bool) -> Mapping[str, int]:
    if course.unwanted is None:
        return {"unwanted-missing": int(is_closed and course.last_use is not None)}
    due = int(bool(course.due_to_programme))
    return {"unwanted-n": 1, "unwanted-any": int(course.unwanted > 0), "unwanted-due": due}


def _reply_facts(messages: Sequence[tuple[str, datetime]], zone: str) -> Mapping[str, Decimal | int]:
    """From the patient's oldest unanswered message to the team's next one, weekends left out."""
    waits = list(_waits(messages))
    hours = [weekday_hours(start, end, zone) for start, end in waits]
    waiting = bool(messages) and messages[-1][0] == "patient"
    return {
        "messages-in": sum(side == "patient" for side, _ in messages),
        "messages-out": sum(side != "patient" for side, _ in messages),
        "replies": len(hours),
        "reply-hours": sum(hours, Decimal(0)),
        "replies-in-time": sum(one <= REPLY_HOURS for one in hours),
        "unanswered": int(waiting),
    }


def _waits(messages: Iterable[tuple[str, datetime]]) -> Iterable[tuple[datetime, datetime]]:
    since = None
    for side, at in messages:
        if side == "patient":
            since = since or at
        elif since:
            yield since, at
            since = None


def weekday_hours(start: datetime, end: datetime, zone: str) -> Decimal:
    """The hours between two moments that fall on Monday to Friday of the clinic's calendar."""
    place = ZoneInfo(zone)
    first, last = start.astimezone(place), end.astimezone(place)
    seconds, day = 0.0, first.date()
    while day <= last.date():
        if day.isoweekday() <= 5:
            opens = datetime.combine(day, datetime.min.time(), place)
            closes = datetime.combine(day + timedelta(1), datetime.min.time(), place)
            begin, stop = max(first, opens).timestamp(), min(last, closes).timestamp()
            seconds += max(0.0, stop - begin)
        day += timedelta(1)
    return Decimal(str(round(seconds / 3600, 4)))
