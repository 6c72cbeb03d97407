"""Nights of a sleep diary in minutes: time in bed, time asleep, sleep efficiency.

Sources, as the clinical reference names them (1.3, W9; 2.4): the common definitions of time in bed
(TIB), total sleep time (TST) and sleep efficiency (SE = 100 x TST / TIB), and the efficiency over
the time that was meant for sleep (SE_DSE; Reed and Sacco 2016, J Clin Sleep Med 12:263-266).

Decisions [D]:
- Times are what the clock on the wall said, as typed. A night over which the clocks change is
  reckoned like any other: paper diaries do so, the minutes awake are guesses anyway, and what is
  off is one hour in one of the nights of a mean. So no figure depends on the date or the place.
- Times run on past midnight from going to bed. Getting up at the very minute of going to bed means
  24 hours in bed; waking for good at the minute of trying to sleep means no sleep at all.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

DAY = 24 * 60
# More than this in bed is possible, and more likely a slip: it is asked about, never refused.
LONG_IN_BED = 14 * 60
# Nights before an efficiency is shown, and the days that a mean looks back over.
FEWEST_NIGHTS, MEAN_DAYS = 3, 7


@dataclass(frozen=True)
class Night:
    """One night as it was written down; the times are those of the wall clock, the rest minutes."""

    morning: dt.date
    into_bed: dt.time
    tried_to_sleep: dt.time
    final_wake: dt.time
    out_of_bed: dt.time
    sol: int
    waso: int
    tasafa: int = 0

    @property
    def time_in_bed(self) -> int:
        """TIB: from going to bed to getting up, 1 to 1440 minutes."""
        return minutes_between(self.into_bed, self.out_of_bed) or DAY

    @property
    def sleep_span(self) -> int:
        """From trying to sleep to the last waking, 0 to 1439 minutes."""
        return minutes_between(self.tried_to_sleep, self.final_wake)

    @property
    def time_asleep(self) -> int:
        """TST = (last waking - trying to sleep) - falling asleep (SOL) - awake in the night (WASO).

        Below zero for a night that cannot have been.
        """
        return self.sleep_span - self.sol - self.waso

    @property
    def efficiency(self) -> float:
        """SE in per cent of the time in bed."""
        return 100 * self.time_asleep / self.time_in_bed

    @property
    def efficiency_dse(self) -> float | None:
        """SE_DSE = 100 x TST / (SOL + TST + WASO + TASAFA); None when that span is nothing."""
        return _share(self.time_asleep, self._meant_for_sleep)

    @property
    def is_long(self) -> bool:
        """Whether more than 14 hours in bed ask for a second look at the times."""
        return self.time_in_bed > LONG_IN_BED

    @property
    def is_in_order(self) -> bool:
        """Whether trying to sleep and waking lie, in this order, between going to bed and getting up."""
        return minutes_between(self.into_bed, self.tried_to_sleep) + self.sleep_span <= self.time_in_bed

    @property
    def is_possible(self) -> bool:
        """Whether the night can have been: in order, and not awake for longer than there was time."""
        return self.is_in_order and self.time_asleep >= 0

    @property
    def _meant_for_sleep(self) -> int:
        return self.sleep_span + self.tasafa


@dataclass(frozen=True)
class SleepMean:
    """What several nights come to. Efficiencies are ratios of sums, so long nights weigh more.

    They are None below three nights, as the clinical reference asks.
    """

    nights: int
    time_in_bed: float
    time_asleep: float
    efficiency: float | None
    efficiency_dse: float | None


def minutes_between(start: dt.time, end: dt.time) -> int:
    """Minutes from one time on the clock to the next time it shows the other, 0 to 1439."""
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) % DAY


def sleep_mean(nights: Iterable[Night], last_day: dt.date) -> SleepMean | None:
    """The mean of the possible nights whose mornings lie in the seven days that end with `last_day`.

    Source: W9, "7-night mean = sum TST / sum TIB", shown only with three nights or more. None
    without any night. Several nights of one morning: the last one given counts.
    """
    first = last_day - dt.timedelta(days=MEAN_DAYS - 1)
    by_morning = {night.morning: night for night in nights if first <= night.morning <= last_day}
    known = [night for night in by_morning.values() if night.is_possible]
    if not known:
        return None
    in_bed, asleep = sum(n.time_in_bed for n in known), sum(n.time_asleep for n in known)
    meant = sum(night._meant_for_sleep for night in known)
    is_enough = len(known) >= FEWEST_NIGHTS
    return SleepMean(
        nights=len(known),
        time_in_bed=in_bed / len(known),
        time_asleep=asleep / len(known),
        efficiency=_share(asleep, in_bed) if is_enough else None,
        efficiency_dse=_share(asleep, meant) if is_enough else None,
    )


def rounded(value: float) -> float:
    """A figure to one decimal, halves up, as tables print it."""
    return math.floor(value * 10 + 0.5) / 10


def _share(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole > 0 else None
