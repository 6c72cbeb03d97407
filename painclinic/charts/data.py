"""What a chart is made of. Everything is checked here, so that drawing cannot fail later."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

MAX_DRAWN = 400
MAX_GIVEN = 5_000
MAX_SLOTS = 62
MAX_SERIES = 4

Moment = date | datetime


class ChartError(ValueError):
    """The data cannot be drawn honestly; the message says why and names no value."""


def clean(value: float | None) -> float | None:
    """The value, or None for anything that is not a finite number."""
    return value if value is not None and math.isfinite(value) else None


def day_of(at: Moment) -> date:
    """The calendar day of a date or of a moment already in the reader's time zone."""
    return at.date() if isinstance(at, datetime) else at


def position(at: Moment) -> float:
    """Days since the calendar began, with the time of day as a fraction."""
    if isinstance(at, datetime):
        return at.toordinal() + (at.hour * 60 + at.minute) / 1440
    return float(at.toordinal())


@dataclass(frozen=True, slots=True)
class Point:
    """One value at one moment; None (or NaN) is a gap and breaks the line."""

    at: Moment
    value: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line, in order of time. `unit` is written after each value, as in "40 minutes"."""

    label: str
    points: Sequence[Point]
    unit: str = ""

    def __post_init__(self) -> None:
        if len(self.points) > MAX_GIVEN:
            raise ChartError(f"A series takes at most {MAX_GIVEN} points.")
        ordered = sorted(self.points, key=lambda point: position(point.at))
        object.__setattr__(self, "points", tuple(Point(p.at, clean(p.value)) for p in ordered))

    @property
    def known(self) -> list[Point]:
        """The points that have a value."""
        return [point for point in self.points if point.value is not None]


@dataclass(frozen=True, slots=True)
class Band:
    """A range of values with a meaning, such as "mild".

    `tone`: `calm` fills it softly, `quiet` in grey (ordinary ups and downs), `line` draws only its lower
    edge, for ranges that lie close above each other.
    """

    low: float
    high: float
    label: str
    tone: str = "calm"


@dataclass(frozen=True, slots=True)
class Corridor:
    """A range of values that changes over time: (moment, low, high), drawn from the first to the last."""

    label: str
    edges: Sequence[tuple[Moment, float, float]]

    def __post_init__(self) -> None:
        if len(self.edges) > MAX_DRAWN:
            raise ChartError(f"A corridor takes at most {MAX_DRAWN} moments.")
        if any(not low <= high for _, low, high in self.edges):
            raise ChartError("A corridor needs a lower and an upper edge at each moment.")
        ordered = tuple(sorted(self.edges, key=lambda edge: position(edge[0])))
        object.__setattr__(self, "edges", ordered)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day, such as "Week 2 began"."""

    at: Moment
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day (or week): amounts stacked in a fixed order, and perhaps a rating of its own.

    None in `parts` means that nothing was written down, which is not the same as nought.
    """

    on: date
    parts: Sequence[float | None]
    rating: float | None = None

    def __post_init__(self) -> None:
        parts = tuple(clean(part) for part in self.parts)
        if any(part is not None and part < 0 for part in parts):
            raise ChartError("A bar cannot have a negative part.")
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "rating", clean(self.rating))

    @property
    def is_logged(self) -> bool:
        """Whether anything was written down for this bar."""
        return self.rating is not None or any(part is not None for part in self.parts)


@dataclass(frozen=True, slots=True)
class Stack:
    """Bars with the names of their parts.

    `rating_label` names the rating above the bars ("Pain after"); `rating_range` is its scale.
    `days` is how many days one bar stands for: 1, or 7 after `weekly`.
    """

    bars: Sequence[Bar]
    part_labels: Sequence[str]
    unit: str = ""
    rating_label: str = ""
    rating_range: tuple[float, float] = (0, 10)
    days: int = field(default=1)

    def __post_init__(self) -> None:
        bars = tuple(sorted(self.bars, key=lambda bar: bar.on))
        if not 1 <= len(self.part_labels) <= MAX_SERIES:
            raise ChartError(f"Bars have one to {MAX_SERIES} parts.")
        if any(len(bar.parts) != len(self.part_labels) for bar in bars):
            raise ChartError("Every bar needs one value (or None) for each part.")
        if len({bar.on for bar in bars}) != len(bars):
            raise ChartError("Two bars fall on one day; add them up first.")
        if bars and (bars[-1].on - bars[0].on).days // self.days >= MAX_SLOTS:
            raise ChartError(f"At most {MAX_SLOTS} bars fit; use weekly() for a longer time.")
        object.__setattr__(self, "bars", bars)

    @property
    def logged(self) -> list[Bar]:
        """The bars for which something was written down."""
        return [bar for bar in self.bars if bar.is_logged]


def weekly(bars: Iterable[Bar]) -> list[Bar]:
    """One bar a week, on its Monday: the mean over the days that were logged in that week."""
    weeks: dict[date, list[Bar]] = {}
    for bar in bars:
        if bar.is_logged:
            weeks.setdefault(date.fromordinal(bar.on.toordinal() - bar.on.weekday()), []).append(bar)
    return [
        Bar(monday, [_mean(column) for column in zip(*(b.parts for b in days), strict=True)], _rating(days))
        for monday, days in sorted(weeks.items())
    ]


def _rating(days: Sequence[Bar]) -> float | None:
    return _mean(day.rating for day in days)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def thinned(points: Sequence[Point]) -> Sequence[Point]:
    """At most 400 points that draw the same picture.

    Of each stretch the first, lowest, highest and last value stay, so no peak and no trough is
    lost; a stretch without any value stays a gap.
    """
    if len(points) <= MAX_DRAWN:
        return points
    size = math.ceil(len(points) * 4 / MAX_DRAWN)
    kept: list[Point] = []
    for start in range(0, len(points), size):
        kept += _corners(points[start : start + size])
    return kept


def _corners(stretch: Sequence[Point]) -> list[Point]:
    known = [(point.value, index) for index, point in enumerate(stretch) if point.value is not None]
    if not known:
        return [stretch[0]]
    chosen = {known[0][1], min(known)[1], max(known)[1], known[-1][1]}
    return [stretch[index] for index in sorted(chosen)]
