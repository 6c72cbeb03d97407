"""The sleep window as the patient sees it: an earliest bed time, where it comes from, what is missing."""

from dataclasses import dataclass
from datetime import time

from painclinic.accounts.models import User
from patients.models import Enrolment, Entry, SleepWindow
from programs.formulas.sleep import SleepMean
from programs.formulas.sleep_window import earliest_bed_time, window_minutes
from programs.worksheets.sleep import duration


@dataclass(frozen=True)
class Window:
    """What is said of a window that is on. `bed` is None while a rise time or nights are missing."""

    row: SleepWindow
    bed: time | None
    rise: time | None
    length: str
    minimum: str
    needs_nights: bool


def newest_window(user: User, enrolment: Enrolment) -> SleepWindow | None:
    """The row that counts for an enrolment, on or off."""
    return SleepWindow.objects.visible_to(user).filter(enrolment=enrolment).newest()


def window_of(row: SleepWindow | None, plan: Entry | None, mean: SleepMean | None) -> Window | None:
    """The window for tonight; None while the tools are off.

    It rests on the time of getting up in the sleep plan, and on the mean of the last seven days,
    as soon as that is one of three nights or more.
    """
    if row is None or not row.is_on:
        return None
    typed = plan.values.get("rise_time") if plan else None
    rise = time.fromisoformat(typed) if typed else None
    is_known = mean is not None and mean.efficiency is not None
    asleep = mean.time_asleep if mean is not None and is_known else None
    bed = earliest_bed_time(rise, asleep, minimum=row.minimum) if rise and asleep is not None else None
    length = window_minutes(asleep, minimum=row.minimum) if asleep is not None else row.minimum
    return Window(row, bed, rise, duration(length), duration(row.minimum), needs_nights=not is_known)
