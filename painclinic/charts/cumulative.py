"""How much of the time allowed was used: curves that rise from nought to all, with the due time marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from painclinic.charts import svg
from painclinic.charts.axes import Frame, Scale, empty, value_axis
from painclinic.charts.data import MAX_SERIES, ChartError
from painclinic.charts.figures import Figure
from painclinic.charts.lines import NARROW, WIDE
from painclinic.charts.wording import Table

_DASHES = (None, "7 4", "2 4", "10 3 2 3")
_KEY_ROW = 22


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares from 0 to 1 at equal steps of the axis, the first of them one step after its beginning."""

    label: str
    shares: Sequence[float]


def cumulative_figure(
    curves: Sequence[Curve],
    *,
    uid: str,
    title: str,
    sentence: str,
    table: Table,
    label: str,
    ticks: Sequence[tuple[float, str]],
    mark: tuple[float, str],
) -> Figure:
    """Cumulative shares, one line each. `ticks` and `mark` are places on the axis, from 0 to 1, and words."""
    if len(curves) > MAX_SERIES:
        raise ChartError(f"At most {MAX_SERIES} lines can be told apart.")

    def draw(suffix: str, width: int) -> SafeString:
        top = 44.0 + _KEY_ROW * len(curves)
        frame = Frame(left=40, right=width - 24, top=top, bottom=top + 170)
        x, y = Scale(0, 1, frame.left, frame.right), Scale(0, 100, frame.bottom, frame.top)
        parts = [
            svg.label(2, 16, svg.fitted(label, width - 4), class_="chart-tick chart-y"),
            _key(curves, width),
            value_axis(frame, y, [0, 50, 100]),
            _axis(ticks, x, frame, width),
            _mark(mark, x, frame),
            *(_line(one, index, x, y) for index, one in enumerate(curves)),
        ]
        if not curves:
            parts.append(empty(frame))
        return svg.picture(
            *parts,
            uid=f"{uid}-{suffix}",
            title=title,
            description=sentence,
            width=width,
            height=int(frame.bottom + 30),
            class_="chart-wide" if width > NARROW * 1.5 else "chart-narrow",
        )

    return Figure(uid, title, sentence, table, draw("wide", WIDE), draw("narrow", NARROW))


def _key(curves: Sequence[Curve], width: int) -> SafeString:
    """A sample of each line with its name: where lines lie on each other, names at their ends would too."""
    rows = []
    for index, one in enumerate(curves):
        y = 40.0 + _KEY_ROW * index
        rows.append(_stroke(f"M2 {y - 4:.1f}H34", index))
        rows.append(svg.label(42, y, svg.fitted(one.label, width - 48), class_="chart-label", fill=svg.INK))
    return svg.group("chart-key", *rows)


def _axis(ticks: Sequence[tuple[float, str]], x: Scale, frame: Frame, width: int) -> SafeString:
    drawn = []
    for at, text in ticks:
        # A percent sign is broader than a letter.
        half = svg.breadth(text) / 2 + 4
        place = min(max(x(at), half), width - half)
        drawn.append(svg.label(place, frame.bottom + 20, text, anchor="middle"))
    return svg.group("chart-axis", *drawn)


def _mark(mark: tuple[float, str], x: Scale, frame: Frame) -> SafeString:
    """An upright line through the whole picture, with its name at its foot."""
    at, text = x(mark[0]), svg.fitted(mark[1], frame.right - x(mark[0]) - 8)
    line = svg.node(
        "line",
        x1=at,
        x2=at,
        y1=frame.top - 6,
        y2=frame.bottom,
        class_="chart-edge",
        stroke=svg.QUIET,
        stroke_width=2,
        stroke_dasharray="1 3",
    )
    name = svg.label(at + 6, frame.bottom - 8, text, class_="chart-band-label")
    return svg.group("chart-bands", line, name)


def _line(one: Curve, index: int, x: Scale, y: Scale) -> SafeString:
    step = 1 / max(1, len(one.shares))
    points = [(0.0, 0.0), *((step * at, share) for at, share in enumerate(one.shares, start=1))]
    path = "L".join(f"{x(across):.1f} {y(share * 100):.1f}" for across, share in points)
    return svg.group("chart-series", _stroke(f"M{path}", index))


def _stroke(path: str, index: int) -> SafeString:
    return svg.node(
        "path",
        d=path,
        class_=f"chart-line chart-line-{index + 1}",
        fill="none",
        stroke=svg.COLOURS[index],
        stroke_width=2.5,
        stroke_linejoin="round",
        stroke_dasharray=_DASHES[index],
    )
