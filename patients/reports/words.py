"""Dates, spans and counts as they stand on paper: nothing like "tomorrow", which paper cannot keep true.

Everything is said in the language and time zone that are active when it is called.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext


def day(at: date | datetime) -> str:
    """ "Tuesday 4 March 2026"."""
    return date_format(_local(at), pgettext("date format on paper: day with weekday", "l j F Y"))


def short_day(at: date | datetime) -> str:
    """ "4 March 2026"."""
    return date_format(_local(at), pgettext("date format on paper: day", "j F Y"))


def table_day(at: date | datetime) -> str:
    """ "4 Mar 2026", for narrow columns."""
    return date_format(_local(at), pgettext("date format on paper: day in a table", "j M Y"))


def log_day(at: date) -> str:
    """ "Tue 4 March", for a list whose heading names the year."""
    return date_format(at, pgettext("date format on paper: day of a log", "D j F"))


def moment(at: datetime) -> str:
    """ "Tuesday 4 March 2026, 16:00"."""
    return _("%(day)s, %(time)s") % {"day": day(at), "time": date_format(_local(at), "H:i")}


def short_moment(at: datetime) -> str:
    """ "4 March 2026, 16:00"."""
    return _("%(day)s, %(time)s") % {"day": short_day(at), "time": date_format(_local(at), "H:i")}


def span(first: date | datetime, last: date | datetime) -> str:
    """ "4 March to 20 March 2026", with the first year where it is another; one day alone as itself."""
    first, last = _local(first), _local(last)
    if _date(first) == _date(last):
        return short_day(last)
    same = first.year == last.year
    begin = (
        date_format(first, pgettext("date format on paper: day without year", "j F"))
        if same
        else short_day(first)
    )
    return _("%(first)s to %(last)s") % {"first": begin, "last": short_day(last)}


def days(count: int) -> str:
    """ "1 day", "9 days"."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def entries(count: int) -> str:
    """ "1 entry", "9 entries"."""
    return ngettext("%(n)s entry", "%(n)s entries", count) % {"n": count}


def first_name(name: str) -> str:
    """How somebody is spoken of."""
    return name.split(" ", 1)[0]


def joined(parts: Iterable[str]) -> str:
    """What is known, in one line; nothing for what is not."""
    return " · ".join(part for part in parts if part)


def _local(at: date | datetime) -> date | datetime:
    return timezone.localtime(at) if isinstance(at, datetime) else at


def _date(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at
