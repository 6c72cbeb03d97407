"""When the next module opens. Pure functions of plain facts: no database, no clock.

The rule is 1.2 of the clinical reference: a module opens when the core steps of the one before have
been read, five days or more have passed since a module opened last, and no therapist said "wait".
The first one opens on the start date. A therapist may open one early, which asks no rule.

Decisions where it leaves room:
- Five days are days of the patient's own calendar, at the time of day at which the last one opened:
  a change to or from summer time moves nothing.
- A module without core steps (an outline) counts as read once the patient has looked at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAYS_BETWEEN = 5


class Reason(StrEnum):
    """Why a module is closed."""

    RESTING = "resting"
    PAUSED = "paused"
    FLARE_UP = "flare-up"
    HELD = "held"
    EARLIER_CLOSED = "earlier-closed"
    EARLIER_UNREAD = "earlier-unread"
    TOO_SOON = "too-soon"


@dataclass(frozen=True)
class Opened:
    """One open module: since when, and whether its core was read."""

    at: datetime
    is_read: bool


@dataclass(frozen=True)
class CourseFacts:
    """All that the rule asks about one patient. `opened` is by module number."""

    starts_on: date
    timezone: str
    is_active: bool = True
    is_held: bool = False
    is_paused: bool = False
    is_flaring: bool = False
    opened: Mapping[int, Opened] = field(default_factory=dict)

    @property
    def last_opened_at(self) -> datetime | None:
        return max((one.at for one in self.opened.values()), default=None)


@dataclass(frozen=True)
class Verdict:
    """Whether a module may open now; else why not, and the moment before which it will not."""

    reasons: tuple[Reason, ...] = ()
    not_before: datetime | None = None

    @property
    def may_open(self) -> bool:
        return not self.reasons


def verdict(number: int, facts: CourseFacts, *, now: datetime) -> Verdict:
    """Whether module `number` may open for a patient at `now`; one that is open may."""
    if number in facts.opened:
        return Verdict()
    reasons = []
    if not facts.is_active:
        reasons.append(Reason.RESTING)
    if facts.is_paused:
        reasons.append(Reason.PAUSED)
    if facts.is_flaring:
        reasons.append(Reason.FLARE_UP)
    if facts.is_held:
        reasons.append(Reason.HELD)
    before = facts.opened.get(number - 1)
    if number > 1 and before is None:
        return Verdict((*reasons, Reason.EARLIER_CLOSED))
    if before and not before.is_read:
        reasons.append(Reason.EARLIER_UNREAD)
    moment = earliest(number, facts)
    if now < moment:
        reasons.append(Reason.TOO_SOON)
    return Verdict(tuple(reasons), moment)


def earliest(number: int, facts: CourseFacts) -> datetime:
    """The moment before which a module does not open by the rule, in UTC."""
    start = _on_the_clock(facts.starts_on, time(0), facts.timezone)
    last = facts.last_opened_at
    if number == 1 or last is None:
        return start
    local = last.astimezone(ZoneInfo(facts.timezone))
    return _on_the_clock(local.date() + timedelta(days=DAYS_BETWEEN), local.time(), facts.timezone)


def _on_the_clock(day: date, at: time, zone: str) -> datetime:
    """A wall-clock time in UTC; one that the clocks skip is the moment after the gap."""
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)
