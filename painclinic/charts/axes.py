"""Scales and ticks: where a value lies on the picture, and which values and days are written out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from painclinic.charts import svg, wording

_DAY_STEPS = (1, 2, 3, 7, 14, 28)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
_TICK_ROOM = 62


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to picture units."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where the value lies; values outside are held at the edge; no span means the middle."""
        if self.high <= self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the picture in which the data lie."""

    left: float
    right: float
    top: float
    bottom: float


def value_ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round values from low to high, at most `most` steps of 1, 2 or 5 times a power of ten."""
    span = high - low
    if span <= 0:
        return [low]
    power = 10 ** math.floor(math.log10(span / most))
    step = next((power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= most), power * 20)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 6) for index in range(first, last + 1)]


def ceiling_of(most: float) -> float:
    """The top of a scale that begins at nought: the next round value at or above the largest one."""
    # Below this the powers of ten run out; nothing that is measured is so small.
    if most < 1e-9:
        return 1.0
    power = 10 ** math.floor(math.log10(most))
    return float(
        next(power * factor for factor in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if power * factor >= most)
    )


def day_ticks(first: date, last: date, room: float, days: int = 1) -> list[date]:
    """Days to write under the axis: the last one and every so many before it, or firsts of months."""
    most = max(1, int(room // _TICK_ROOM))
    span = (last - first).days
    for step in _DAY_STEPS:
        if step % days == 0 and span / step < most:
            return [date.fromordinal(at) for at in range(last.toordinal(), first.toordinal() - 1, -step)][
                ::-1
            ]
    return _month_ticks(first, last, most)


def _month_ticks(first: date, last: date, most: int) -> list[date]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = [date(month // 12, month % 12 + 1, 1) for month in months]
    starts = [start for start in starts if first <= start <= last]
    for step in _MONTH_STEPS:
        chosen = [start for start in starts if (start.year * 12 + start.month - 1) % step == 0]
        if len(chosen) <= most:
            return chosen or [last]
    return [last]


def value_axis(frame: Frame, scale: Scale, ticks: Sequence[float]) -> SafeString:
    """Quiet lines across, with their values on the left."""
    parts = []
    for tick in ticks:
        y = scale(tick)
        parts.append(
            svg.node(
                "line",
                x1=frame.left,
                x2=frame.right,
                y1=y,
                y2=y,
                class_="chart-grid",
                stroke=svg.RULE,
                stroke_width=1,
            )
        )
        parts.append(svg.label(frame.left - 8, y + 4.5, wording.number(tick), anchor="end"))
    return svg.group("chart-axis", *parts)


def day_axis(frame: Frame, scale: Scale, ticks: Sequence[date], width: float) -> SafeString:
    """The days in words under the data, kept inside the picture."""
    texts = wording.axis_days(ticks)
    places = [_inside(scale(tick.toordinal()), text, width) for tick, text in zip(ticks, texts, strict=True)]
    y = frame.bottom + 20
    labels = [svg.label(x, y, text, anchor="middle") for x, text in zip(places, texts, strict=True)]
    return svg.group("chart-axis", *labels)


def _inside(x: float, text: str, width: float) -> float:
    """Keep a centred text from running out of the picture."""
    half = svg.breadth(text) / 2
    return min(max(x, half), width - half)


def empty(frame: Frame) -> SafeString:
    """What stands in a chart without data."""
    x, y = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2 - 8
    text = svg.fitted(wording.nothing_yet(), frame.right - frame.left)
    return svg.label(x, y, text, class_="chart-empty", anchor="middle")


def spread(wanted: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """Heights as near as may be to those wanted, `gap` apart, in the same order, inside the frame."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = top
    for index in order:
        placed[index] = max(wanted[index], floor)
        floor = placed[index] + gap
    ceiling = bottom
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed
