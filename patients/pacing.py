"""Pacing plans (W4) and their log (W4b) read together: what the plan asks for, and what was done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment, Entry, Respite
from programs.formulas.pacing_weeks import Hold, Line, Plan, Week, week_number, weeks
from programs.models import Worksheet
from programs.worksheets.pacing import amount_in_words, start_of, trial_amounts

PLAN_SHEET, LOG_SHEET = "w4-pacing-plan", "w4b-pacing-log"
HOLD = "hold"
# Two years of four lines a day: more than anybody writes.
MAX_LINES = 3_000


@dataclass(frozen=True)
class Track:
    """One pacing plan: its sheet as it stands, its weeks until today, its lines (the oldest first)."""

    entry: Entry
    activity: str
    plan: Plan
    weeks: tuple[Week, ...]
    lines: tuple[Entry, ...]

    @property
    def unit(self) -> str:
        return self.plan.unit

    @property
    def week(self) -> Week:
        """The week of today; the first one while the plan has not begun."""
        return self.weeks[-1]

    def words(self, amount: float) -> str:
        return amount_in_words(amount, self.unit)

    def target_on(self, day: date) -> float:
        """What the plan asks for on a day, at most that of this week."""
        number = min(week_number(self.plan.start, day), len(self.weeks))
        return self.weeks[number - 1].target


def pacing_entries(user: User, enrolment: Enrolment) -> list[Entry]:
    """Every version of the pacing plans and the live lines of the log, in one query, the oldest first."""
    rows = Entry.objects.visible_to(user).filter(
        enrolment=enrolment, worksheet__slug__in=(PLAN_SHEET, LOG_SHEET)
    )
    if user.pk != enrolment.patient.user_id:
        rows = rows.filter(is_shared=True)
    newest = rows.select_related("worksheet", "superseded_by").order_by("-submitted_at")[:MAX_LINES]
    return list(reversed(newest))


def tracks_of(
    entries: Iterable[Entry], today: date, flare_days: Collection[date] = (), *, zone: str = "UTC"
) -> list[Track]:
    """The live plans in the order in which they were first made, each with the lines that name it.

    `zone` is where the patient lives: the day on which a plan was changed is read there. A line names
    its plan by the activity; a plan that was renamed keeps the lines of its old name.
    """
    entries = list(entries)
    live_lines = [entry for entry in entries if entry.worksheet.slug == LOG_SHEET and _is_live(entry)]
    versions = [entry for entry in entries if entry.worksheet.slug == PLAN_SHEET]
    found = []
    for chain in _chains(versions):
        newest = chain[-1]
        plan = plan_of(newest.answers, holds_in(chain, zone)) if _is_live(newest) else None
        if plan is None:
            continue
        names = {_name(version.answers) for version in chain}
        mine = tuple(entry for entry in live_lines if _name(entry.answers) in names)
        weekly = weeks(plan, [line for line in map(_line, mine) if line], today, flare_days)
        found.append(Track(newest, str(newest.answers.get("activity", "")), plan, weekly, mine))
    return found


def read_tracks(user: User, enrolment: Enrolment) -> list[Track]:
    """The patient's pacing plans as of today."""
    zone = enrolment.patient.timezone
    entries, flares = pacing_entries(user, enrolment), flare_days(user, enrolment)
    return tracks_of(entries, clock.local_today(zone), flares, zone=zone)


def flare_days(user: User, enrolment: Enrolment) -> set[date]:
    """The days that the patient marked as flare-up days, where they live."""
    zone = enrolment.patient.timezone
    marked = Respite.objects.visible_to(user).flare_ups().filter(enrolment=enrolment)
    today, found = clock.local_today(zone), set()
    for one in marked:
        day = one.first_day(zone)
        while day <= min(one.last_day(zone), today):
            found.add(day)
            day += timedelta(days=1)
    return found


def holds_in(chain: Sequence[Entry], zone: str) -> tuple[Hold, ...]:
    """When a plan stayed at one amount: each version of its sheet counts from the day it was written."""
    days = [None, *(entry.submitted_at.astimezone(ZoneInfo(zone)).date() for entry in chain[1:])]
    ends = [*days[1:], None]
    return tuple(
        Hold(first, until)
        for entry, first, until in zip(chain, days, ends, strict=True)
        if entry.answers.get("progression") == HOLD
    )


def plan_of(answers: Mapping[str, Any], holds: tuple[Hold, ...] = ()) -> Plan | None:
    """The numbers of a pacing plan; None while its trials cannot be worked with."""
    begun = start_of(answers)
    if begun is None or not answers.get("start"):
        return None
    tolerance, baseline = begun
    goal = answers.get("goal_amount")
    return Plan(
        start=date.fromisoformat(answers["start"]),
        unit=str(answers.get("unit", "")),
        tolerance=tolerance,
        baseline=baseline,
        goal=float(goal) if goal else None,
        base=str(answers.get("increment_base") or "current-target"),
        increment_pct=float(answers.get("increment_pct") or 10),
        days_per_week=int(answers.get("days_per_week") or 5),
        holds=holds,
    )


def _chains(versions: Iterable[Entry]) -> list[list[Entry]]:
    """The versions of each sheet together, first to last."""
    chains: dict[UUID, list[Entry]] = {}
    for entry in versions:
        chain = chains.pop(entry.supersedes_id, []) if entry.supersedes_id else []
        chains[entry.pk] = [*chain, entry]
    return sorted(chains.values(), key=lambda chain: chain[0].submitted_at)


def _is_live(entry: Entry) -> bool:
    return not entry.is_withdrawn and not hasattr(entry, "superseded_by")


def _name(answers: Mapping[str, Any]) -> str:
    return " ".join(str(answers.get("activity", "")).casefold().split())


def _line(entry: Entry) -> Line | None:
    answers = entry.answers
    if entry.on_date is None or answers.get("done") is None:
        return None
    return Line(entry.on_date, float(answers["done"]), str(answers.get("kept_to_plan") or ""))


# --- what the platform fills in ---


@dataclass(frozen=True)
class Given:
    """What a field marked `auto` is filled with: the value as it is typed, and in words."""

    raw: str
    shown: str


def given_for(
    worksheet: Worksheet, tracks: Sequence[Track], raw: Mapping[str, Any], plan: UUID | None = None
) -> dict[str, Given]:
    """The values of a line that follow from a pacing plan, by field; nothing without a plan.

    The plan is the one that `plan` names, else the one whose activity was written, else the first
    that is there: a line is of some plan as soon as there is one.
    """
    wanted = _auto_fields(worksheet)
    if not wanted or not tracks:
        return {}
    typed = _name({"activity": _last(raw, wanted.get("pacing_activity", ""))})
    track = (
        next((one for one in tracks if one.entry.pk == plan), None)
        or next((one for one in tracks if _name({"activity": one.activity}) == typed), None)
        or tracks[0]
    )
    target = track.target_on(_day(raw, worksheet) or track.week.first)
    values = {
        "pacing_activity": Given(track.activity, track.activity),
        "pacing_target": Given(f"{target:g}", track.words(target)),
    }
    return {field: values[name] for name, field in wanted.items()}


def with_given(
    user: User, enrolment: Enrolment, worksheet: Worksheet, raw: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What was typed, with the fields that the platform fills in filled; as it is for other worksheets."""
    if not _auto_fields(worksheet):
        return raw
    given = given_for(worksheet, read_tracks(user, enrolment), raw)
    typed = dict(raw.lists()) if isinstance(raw, QueryDict) else dict(raw)
    return typed | {name: value.raw for name, value in given.items()}


def _auto_fields(worksheet: Worksheet) -> dict[str, str]:
    """The name of the field for each value that the platform can fill in."""
    return {spec.auto: spec.name for spec in worksheet.spec.fields if spec.auto}


def _last(raw: Mapping[str, Any], name: str) -> str:
    found = raw.get(name, "")
    return str(found[-1] if isinstance(found, list) and found else found or "")


def _day(raw: Mapping[str, Any], worksheet: Worksheet) -> date | None:
    try:
        return date.fromisoformat(_last(raw, (worksheet.definition.get("log") or {}).get("date_field", "")))
    except ValueError:
        return None


def trials_in_words(track: Track) -> list[str]:
    """The amounts of the trials that the plan rests on."""
    return [track.words(amount) for amount in trial_amounts(track.entry.answers)]
