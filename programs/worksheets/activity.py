"""What an activity log (W3) comes to: time up and down per day, and the boom-and-bust hint.

Decisions where the clinical reference leaves room:
- Up-time is every minute of an entry that is not rest. Down-time is rest by day. Rest in the
  block `night` is sleep: it belongs to neither, or a good night would look like a bust.
- A day counts when it has an entry. A day nobody wrote about is unknown, not a day of rest.
- Variation is the coefficient of variation, sample standard deviation / mean of the up-time per
  recorded day (B. S. Everitt, The Cambridge Dictionary of Statistics, "coefficient of variation"),
  from three recorded days on.
- Boom and bust: a recorded day above 150% of the median, and the day after it below 50%. The
  median is that of the recorded days, three at least, in the seven calendar days that end with
  the second of the two, so that a log of three days can already show the pattern.
"""

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MIN_DAYS = 3
WINDOW_DAYS = 7
BOOM, BUST = 1.5, 0.5


@dataclass(frozen=True)
class ActivityDay:
    day: dt.date
    up_minutes: int
    down_minutes: int


@dataclass(frozen=True)
class BoomBust:
    """A day of much more than usual, and the day of much less that followed."""

    boom: ActivityDay
    bust: ActivityDay
    median_minutes: float


@dataclass(frozen=True)
class ActivitySummary:
    """The days in order, their variation in per cent (None below three days), and the pattern."""

    days: tuple[ActivityDay, ...]
    variation_pct: float | None
    boom_busts: tuple[BoomBust, ...]

    @property
    def has_boom_bust(self) -> bool:
        return bool(self.boom_busts)

    @property
    def mean_up_minutes(self) -> float | None:
        return statistics.fmean(day.up_minutes for day in self.days) if self.days else None


def activity_summary(entries: Iterable[Mapping[str, Any]]) -> ActivitySummary:
    """Summarise entries of an activity log, in any order. Entries without a day are passed over."""
    days = _days(entries)
    return ActivitySummary(days, variation_pct([day.up_minutes for day in days]), _boom_busts(days))


def variation_pct(minutes: list[int]) -> float | None:
    """Coefficient of variation in per cent; None below three days or when all are zero."""
    if len(minutes) < MIN_DAYS or not any(minutes):
        return None
    return 100 * statistics.stdev(minutes) / statistics.fmean(minutes)


def _days(entries: Iterable[Mapping[str, Any]]) -> tuple[ActivityDay, ...]:
    up: dict[dt.date, int] = defaultdict(int)
    down: dict[dt.date, int] = defaultdict(int)
    for entry in entries:
        if not entry.get("date"):
            continue
        day = dt.date.fromisoformat(entry["date"])
        minutes = int(entry.get("minutes") or 0)
        is_rest = entry.get("category") == "rest"
        is_sleep = is_rest and entry.get("block") == "night"
        up[day] += 0 if is_rest else minutes
        down[day] += minutes if is_rest and not is_sleep else 0
    return tuple(ActivityDay(day, up[day], down[day]) for day in sorted(up))


def _boom_busts(days: tuple[ActivityDay, ...]) -> tuple[BoomBust, ...]:
    found = []
    for boom, bust in pairwise(days):
        if bust.day - boom.day != dt.timedelta(days=1):
            continue
        first = bust.day - dt.timedelta(days=WINDOW_DAYS - 1)
        window = [day.up_minutes for day in days if first <= day.day <= bust.day]
        median = statistics.median(window)
        if len(window) >= MIN_DAYS and boom.up_minutes > BOOM * median and bust.up_minutes < BUST * median:
            found.append(BoomBust(boom, bust, median))
    return tuple(found)
