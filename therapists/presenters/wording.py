"""Times and spans as people on a desk say them, in the reader's own time zone."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from painclinic import clock

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def span(length: timedelta) -> str:
    """ "40 minutes", "3 hours", "2 days": rounded down, one minute at least."""
    if length < _HOUR:
        minutes = max(length // _MINUTE, 1)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if length < 2 * _DAY:
        hours = length // _HOUR
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return days(length // _DAY)


def days(count: int) -> str:
    """ "1 day", "9 days"."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def left(due: datetime) -> str:
    """How long is left until `due`, or how long ago it was."""
    gap = due - clock.now()
    if gap > timedelta(0):
        return _("%(span)s left") % {"span": span(gap)}
    return _("%(span)s late") % {"span": span(-gap)}


def moment(at: datetime) -> str:
    """ "Tue 4 March, 16:00", with "today" and "yesterday" where they fit."""
    local = at.astimezone(timezone.get_current_timezone())
    day = relative_day(local.date())
    return _("%(day)s, %(time)s") % {"day": day, "time": date_format(local, "H:i")}


def day_of(at: datetime) -> str:
    """The day of a moment: "today", "yesterday", "Tue 4 March"."""
    return relative_day(at.astimezone(timezone.get_current_timezone()).date())


def relative_day(day: date) -> str:
    """A day, by name where it is near; with the year where it is another one."""
    today = clock.now().astimezone(timezone.get_current_timezone()).date()
    if day == today:
        return _("today")
    if day == today - _DAY:
        return _("yesterday")
    if day == today + _DAY:
        return _("tomorrow")
    if day.year == today.year:
        return date_format(day, pgettext("date format: day with weekday", "D j F"))
    return date_format(day, pgettext("date format: day with year", "j F Y"))
