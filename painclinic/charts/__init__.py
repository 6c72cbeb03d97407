"""Accessible charts, drawn on the server once for page and paper. Knows nothing of the apps.

`line_figure`, `stack_figure` and `change_figure` give everything a page needs (two widths, sentence, table);
`line_chart`, `bar_chart`, `stacked_bar_chart` and `sparkline` give a bare SVG.
"""

from painclinic.charts.bars import bar_chart, stacked_bar_chart
from painclinic.charts.changes import Change, Changes, change_figure
from painclinic.charts.cumulative import Curve, cumulative_figure
from painclinic.charts.data import Band, Bar, ChartError, Corridor, Event, Point, Series, Stack, weekly
from painclinic.charts.effects import Interval, interval_figure, share_figure
from painclinic.charts.figures import Figure, line_figure, stack_figure
from painclinic.charts.lines import NARROW, WIDE, line_chart
from painclinic.charts.spark import sparkline
from painclinic.charts.wording import Table, line_sentence, line_table, stack_sentence, stack_table

__all__ = [
    "NARROW",
    "WIDE",
    "Band",
    "Bar",
    "Change",
    "Changes",
    "ChartError",
    "Corridor",
    "Curve",
    "Event",
    "Figure",
    "Interval",
    "Point",
    "Series",
    "Stack",
    "Table",
    "bar_chart",
    "change_figure",
    "cumulative_figure",
    "interval_figure",
    "line_chart",
    "line_figure",
    "line_sentence",
    "line_table",
    "share_figure",
    "sparkline",
    "stack_figure",
    "stack_sentence",
    "stack_table",
    "stacked_bar_chart",
    "weekly",
]
