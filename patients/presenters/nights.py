"""Nights of the sleep diary: as a picture, as a mean, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic.charts import Bar, Figure, Stack, stack_figure
from patients.models import Entry
from programs.formulas.sleep import FEWEST_NIGHTS, SleepMean, sleep_mean
from programs.worksheets.sleep import duration, night_of

# More bars than this cannot be told apart; the newest stay.
MAX_NIGHTS = 56


@dataclass(frozen=True)
class NightLine:
    """One night in words; `is_long` asks whether a time slipped."""

    entry: Entry
    in_bed: str
    asleep: str
    is_long: bool


@dataclass(frozen=True)
class SleepWords:
    """What the last seven days come to. `share` is empty below three nights."""

    nights: int
    asleep: str
    in_bed: str
    share: str
    share_tried: str
    still_needed: int


def nights_figure(entries: list[Entry], uid: str) -> Figure | None:
    """Hours asleep and awake in bed, night by night, with how good the sleep was."""
    nights = {entry.on_date: (night_of(entry.values), entry.values.get("quality")) for entry in entries}
    bars = [
        Bar(on, (night.time_asleep / 60, (night.time_in_bed - night.time_asleep) / 60), quality)
        for on, (night, quality) in nights.items()
        if on and night and night.is_possible
    ]
    if not bars:
        return None
    last = max(bar.on for bar in bars)
    stack = Stack(
        bars=[bar for bar in bars if (last - bar.on).days < MAX_NIGHTS],
        part_labels=(_("Asleep"), _("Awake in bed")),
        unit=_("hours"),
        rating_label=_("How good it was, 1 to 5"),
        rating_range=(1, 5),
    )
    count = len(stack.bars)
    said = ngettext(
        "%(n)d night. On average asleep for %(asleep)s, awake in bed for %(awake)s.",
        "%(n)d nights. On average asleep for %(asleep)s, awake in bed for %(awake)s.",
        count,
    ) % {
        "n": count,
        "asleep": duration(sum(bar.parts[0] or 0 for bar in stack.bars) * 60 / count),
        "awake": duration(sum(bar.parts[1] or 0 for bar in stack.bars) * 60 / count),
    }
    return stack_figure(stack, uid=uid, title=_("Night by night"), sentence=said)


def mean_of(entries: Iterable[Entry], last_day: date) -> SleepMean | None:
    """The mean of the seven days up to `last_day`."""
    nights = (night_of(entry.values) for entry in entries)
    return sleep_mean((night for night in nights if night), last_day)


def in_words(mean: SleepMean | None) -> SleepWords | None:
    """A mean as people say it; None without a night."""
    if mean is None:
        return None
    return SleepWords(
        nights=mean.nights,
        asleep=duration(mean.time_asleep),
        in_bed=duration(mean.time_in_bed),
        share=percent(mean.efficiency),
        share_tried=percent(mean.efficiency_dse),
        still_needed=max(0, FEWEST_NIGHTS - mean.nights),
    )


def percent(value: float | None) -> str:
    """`66%`; nothing for a figure that is not shown."""
    return "" if value is None else f"{value:.0f}%"


def night_lines(entries: Iterable[Entry]) -> list[NightLine]:
    """The nights in words, the newest first."""
    found = []
    for entry in entries:
        night = night_of(entry.values)
        if night:
            line = NightLine(
                entry, duration(night.time_in_bed), duration(max(0, night.time_asleep)), night.is_long
            )
            found.append(line)
    return found[::-1]


def clock_time(value: str) -> time | None:
    """A time of a sleep plan; None where none was written."""
    return time.fromisoformat(value) if value else None
