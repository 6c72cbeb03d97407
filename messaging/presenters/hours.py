"""When messages are read and answered, in words, on the clinic's clock and on the reader's."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import Clinic
from painclinic.dates import written_day
from patients.workdays import is_working_day

# Patients read of days on which nobody reads, this long before.
SOON_DAYS = 8


def when(moment: datetime, zone: str) -> str:
    """A moment as people say it, where they live: "Tuesday 4 March, 16:00"."""
    local = moment.astimezone(ZoneInfo(zone))
    return _("%(day)s, %(time)s") % {
        "day": written_day(local, "l j F"),
        "time": formats.time_format(local, "H:i"),
    }


def reading_hours(clinic: Clinic, zone: str) -> str:
    """When the clinic reads messages; where the reader's clock shows other times, on both clocks."""
    days, begin, end = _days(clinic.work_days), _clock(clinic.work_start), _clock(clinic.work_end)
    hours = _("%(days)s, %(begin)s to %(end)s") % {"days": days, "begin": begin, "end": end}
    if closed := closed_soon(clinic):
        hours = _("%(hours)s, but not on %(closed)s") % {"hours": hours, "closed": _together(closed)}
    if not _differs(clinic, zone):
        return hours
    own = _own_hours(clinic, zone)
    return _("%(hours)s on the clinic's clock (%(zone)s). On yours that is %(own)s.") % {
        "hours": hours,
        "zone": _place(clinic.timezone),
        "own": own,
    }


def closed_soon(clinic: Clinic) -> list[str]:
    """The days of the coming week on which the clinic would work and does not, as "Friday 25 December"."""
    today = clock.local_today(clinic.timezone)
    days = [today + timedelta(days=n) for n in range(SOON_DAYS)]
    closed = [day for day in days if day.isoweekday() in clinic.work_days and not is_working_day(day, clinic)]
    return [written_day(day, "l j F") for day in closed]


def _differs(clinic: Clinic, zone: str) -> bool:
    now = clock.now()
    return now.astimezone(ZoneInfo(clinic.timezone)).utcoffset() != now.astimezone(ZoneInfo(zone)).utcoffset()


def _own_hours(clinic: Clinic, zone: str) -> str:
    """The clinic's hours of today as the reader's clock shows them."""
    day = clock.local_today(clinic.timezone)
    ends = [
        datetime.combine(day, wall, ZoneInfo(clinic.timezone)).astimezone(ZoneInfo(zone))
        for wall in (clinic.work_start, clinic.work_end)
    ]
    words = {"begin": _clock(ends[0].time()), "end": _clock(ends[1].time())}
    if ends[0].date() < day:
        return _("%(begin)s the evening before to %(end)s") % words
    if ends[0].date() > day:
        return _("%(begin)s to %(end)s the day after") % words
    if ends[1].date() > day:
        return _("%(begin)s to %(end)s the next morning") % words
    return _("%(begin)s to %(end)s") % words


def _days(numbers: list[int]) -> str:
    numbers = sorted(numbers)
    names = [str(WEEKDAYS[number - 1]) for number in numbers]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return _together(names)


def _together(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _clock(wall: time) -> str:
    return formats.time_format(wall, "H:i")


def _place(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def span(length: timedelta) -> str:
    """A length of time, roughly: "20 min", "3 h", "2 days"."""
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h") % {"n": minutes // 60}
    return _("%(n)s days") % {"n": minutes // (24 * 60)}
