"""Two charts of groups: effects with their intervals on one scale, and shares that are left by week."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from painclinic.charts import svg, wording
from painclinic.charts.axes import Frame, Scale, empty, value_axis
from painclinic.charts.figures import Figure
from painclinic.charts.lines import NARROW, WIDE
from painclinic.charts.wording import Table

_ROW = 54


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its interval, and one from elsewhere to hold it against."""

    label: str
    value: float
    low: float
    high: float
    other: float | None = None


def interval_figure(
    rows: Sequence[Interval], *, uid: str, title: str, sentence: str, table: Table, other_label: str = ""
) -> Figure:
    """Dots with lines for their intervals, one row each; a hollow square is the value from elsewhere."""

    def draw(suffix: str, width: int) -> SafeString:
        return _intervals(rows, f"{uid}-{suffix}", title, sentence, other_label, width)

    return Figure(uid, title, sentence, table, draw("wide", WIDE), draw("narrow", NARROW))


def _intervals(
    rows: Sequence[Interval], uid: str, title: str, sentence: str, other_label: str, width: int
) -> SafeString:
    top = 30 if other_label else 8
    frame = Frame(left=10, right=width - 14, top=top, bottom=top + _ROW * max(1, len(rows)))
    ends = [0.0, 0.5, *(value for row in rows for value in (row.low, row.high, row.other or 0.0))]
    low, high = min(ends), max(ends)
    x = Scale(low - 0.05, high + 0.1, frame.left, frame.right)
    parts = [_upright(x(0.0), frame), *(_interval(row, index, x, frame) for index, row in enumerate(rows))]
    if not rows:
        parts.append(empty(frame))
    if other_label:
        parts.append(svg.group("chart-key", _square(10, 14), svg.label(22, 18, other_label, fill=svg.INK)))
    parts += [
        svg.label(x(tick), frame.bottom + 20, wording.number(tick), anchor="middle")
        for tick in (0.0, 0.5, 1.0)
        if low <= tick <= high
    ]
    class_ = "chart-wide" if width > NARROW * 1.5 else "chart-narrow"
    height = int(frame.bottom + 28)
    return svg.picture(
        *parts, uid=uid, title=title, description=sentence, width=width, height=height, class_=class_
    )


def _upright(x: float, frame: Frame) -> SafeString:
    return svg.node(
        "line",
        x1=x,
        x2=x,
        y1=frame.top,
        y2=frame.bottom,
        class_="chart-rule",
        stroke=svg.RULE,
        stroke_width=1,
    )


def _interval(row: Interval, index: int, x: Scale, frame: Frame) -> SafeString:
    y = frame.top + index * _ROW + 38
    colour = svg.COLOURS[0]
    said = f"{row.value:.2f}"
    room = frame.right - frame.left - svg.breadth(said, svg.BIG) - 12
    parts = [
        svg.label(
            frame.left, y - 18, svg.fitted(row.label, room, svg.TEXT), class_="chart-label", fill=svg.INK
        ),
        svg.label(
            frame.right,
            y - 17,
            said,
            class_="chart-value chart-end-1",
            fill=colour,
            size=svg.BIG,
            anchor="end",
            bold=True,
        ),
        svg.node(
            "line",
            x1=x(row.low),
            x2=x(row.high),
            y1=y,
            y2=y,
            class_="chart-line chart-line-1",
            stroke=colour,
            stroke_width=2.5,
        ),
        svg.node("circle", cx=x(row.value), cy=y, r=5, class_="chart-dot chart-dot-1", fill=colour),
    ]
    if row.other is not None:
        parts.append(_square(x(row.other), y))
    return svg.group("chart-series", *parts)


def _square(x: float, y: float) -> SafeString:
    return svg.node(
        "rect",
        x=x - 5,
        y=y - 5,
        width=10,
        height=10,
        class_="chart-dot chart-dot-2",
        fill=svg.PAPER,
        stroke=svg.COLOURS[1],
        stroke_width=2,
    )


def share_figure(
    shares: Sequence[float | None], *, uid: str, title: str, sentence: str, table: Table, label: str
) -> Figure:
    """Shares from 0 to 1 as columns with their numbers, in order; a gap where one is not shown."""

    def draw(suffix: str, width: int) -> SafeString:
        frame = Frame(left=38, right=width - 6, top=58, bottom=214)
        y = Scale(0, 100, frame.bottom, frame.top)
        room = (frame.right - frame.left) / max(1, len(shares))
        parts = [
            svg.label(2, 16, svg.fitted(label, width - 4), class_="chart-tick chart-y"),
            value_axis(frame, y, [0, 50, 100]),
            *(_column(share, index, room, y, frame) for index, share in enumerate(shares)),
        ]
        if not shares:
            parts.append(empty(frame))
        class_ = "chart-wide" if width > NARROW * 1.5 else "chart-narrow"
        return svg.picture(
            *parts,
            uid=f"{uid}-{suffix}",
            title=title,
            description=sentence,
            width=width,
            height=242,
            class_=class_,
        )

    return Figure(uid, title, sentence, table, draw("wide", WIDE), draw("narrow", NARROW))


def _column(share: float | None, index: int, room: float, y: Scale, frame: Frame) -> SafeString:
    middle = frame.left + room * (index + 0.5)
    parts = [svg.label(middle, frame.bottom + 20, str(index + 1), anchor="middle")]
    if share is not None:
        top = y(share * 100)
        breadth = min(34.0, room * 0.7)
        parts += [
            svg.node(
                "rect",
                x=middle - breadth / 2,
                y=top,
                width=breadth,
                height=frame.bottom - top,
                class_="chart-part chart-part-1",
                fill=svg.TINTS[0],
            ),
            svg.label(middle, top - 5, f"{share * 100:.0f}", anchor="middle", fill=svg.INK),
        ]
    return svg.group("chart-bar", *parts)
