"""Deadlines that run only while the clinic works. Pure functions."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from painclinic.accounts.models import Clinic

# The loop below must end even for a clinic with odd settings. A clinic is never closed for longer
# (`closed_days.LONGEST`).
_LONGEST = 60


def is_working_day(day: date, clinic: Clinic) -> bool:
    """Whether the clinic works on `day`: a day of its week, and none on which it is closed."""
    return day.isoweekday() in clinic.work_days and day.isoformat() not in clinic.closed_days


def is_open(moment: datetime, clinic: Clinic) -> bool:
    """Whether messages are read at `moment`, on the clinic's own wall clock."""
    local = moment.astimezone(ZoneInfo(clinic.timezone))
    return is_working_day(local.date(), clinic) and clinic.work_start <= local.time() < clinic.work_end


def deadline(start: datetime, *, days: int, clinic: Clinic) -> datetime:
    """The end of working time by which something that came at `start` is answered, in UTC.

    What comes within working hours is due at the same time `days` working days later; what comes
    outside counts as having come when the clinic opens next. `days` is at least 1.
    """
    zone = ZoneInfo(clinic.timezone)
    local = start.astimezone(zone)
    if is_working_day(local.date(), clinic) and local.time() < clinic.work_end:
        day, at = local.date(), max(local.time(), clinic.work_start)
    else:
        day, at = _next_working_day(local.date(), clinic), clinic.work_start
    for _ in range(max(days, 1)):
        day = _next_working_day(day, clinic)
    return _instant(day, at, zone)


def next_opening(moment: datetime, clinic: Clinic) -> datetime:
    """When the clinic reads messages next: now, if it is open, else the next opening, in UTC."""
    if is_open(moment, clinic):
        return moment
    zone = ZoneInfo(clinic.timezone)
    local = moment.astimezone(zone)
    if is_working_day(local.date(), clinic) and local.time() < clinic.work_start:
        return _instant(local.date(), clinic.work_start, zone)
    return _instant(_next_working_day(local.date(), clinic), clinic.work_start, zone)


def opening(day: date, clinic: Clinic) -> datetime:
    """When the clinic opens on `day`, in UTC."""
    return _instant(day, clinic.work_start, ZoneInfo(clinic.timezone))


def closing(day: date, clinic: Clinic) -> datetime:
    """When the clinic closes on `day`, in UTC."""
    return _instant(day, clinic.work_end, ZoneInfo(clinic.timezone))


def newest_working_day(
    moment: datetime, clinic: Clinic, begins: Callable[[date, Clinic], datetime]
) -> date | None:
    """The newest working day that has come so far by `moment`: whose opening, or closing, is not later.

    None when the clinic works on no day.
    """
    day = moment.astimezone(ZoneInfo(clinic.timezone)).date()
    for _ in range(_LONGEST):
        if is_working_day(day, clinic) and begins(day, clinic) <= moment:
            return day
        day -= timedelta(days=1)
    return None


def working_days(after: date, before: date, clinic: Clinic) -> list[date]:
    """The working days strictly between two days, oldest first."""
    between = (after + timedelta(days=n) for n in range(1, (before - after).days))
    return [day for day in between if is_working_day(day, clinic)]


def _next_working_day(day: date, clinic: Clinic) -> date:
    for _ in range(_LONGEST):
        day += timedelta(days=1)
        if is_working_day(day, clinic):
            return day
    return day


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(ZoneInfo("UTC"))
