"""Bars by day: amounts stacked in a fixed order, and a rating in a small plot of its own above them."""

from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString

from painclinic.charts import svg, wording
from painclinic.charts.axes import (
    Frame,
    Scale,
    ceiling_of,
    day_axis,
    day_ticks,
    empty,
    value_axis,
    value_ticks,
)
from painclinic.charts.data import Bar, Stack
from painclinic.charts.lines import NARROW, WIDE

_RATINGS = 74


def bar_chart(
    bars: Sequence[Bar],
    *,
    uid: str,
    title: str,
    label: str,
    unit: str = "",
    description: str = "",
    width: int = WIDE,
    height: int = 240,
) -> SafeString:
    """One amount a day as an accessible SVG; each bar has exactly one part."""
    stack = Stack(bars, [label], unit)
    return stacked_bar_chart(stack, uid=uid, title=title, description=description, width=width, height=height)


def stacked_bar_chart(
    stack: Stack, *, uid: str, title: str, description: str = "", width: int = WIDE, height: int = 300
) -> SafeString:
    """Amounts a day, stacked, as an accessible SVG; a rating is drawn as dots above, on its own scale."""
    has_ratings = bool(stack.rating_label) and any(bar.rating is not None for bar in stack.bars)
    top = 48 + (_RATINGS + 40 if has_ratings else 0)
    amounts = _Amounts(stack, width, top, height)
    parts = [_key(stack, amounts.frame, top - 30, width), amounts.axis(), *amounts.bars()]
    if has_ratings:
        parts += _ratings(stack, amounts)
    if stack.logged:
        first, last = stack.bars[0].on, stack.bars[-1].on
        frame = amounts.frame
        ticks = day_ticks(first, last, frame.right - frame.left, stack.days)
        parts.append(day_axis(frame, amounts.x, ticks, width))
    else:
        parts.append(empty(amounts.frame))
    return svg.picture(
        *parts,
        uid=uid,
        title=title,
        description=description or wording.stack_sentence(stack),
        width=width,
        height=height,
        class_="chart-wide" if width > NARROW * 1.5 else "chart-narrow",
    )


class _Amounts:
    """Where the bars stand: their frame, their scales and how broad they are."""

    def __init__(self, stack: Stack, width: int, top: float, height: int) -> None:
        self.stack = stack
        most = max((sum(part or 0 for part in bar.parts) for bar in stack.bars), default=0)
        high = ceiling_of(most)
        self.ticks = value_ticks(0, high, most=3)
        left = 12 + max(svg.breadth(wording.number(tick)) for tick in self.ticks)
        self.frame = Frame(left=left, right=width - 8, top=top, bottom=height - 28)
        self.y = Scale(0, high, self.frame.bottom, self.frame.top)
        self.x, self.breadth = self._columns()

    def _columns(self) -> tuple[Scale, float]:
        """The scale of the days, and how broad a bar is: most of a day's room, never a slab."""
        days = [bar.on.toordinal() for bar in self.stack.bars] or [0]
        room = (self.frame.right - self.frame.left) / ((days[-1] - days[0]) / self.stack.days + 1)
        scale = Scale(days[0], days[-1], self.frame.left + room / 2, self.frame.right - room / 2)
        return scale, min(30.0, room * 0.68)

    def at(self, day: date) -> float:
        """The middle of a day's bar."""
        return self.x(day.toordinal())

    def axis(self) -> SafeString:
        """Quiet lines and amounts; the unit is in the key."""
        return value_axis(self.frame, self.y, self.ticks)

    def bars(self) -> list[SafeString]:
        """A group of rectangles for each day."""
        return [svg.group("chart-bar", *self._parts(bar)) for bar in self.stack.bars if bar.is_logged]

    def _parts(self, bar: Bar) -> list[SafeString]:
        drawn, below = [], 0.0
        for index, part in enumerate(bar.parts):
            if part:
                drawn.append(self._part(bar, index, below, below + part))
                below += part
        return drawn

    def _part(self, bar: Bar, index: int, low: float, high: float) -> SafeString:
        return box(
            index,
            x=self.at(bar.on) - self.breadth / 2,
            y=self.y(high),
            width=self.breadth,
            height=max(self.y(low) - self.y(high), 1.0),
        )


def box(index: int, *, x: float, y: float, width: float, height: float) -> SafeString:
    """A part of a bar: even ones full, odd ones pale with an outline, so that grey paper tells them apart."""
    return svg.node(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        class_=f"chart-part chart-part-{index + 1}",
        fill=svg.TINTS[index],
        stroke=svg.TINTS[index - index % 2],
        stroke_width=1,
    )


def _key(stack: Stack, frame: Frame, y: float, width: int) -> SafeString:
    """The names of the parts, each beside a sample, in the order in which they are stacked."""
    drawn, x = [], 2.0
    for index, name in enumerate(stack.part_labels):
        text = name if index else _with_unit(name, stack.unit)
        text = svg.fitted(text, width - x - 24)
        drawn.append(box(index, x=x + 1, y=y - 11, width=12, height=12))
        drawn.append(svg.label(x + 20, y, text, class_="chart-label", fill=svg.INK))
        x += 20 + svg.breadth(text) + 16
    return svg.group("chart-key", *drawn)


def _with_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _ratings(stack: Stack, amounts: _Amounts) -> list[SafeString]:
    """Dots over their days; the last rating is written out beside the name."""
    frame = Frame(amounts.frame.left, amounts.frame.right, 32, 32 + _RATINGS)
    low, high = stack.rating_range
    y = Scale(low, high, frame.bottom, frame.top)
    rated = [bar for bar in stack.bars if bar.rating is not None]
    drawn = [_rating_dot(bar.rating or 0, amounts.at(bar.on), y, last=bar is rated[-1]) for bar in rated]
    return [
        value_axis(frame, y, [low, (low + high) / 2, high]),
        _rating_name(stack, rated[-1].rating, frame),
        svg.group("chart-series", *drawn),
    ]


def _rating_name(stack: Stack, last: float | None, frame: Frame) -> SafeString:
    return svg.group(
        "chart-ends",
        svg.label(
            2, 16, svg.fitted(stack.rating_label, frame.right - 80), class_="chart-label", fill=svg.INK
        ),
        svg.label(
            frame.right,
            17,
            wording.last_value(last),
            class_="chart-value chart-end-2",
            fill=svg.COLOURS[1],
            size=svg.BIG,
            anchor="end",
            bold=True,
        ),
    )


def _rating_dot(value: float, x: float, y: Scale, *, last: bool) -> SafeString:
    return svg.node(
        "circle",
        cx=x,
        cy=y(value),
        r=5.5 if last else 4,
        class_="chart-dot chart-rating",
        fill=svg.COLOURS[1],
        stroke=svg.PAPER,
        stroke_width=1.5,
    )
