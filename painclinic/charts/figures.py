"""A chart with all that belongs to it, for `templates/charts/figure.html` and `templates/pdf/figure.html`."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from painclinic.charts import wording
from painclinic.charts.bars import stacked_bar_chart
from painclinic.charts.data import Band, Corridor, Event, Series, Stack
from painclinic.charts.lines import NARROW, WIDE, line_chart
from painclinic.charts.wording import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart: a wide and a narrow picture (the page shows the one that fits), what it says, its table."""

    uid: str
    title: str
    sentence: str
    table: Table
    wide: SafeString
    narrow: SafeString

    @property
    def pictures(self) -> SafeString:
        """Both pictures; `static/css/charts.css` hides the one that does not fit."""
        return self.wide + self.narrow


def line_figure(
    series: Sequence[Series],
    *,
    uid: str,
    title: str,
    y_range: tuple[float, float],
    y_label: str = "",
    bands: Sequence[Band] = (),
    events: Sequence[Event] = (),
    corridor: Corridor | None = None,
    sentence: str = "",
) -> Figure:
    """Lines over time with sentence and table. `sentence` replaces the one made from the data."""
    said = sentence or wording.line_sentence(series)

    def draw(suffix: str, width: int, height: int) -> SafeString:
        return line_chart(
            series,
            uid=f"{uid}-{suffix}",
            title=title,
            description=said,
            y_label=y_label,
            y_range=y_range,
            bands=bands,
            events=events,
            corridor=corridor,
            width=width,
            height=height,
        )

    table = wording.line_table(series, events)
    return Figure(uid, title, said, table, draw("wide", WIDE, 260), draw("narrow", NARROW, 250))


def stack_figure(stack: Stack, *, uid: str, title: str, sentence: str = "") -> Figure:
    """Bars by day with sentence and table. `sentence` replaces the one made from the data."""
    said = sentence or wording.stack_sentence(stack)

    def draw(suffix: str, width: int, height: int) -> SafeString:
        return stacked_bar_chart(
            stack, uid=f"{uid}-{suffix}", title=title, description=said, width=width, height=height
        )

    table = wording.stack_table(stack)
    return Figure(uid, title, said, table, draw("wide", WIDE, 330), draw("narrow", NARROW, 330))
