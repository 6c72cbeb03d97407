"""The sleep window: the earliest bed time that leaves as much time in bed as somebody sleeps.

A tool for therapists, off unless one turns it on for a patient (clinical reference 1.3, W10). The
window is the mean time asleep, never below the minimum of 5.5 to 6 hours [D].
"""

import datetime as dt
import math

from programs.formulas.sleep import DAY

# The minimum may be set within these; the higher one is the safer one, and the default.
LEAST_MINIMUM, DEFAULT_MINIMUM, MOST_MINIMUM = 330, 360, 480
# Times are suggested to the quarter of an hour, in favour of more time in bed.
QUARTER = 15


def window_minutes(mean_asleep: float, *, minimum: int = DEFAULT_MINIMUM) -> int:
    """How long the window is: the mean time asleep up to the next quarter of an hour.

    Never below `minimum`, and no longer than a day. Raises ValueError for a minimum below 5.5 hours.
    """
    if minimum < LEAST_MINIMUM:
        raise ValueError("a sleep window is never shorter than five and a half hours")
    return min(max(minimum, math.ceil(mean_asleep / QUARTER) * QUARTER), DAY)


def earliest_bed_time(rise: dt.time, mean_asleep: float, *, minimum: int = DEFAULT_MINIMUM) -> dt.time:
    """The time on the clock that lies the window before the time of getting up."""
    minutes = rise.hour * 60 + rise.minute - window_minutes(mean_asleep, minimum=minimum)
    return dt.time(*divmod(minutes % DAY, 60))
