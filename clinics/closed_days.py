"""Days on which the clinic is closed although its week says otherwise: what may be entered, what is offered.

Every clock of alerts, answers and homework stands still on them (`patients.workdays`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from painclinic.accounts.models import Clinic
from patients.workdays import is_working_day

# Nobody looks at alerts for as long; our own judgement, long enough for Christmas to Epiphany.
LONGEST = timedelta(days=16)
# A working day more than a clinic closes in two years.
MOST = 120
# Offered and accepted this far ahead.
AHEAD = timedelta(days=550)
# Kept this long, so that a clock of the past can be understood.
KEPT = timedelta(days=400)


class ClosedTooLongError(Exception):
    """The clinic would be closed for longer at a stretch than alerts may wait."""


class TooManyDaysError(Exception):
    """More days than a clinic closes."""


@dataclass(frozen=True)
class Region:
    """A part of a country with holidays of its own."""

    code: str
    name: str


def regions(country: str) -> list[Region]:
    """The parts of a country that differ in their holidays; empty where none do or nothing is known."""
    known = _calendar(country, "", [])
    if known is None:
        return []
    names = {
        code: aliases[0] if aliases else code for code, aliases in known.get_subdivision_aliases().items()
    }
    return sorted((Region(code, name) for code, name in names.items()), key=lambda one: one.name)


def public_holidays(clinic: Clinic, region: str, today: date) -> dict[date, str]:
    """The coming public holidays on which the clinic would work, by date; empty for an unknown country.

    Source: the package `holidays`. Whoever adds them sees and chooses each one.
    """
    known = _calendar(clinic.country, region, [today.year, today.year + 1], clinic.language)
    days = sorted((known or {}).items())
    coming = ((day, name) for day, name in days if today <= day <= today + AHEAD)
    return {day: name for day, name in coming if is_working_day(day, clinic)}


def check(clinic: Clinic, days: Iterable[date]) -> None:
    """Whether the clinic may be closed on these days as well. Raises ClosedTooLongError, TooManyDaysError."""
    closed = {date.fromisoformat(day) for day in clinic.closed_days} | set(days)
    if len(closed) > MOST:
        raise TooManyDaysError
    for day in closed:
        if all(_is_off(day + timedelta(days=n), clinic, closed) for n in range(LONGEST.days + 1)):
            raise ClosedTooLongError


def still_kept(closed: Mapping[str, str], today: date) -> dict[str, str]:
    """What is stored, in the order of dates, without what is long over."""
    first = (today - KEPT).isoformat()
    return {day: closed[day] for day in sorted(closed) if day >= first}


def _is_off(day: date, clinic: Clinic, closed: set[date]) -> bool:
    return day in closed or day.isoweekday() not in clinic.work_days


def _calendar(country: str, region: str, years: list[int], language: str = "") -> holidays.HolidayBase | None:
    parts = holidays.list_supported_countries(include_aliases=False)
    if country not in parts:
        return None
    spoken = _spoken(country, language)
    subdivision = region if region in parts[country] else None
    return holidays.country_holidays(country, subdiv=subdivision, years=years, language=spoken)


def _spoken(country: str, language: str) -> str | None:
    """The nearest to `language` in which the names of a country's holidays are known."""
    known = holidays.country_holidays(country).supported_languages
    wanted = language.replace("-", "_").lower()
    near = [one for one in known if one.lower() == wanted] or [
        one for one in known if one.split("_")[0].lower() == wanted.split("_")[0]
    ]
    return near[0] if near else None
