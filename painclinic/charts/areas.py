"""What lies behind the lines: ranges of values with a meaning, steady or changing over time."""

from django.utils.safestring import SafeString

from painclinic.charts import svg
from painclinic.charts.axes import Frame, Scale
from painclinic.charts.data import Band, Corridor, position

_FILLS = {"calm": svg.GROUND, "quiet": svg.GREY}


def draw_band(band: Band, frame: Frame, y: Scale) -> SafeString:
    """The band across the whole picture, with its name; of a `line` only the lower edge."""
    top, bottom, room = y(band.high), y(band.low), frame.right - frame.left - 12
    if band.tone == "line":
        text = svg.fitted(band.label, room)
        return svg.group("chart-bands", _edge(frame, bottom), _name(text, frame.right - 6, bottom - 4, "end"))
    area = svg.node(
        "rect",
        x=frame.left,
        y=top,
        width=frame.right - frame.left,
        height=bottom - top,
        class_="chart-band" if band.tone == "calm" else f"chart-band chart-band-{band.tone}",
        fill=_FILLS[band.tone],
    )
    # The grey of ordinary ups and downs has the start in its middle: its lower edge is the emptiest place.
    name_y = bottom - 6 if band.tone == "quiet" else top + 16
    return svg.group("chart-bands", area, _name(svg.fitted(band.label, room), frame.left + 6, name_y))


def _edge(frame: Frame, y: float) -> SafeString:
    return svg.node(
        "line",
        x1=frame.left,
        x2=frame.right,
        y1=y,
        y2=y,
        class_="chart-edge",
        stroke=svg.QUIET,
        stroke_width=1,
        stroke_dasharray="1 3",
    )


def _name(text: str, x: float, y: float, anchor: str = "start") -> SafeString:
    return svg.label(x, y, text, class_="chart-band-label", anchor=anchor)


def draw_corridor(corridor: Corridor, frame: Frame, x: Scale, y: Scale) -> SafeString:
    """The area between the edges, its outline dashed so that it can be told from a band without colour."""
    if len(corridor.edges) < 2:
        return svg.group("chart-bands")
    upper = [(x(position(at)), y(high)) for at, _, high in corridor.edges]
    lower = [(x(position(at)), y(low)) for at, low, _ in corridor.edges]
    path = "M" + "L".join(f"{across:.1f} {down:.1f}" for across, down in [*upper, *reversed(lower)]) + "Z"
    area = svg.node(
        "path",
        d=path,
        class_="chart-corridor",
        fill=svg.GROUND,
        fill_opacity="0.7",
        stroke=svg.QUIET,
        stroke_width=1,
        stroke_dasharray="6 3",
    )
    text = svg.fitted(corridor.label, frame.right - frame.left - 12)
    return svg.group("chart-bands", area, _name(text, frame.left + 6, frame.bottom - 6))
