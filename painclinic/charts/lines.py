"""Lines over time: few of them, each with its name and last value written at its end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils.safestring import SafeString

from painclinic.charts import svg, wording
from painclinic.charts.areas import draw_band, draw_corridor
from painclinic.charts.axes import Frame, Scale, day_axis, day_ticks, empty, spread, value_axis, value_ticks
from painclinic.charts.data import (
    MAX_SERIES,
    Band,
    ChartError,
    Corridor,
    Event,
    Point,
    Series,
    day_of,
    position,
    thinned,
)
from painclinic.charts.events import EVENT_ROW, draw_event, place_labels, rows_of

WIDE = 680
NARROW = 280
_DASHES = (None, "7 4", "2 4", "10 3 2 3")
_DOTS_UP_TO = 40


def line_chart(
    series: Sequence[Series],
    *,
    uid: str,
    title: str,
    description: str = "",
    y_label: str = "",
    y_range: tuple[float, float],
    bands: Sequence[Band] = (),
    events: Sequence[Event] = (),
    corridor: Corridor | None = None,
    width: int = WIDE,
    height: int = 260,
) -> SafeString:
    """Lines over time as an accessible SVG.

    `uid` makes the ids in the picture unique on its page. `y_range` is the whole scale, not the
    range of the data, so that two charts can be compared. Without a description the picture
    describes itself. Draw it once with `width=WIDE` and once with `NARROW`: text keeps its size.
    """
    if len(series) > MAX_SERIES:
        raise ChartError(f"At most {MAX_SERIES} lines can be told apart.")
    moments = [point.at for one in series for point in one.known]
    shown = sorted(events, key=lambda event: position(event.at)) if moments else []
    days = _days([*moments, *(event.at for event in shown)])
    frame = _frame(series, y_label, y_range, width, height)
    last = days[1].toordinal() + _last_fraction(moments)
    x = Scale(days[0].toordinal(), last, frame.left + 6, frame.right - 6)
    labels = place_labels(shown, x, frame)
    frame = replace(frame, top=frame.top + rows_of(labels) * EVENT_ROW)
    y = Scale(*y_range, frame.bottom, frame.top)
    parts = [
        *(draw_band(band, frame, y) for band in bands),
        *([draw_corridor(corridor, frame, x, y)] if corridor and moments else []),
        value_axis(frame, y, value_ticks(*y_range)),
        _y_label(y_label, frame),
        *(draw_event(label, frame) for label in labels),
        *(_line(one, index, x, y) for index, one in enumerate(series) if one.known),
        *_ends(series, frame, x, y, width),
    ]
    if moments:
        parts.append(day_axis(frame, x, day_ticks(*days, x.end - x.start), width))
    else:
        parts.append(empty(frame))
    description = description or wording.line_sentence(series)
    size = "chart-wide" if width > NARROW * 1.5 else "chart-narrow"
    return svg.picture(
        *parts, uid=uid, title=title, description=description, width=width, height=height, class_=size
    )


def _days(moments: Sequence[date]) -> tuple[date, date]:
    days = [day_of(at) for at in moments] or [date(2000, 1, 1)]
    return min(days), max(days)


def _last_fraction(moments: Sequence[date]) -> float:
    """How far into its day the last moment lies, so that it still fits on the scale."""
    return max((position(at) for at in moments), default=0.0) % 1


def _frame(
    series: Sequence[Series], y_label: str, y_range: tuple[float, float], width: int, height: int
) -> Frame:
    ticks = max(svg.breadth(wording.number(tick)) for tick in value_ticks(*y_range))
    top = 30 if y_label else 12
    return Frame(left=ticks + 12, right=width - _gutter(series, width), top=top, bottom=height - 28)


def _gutter(series: Sequence[Series], width: int) -> float:
    """Room on the right for the names of the lines: as much as they need, up to a quarter."""
    known = [one for one in series if one.known]
    if not known:
        return 12
    longest = max(max(svg.breadth(one.label), svg.breadth(_last(one), svg.BIG)) for one in known)
    return min(longest, width * 0.27) + 20


def _last(one: Series) -> str:
    return wording.amount(one.known[-1].value, one.unit)


def _y_label(text: str, frame: Frame) -> SafeString:
    if not text:
        return SafeString("")
    return svg.label(2, 16, svg.fitted(text, frame.right), class_="chart-tick chart-y")


def _line(one: Series, index: int, x: Scale, y: Scale) -> SafeString:
    points = thinned(one.points)
    colour = svg.COLOURS[index]
    path = svg.node(
        "path",
        d=path_of(points, x, y),
        class_=f"chart-line chart-line-{index + 1}",
        fill="none",
        stroke=colour,
        stroke_width=2.5,
        stroke_linejoin="round",
        stroke_linecap="round",
        stroke_dasharray=_DASHES[index],
    )
    return svg.group("chart-series", path, *_dots(points, index, x, y))


def path_of(points: Sequence[Point], x: Scale, y: Scale) -> str:
    """Moves and lines; a gap lifts the pen."""
    steps, down = [], False
    for point in points:
        if point.value is not None:
            steps.append(f"{'L' if down else 'M'}{x(position(point.at)):.1f} {y(point.value):.1f}")
        down = point.value is not None
    return "".join(steps)


def _dots(points: Sequence[Point], index: int, x: Scale, y: Scale) -> list[SafeString]:
    """A dot on every value while there are few, else only where a line cannot show it, and the last."""
    known = [at for at, point in enumerate(points) if point.value is not None]
    if len(known) > _DOTS_UP_TO:
        known = [at for at in known if _is_alone(points, at) or at == known[-1]]
    return [_dot(points[at], index, x, y, big=at == known[-1]) for at in known]


def _is_alone(points: Sequence[Point], at: int) -> bool:
    before = points[at - 1].value if at else None
    after = points[at + 1].value if at + 1 < len(points) else None
    return before is None and after is None


def _dot(point: Point, index: int, x: Scale, y: Scale, *, big: bool) -> SafeString:
    """Full dots for the first and third line, rings for the second and fourth."""
    ring, colour = index % 2 == 1, svg.COLOURS[index]
    return svg.node(
        "circle",
        cx=x(position(point.at)),
        cy=y(point.value or 0),
        r=5 if big else 3.5,
        class_=f"chart-dot chart-dot-{index + 1}",
        fill=svg.PAPER if ring else colour,
        stroke=colour if ring else svg.PAPER,
        stroke_width=2 if ring else 1,
    )


def _ends(series: Sequence[Series], frame: Frame, x: Scale, y: Scale, width: int) -> list[SafeString]:
    """Each line's name and last value beside its end, moved apart where they would touch."""
    known = [(index, one) for index, one in enumerate(series) if one.known]
    room = width - frame.right - 14
    names = [svg.wrapped(one.label, room) for _, one in known]
    tallest = max((len(name) for name in names), default=1)
    wanted = [y(one.known[-1].value or 0) for _, one in known]
    places = spread(wanted, (tallest + 1) * 17 + 6, frame.top + 4, frame.bottom - tallest * 17)
    return [
        _end(one, index, name, frame.right + 6, place)
        for (index, one), name, place in zip(known, names, places, strict=True)
    ]


def _end(one: Series, index: int, name: Sequence[str], x: float, y: float) -> SafeString:
    colour = svg.COLOURS[index]
    class_ = f"chart-end chart-end-{index + 1}"
    value = svg.label(
        x, y + 5, _last(one), class_=f"{class_} chart-value", fill=colour, size=svg.BIG, bold=True
    )
    below = [
        svg.label(x, y + 22 + row * 16, text, class_=class_, fill=colour) for row, text in enumerate(name)
    ]
    return svg.group("chart-ends", value, *below)
