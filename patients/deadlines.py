"""By when homework is due. Pure functions of days on the patient's own calendar.

A day of a flare-up or a pause does not count: it moves what is due by one day, and a day that
belongs to both moves it once. A therapist's extension is added. Our own rule (clinical reference,
1.2 [D]); that deadlines move rather than lapse is what keeps a hard day from becoming a debt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

# The treatment is meant for ten weeks, two of them to spare (clinical reference, 1.2 [D]).
WINDOW_DAYS = 70


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def days_from(self, start: date) -> set[date]:
        """Its days that are not before `start`."""
        first = max(self.first, start)
        return {first + timedelta(days=n) for n in range((self.last - first).days + 1)}


def moved_days(since: date, spans: Iterable[Span], *, extra: int = 0) -> int:
    """By how many days something that began on `since` is moved. Never less than nothing."""
    resting: set[date] = set()
    for span in spans:
        resting |= span.days_from(since)
    return max(len(resting) + extra, 0)


def due_on(opened_on: date, asked_days: int, moved: int = 0) -> date:
    """The last day for what is asked `asked_days` after a module opened."""
    return opened_on + timedelta(days=asked_days + moved)


def window_ends_on(starts_on: date, pauses: Iterable[Span], *, extra: int = 0) -> date:
    """The last day of the treatment: ten weeks from the start, paused days not counted."""
    return starts_on + timedelta(days=WINDOW_DAYS - 1 + moved_days(starts_on, pauses, extra=extra))
