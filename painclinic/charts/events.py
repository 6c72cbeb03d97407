"""What happened on the way: upright lines through a chart, with their labels in rows above it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from painclinic.charts import svg
from painclinic.charts.axes import Frame, Scale
from painclinic.charts.data import Event, position

EVENT_ROW = 18
_ROWS = 3
_AIR = 10


@dataclass(frozen=True, slots=True)
class Label:
    """An event's line at `x` and its label from `start` to `end` in a row above the plot.

    The row is None where the label fits nowhere: the line stays, and the table tells what it was.
    """

    text: str
    x: float
    start: float
    end: float
    row: int | None


def place_labels(events: Sequence[Event], x: Scale, frame: Frame) -> list[Label]:
    """A place for each label, from right to left, so that no line runs through a label."""
    placed: list[Label] = []
    for event in reversed(events):
        placed.append(_placed(event, x(position(event.at)), frame, placed))
    return placed


def rows_of(labels: Sequence[Label]) -> int:
    """How many rows the labels need."""
    return max((label.row + 1 for label in labels if label.row is not None), default=0)


def draw_event(label: Label, frame: Frame) -> SafeString:
    """The line, and the label above it."""
    y = frame.top - 8 - (label.row or 0) * EVENT_ROW
    line = svg.node(
        "line",
        x1=label.x,
        x2=label.x,
        y1=frame.top if label.row is None else y + 5,
        y2=frame.bottom,
        class_="chart-event",
        stroke=svg.QUIET,
        stroke_width=1,
        stroke_dasharray="3 3",
    )
    if label.row is None:
        return svg.group("chart-events", line)
    text = svg.label(label.start, y, label.text, class_="chart-event-label", fill=svg.INK)
    return svg.group("chart-events", line, text)


def _placed(event: Event, x: float, frame: Frame, others: Sequence[Label]) -> Label:
    text = svg.fitted(event.label, (frame.right - frame.left) * 0.6)
    breadth = svg.breadth(text)
    start = max(4.0, min(x - 3, frame.right + 8 - breadth))
    end = start + breadth
    row = next((row for row in range(_ROWS) if _is_free(row, start, end, x, others)), None)
    return Label(text, x, start, end, row)


def _is_free(row: int, start: float, end: float, x: float, others: Sequence[Label]) -> bool:
    """No label of the row in the way, no higher line through this label, this line through no lower label."""
    for other in others:
        if other.row is None:
            continue
        if other.row == row and start < other.end + _AIR and other.start < end + _AIR:
            return False
        if other.row > row and start - 2 <= other.x <= end:
            return False
        if other.row < row and other.start <= x <= other.end:
            return False
    return True
