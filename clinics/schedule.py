"""The schedule of questionnaires as a clinic's administration reads and changes it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import Clinic
from patients.actions.schedule import KEPT_KINDS
from patients.models import Occasion
from programs.instruments.definition import InstrumentDefinition
from programs.instruments.library import current_versions, definition_of
from programs.instruments.licences import usable_slugs
from programs.models import Instrument
from programs.schedule import Point

# More than this, and people give up before the end. [D]
LONG = 15
KINDS = dict(Occasion.Kind.choices)


@dataclass(frozen=True)
class PointRow:
    """One time point in words. `missing` are questionnaires that the clinic may not ask (now)."""

    slug: str
    title: str
    when: str
    window: str
    instruments: list[str]
    missing: list[str]
    minutes: int
    is_kept: bool

    @property
    def is_long(self) -> bool:
        return self.minutes > LONG


def askable(clinic: Clinic) -> dict[str, InstrumentDefinition]:
    """What the clinic may ask today, by title: loaded, licensed where needed, and not worked out."""
    slugs = list(Instrument.objects.values_list("slug", flat=True))
    usable = usable_slugs(clinic, slugs, clock.local_today(clinic.timezone))
    found = {
        slug: definition_of(version)
        for slug, version in current_versions(slugs, clinic.language).items()
        if slug in usable
    }
    kept = {slug: one for slug, one in found.items() if not one.is_computed}
    return dict(sorted(kept.items(), key=lambda pair: pair[1].title))


def point_rows(points: Sequence[Point], known: Mapping[str, InstrumentDefinition]) -> list[PointRow]:
    """The time points in order of time."""
    return [_row(point, known) for point in points]


def _row(point: Point, known: Mapping[str, InstrumentDefinition]) -> PointRow:
    asked = [known[slug] for slug in point.instruments if slug in known]
    return PointRow(
        slug=point.slug,
        title=title_of(point),
        when=when_of(point),
        window=window_of(point),
        instruments=[one.short_title for one in asked],
        missing=[slug for slug in point.instruments if slug not in known],
        minutes=round(sum(one.minutes for one in asked)),
        is_kept=point.kind in KEPT_KINDS,
    )


def title_of(point: Point) -> str:
    return str(KINDS[point.kind]).capitalize()


def when_of(point: Point) -> str:
    """`Day 14 (week 3)`; days count from the first day of treatment, which is day 0."""
    return _("Day %(day)d (week %(week)d)") % {"day": point.day, "week": point.day // 7 + 1}


def window_of(point: Point) -> str:
    """`from 7 days before to 21 days after`."""
    before = ngettext("from %(n)d day before", "from %(n)d days before", point.opens) % {"n": point.opens}
    after = ngettext("to %(n)d day after", "to %(n)d days after", point.closes) % {"n": point.closes}
    if not point.opens:
        before = _("from that day")
    if not point.closes:
        after = _("to the end of that day")
    return f"{before} {after}"


def new_slug(kind: str, day: int, taken: Collection[str]) -> str:
    """A name for a new time point: `weekly-day-30`, and with a number when there is one already."""
    name = f"{kind}-day-{day}"
    number = 2
    while name in taken:
        name, number = f"{kind}-day-{day}-{number}", number + 1
    return name
