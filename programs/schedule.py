"""When which questionnaires are asked in a programme: the programme's own schedule, or a clinic's.

The points of the programme that ships with painclinic are our decision [D], after the occasions of
guided trials: before the treatment, each week, half way, at the end, and after 3 and 12 months.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from painclinic.accounts.models import Clinic
from programs.models import MeasureSchedule, Programme

CONTENT = Path(__file__).resolve().parent / "content"
KINDS = ("baseline", "weekly", "mid", "post", "follow-up")
MOST_POINTS = 80
MOST_INSTRUMENTS = 20
LAST_DAY = 1100
WIDEST = 120
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True)
class Point:
    """One time point. `day` counts from the first day of treatment, which is day 0.

    It can be answered from `opens` days before to `closes` days after that day.
    """

    slug: str
    kind: str
    day: int
    opens: int
    closes: int
    instruments: tuple[str, ...]


class ScheduleInvalidError(ValueError):
    """The schedule cannot be used; `faults` say why, by place: `points-3-day`, or `points` for the whole."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("invalid schedule")
        self.faults = dict(faults)


def schedule_for(clinic: Clinic, programme: Programme) -> tuple[Point, ...]:
    """The schedule in force: the clinic's newest, else the programme's own. One query.

    A clinic that went back to the programme's own has an empty plan as its newest.
    """
    own = MeasureSchedule.objects.filter(clinic=clinic, programme=programme).order_by("-number").first()
    return read_schedule(own.plan) if own and own.plan else default_schedule(programme.slug)


@lru_cache(maxsize=32)
def default_schedule(programme: str) -> tuple[Point, ...]:
    """The schedule that is part of a programme's content; empty for a programme that has none."""
    path = CONTENT / programme / "measures.yaml"
    if not _SLUG.fullmatch(programme) or not path.is_file():
        return ()
    return read_schedule(yaml.safe_load(path.read_text()))


def read_schedule(data: Any) -> tuple[Point, ...]:
    """The points of a stored schedule, in order of time. Raises ScheduleInvalidError with every fault."""
    rows = data.get("points") if isinstance(data, Mapping) else None
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not 0 < len(rows) <= MOST_POINTS:
        raise ScheduleInvalidError(
            {"points": _("A schedule has from 1 to %(most)s time points.") % {"most": MOST_POINTS}}
        )
    faults: dict[str, str] = {}
    points = [_point(index, row, faults) for index, row in enumerate(rows)]
    _whole(points, faults)
    if faults:
        raise ScheduleInvalidError(faults)
    return tuple(sorted(points, key=lambda point: (point.day, point.slug)))


def as_data(points: Sequence[Point]) -> dict[str, Any]:
    """A schedule as it is stored."""
    return {"points": [asdict(point) | {"instruments": list(point.instruments)} for point in points]}


def _point(index: int, row: Any, faults: dict[str, str]) -> Point:
    row = row if isinstance(row, Mapping) else {}
    place = f"points-{index}"
    slug, kind = str(row.get("slug", "")), str(row.get("kind", ""))
    if not _SLUG.fullmatch(slug) or len(slug) > 40:
        faults[f"{place}-slug"] = _("Use small letters, numbers and hyphens, such as week-3.")
    if kind not in KINDS:
        faults[f"{place}-kind"] = _("Choose what kind of time point this is.")
    asked = row.get("instruments")
    names = [str(one) for one in asked] if isinstance(asked, (list, tuple)) else []
    if not 0 < len(names) <= MOST_INSTRUMENTS or len(set(names)) != len(names):
        faults[f"{place}-instruments"] = _("Choose at least one questionnaire, each only once.")
    elif not all(_SLUG.fullmatch(name) and len(name) <= 40 for name in names):
        faults[f"{place}-instruments"] = _("One of these is not the short name of a questionnaire.")
    return Point(
        slug=slug,
        kind=kind,
        day=_number(row, place, "day", LAST_DAY, faults),
        opens=_number(row, place, "opens", WIDEST, faults),
        closes=_number(row, place, "closes", WIDEST, faults),
        instruments=tuple(names),
    )


def _number(row: Mapping[str, Any], place: str, name: str, most: int, faults: dict[str, str]) -> int:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        faults[f"{place}-{name}"] = _("Give a whole number of days from 0 to %(most)s.") % {"most": most}
        return 0
    return value


def _whole(points: Sequence[Point], faults: dict[str, str]) -> None:
    seen: set[str] = set()
    for index, point in enumerate(points):
        if point.slug in seen:
            faults.setdefault(f"points-{index}-slug", _("Another time point has this name."))
        seen.add(point.slug)
    if [point.kind for point in points].count("baseline") != 1:
        faults.setdefault("points", _("There is exactly one time point at the start."))
    for index, point in enumerate(points):
        if point.kind == "baseline" and point.day:
            faults.setdefault(f"points-{index}-day", _("The time point at the start is on day 0."))
