"""When the next module opens. Pure functions of plain facts: no database, no clock.

The rule is 1.2 of the clinical reference: a module opens when the core steps of the one before have
been read, five days or more have passed since a module opened last, and no therapist said "wait".
The first one opens on the start date. A therapist may open one early, which asks no rule.

Decisions where it leaves room:
- Five days are days of the patient's own calendar, at the time of day at which the last one opened:
  a change to or from summer time moves nothing.
- A module without core steps (an outline) counts as read once the patient has looked at it.
- "Before" is the patient's own order, with modules that are left out taken away: those block nothing.
- While the course is paused, or in a flare-up, nothing opens by itself.
- A module that is to be repeated has to be read again before another one opens.
- Where the therapist wants it so, the one before has to have its feedback.
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
    SKIPPED = "skipped"
    EARLIER_CLOSED = "earlier-closed"
    EARLIER_UNREAD = "earlier-unread"
    FEEDBACK_AWAITED = "feedback-awaited"
    TOO_SOON = "too-soon"


@dataclass(frozen=True)
class Opened:
    """One open module: since when, whether its core was read, and whether feedback to it is there.

    `is_answered` is true as well where nothing is asked.
    """

    at: datetime
    is_read: bool
    is_repeat: bool = False
    is_answered: bool = True


@dataclass(frozen=True)
class CourseFacts:
    """All that the rule asks about one patient. `opened` is by module number.

    `order` are all modules as this patient walks them; left empty it is that of their numbers.
    """

    starts_on: date
    timezone: str
    is_active: bool = True
    is_held: bool = False
    is_paused: bool = False
    is_flaring: bool = False
    opened: Mapping[int, Opened] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    skipped: frozenset[int] = frozenset()
    wants_feedback: bool = False

    @property
    def last_opened_at(self) -> datetime | None:
        return max((one.at for one in self.opened.values()), default=None)

    @property
    def unread_repeats(self) -> list[int]:
        """Modules that are to be read again, and were not yet."""
        return [
            number
            for number, one in self.opened.items()
            if one.is_repeat and not one.is_read and number not in self.skipped
        ]

    def earlier(self, number: int) -> list[int]:
        """The modules that are walked before this one, in order."""
        order = self.order or tuple(range(1, number + 1))
        place = order.index(number) if number in order else 0
        return [one for one in order[:place] if one not in self.skipped]


@dataclass(frozen=True)
class Verdict:
    """Whether a module may open now; else why not, and the moment before which it will not.

    `after` is the module that it waits for.
    """

    reasons: tuple[Reason, ...] = ()
    not_before: datetime | None = None
    after: int | None = None

    @property
    def may_open(self) -> bool:
        return not self.reasons


def verdict(number: int, facts: CourseFacts, *, now: datetime) -> Verdict:
    """Whether module `number` may open for a patient at `now`; one that is open may."""
    if number in facts.opened:
        return Verdict()
    reasons = _rests(facts)
    if number in facts.skipped:
        return Verdict((*reasons, Reason.SKIPPED))
    earlier = facts.earlier(number)
    if any(one not in facts.opened for one in earlier):
        return Verdict((*reasons, Reason.EARLIER_CLOSED), after=earlier[-1])
    after = earlier[-1] if earlier else None
    before = facts.opened[after] if after else None
    unread = facts.unread_repeats or ([after] if after and before and not before.is_read else [])
    if unread:
        after = unread[0]
        reasons.append(Reason.EARLIER_UNREAD)
    elif facts.wants_feedback and before and not before.is_answered:
        reasons.append(Reason.FEEDBACK_AWAITED)
    moment = earliest(number, facts)
    if now < moment:
        reasons.append(Reason.TOO_SOON)
    return Verdict(tuple(reasons), moment, after)


def _rests(facts: CourseFacts) -> list[Reason]:
    """What keeps everything closed that is not open."""
    said = {
        Reason.RESTING: not facts.is_active,
        Reason.PAUSED: facts.is_paused,
        Reason.FLARE_UP: facts.is_flaring,
        Reason.HELD: facts.is_held,
    }
    return [reason for reason, stands in said.items() if stands]


def following(facts: CourseFacts) -> int | None:
    """The next module of the patient's own way that is not open; None when all of a given order are."""
    if not facts.order:
        return max(facts.opened, default=0) + 1
    left = (one for one in facts.order if one not in facts.opened and one not in facts.skipped)
    return next(left, None)


def earliest(number: int, facts: CourseFacts) -> datetime:
    """The moment before which a module does not open by the rule, in UTC."""
    last = facts.last_opened_at
    if last is None or (number == 1 and not facts.order):
        return _on_the_clock(facts.starts_on, time(0), facts.timezone)
    local = last.astimezone(ZoneInfo(facts.timezone))
    return _on_the_clock(local.date() + timedelta(days=DAYS_BETWEEN), local.time(), facts.timezone)


def _on_the_clock(day: date, at: time, zone: str) -> datetime:
    """A wall-clock time in UTC; one that the clocks skip is the moment after the gap."""
    return datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)
