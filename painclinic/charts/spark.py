"""A line the size of a word, for a row of a list."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.safestring import SafeString

from painclinic.charts import svg, wording
from painclinic.charts.axes import Scale
from painclinic.charts.data import Point, Series, position, thinned
from painclinic.charts.lines import path_of

_ANY_DAY = date(2000, 1, 1)


def sparkline(
    values: Sequence[float | None],
    *,
    uid: str,
    title: str,
    y_range: tuple[float, float],
    width: int = 96,
    height: int = 28,
) -> SafeString:
    """Evenly spaced values without axes; the title and the values in words are its name.

    Gaps are bridged: at this size a broken line reads as noise.
    Write the last value beside it: the picture shows only the shape.
    """
    days = [Point(_ANY_DAY + timedelta(days=index), value) for index, value in enumerate(values)]
    one = Series(title, days)
    x = Scale(position(_ANY_DAY), position(_ANY_DAY) + max(len(values) - 1, 0), 4, width - 6)
    y = Scale(*y_range, height - 5, 5)
    return svg.picture(
        *_marks(thinned(one.known), x, y),
        uid=uid,
        title=title,
        description=wording.spark_sentence(one),
        width=width,
        height=height,
        class_="chart-spark",
    )


def _marks(known: Sequence[Point], x: Scale, y: Scale) -> list[SafeString]:
    if not known:
        return [
            svg.node("path", d=f"M4 {y.start:g}H{x.end:g}", class_="chart-grid", stroke=svg.RULE, fill="none")
        ]
    last = known[-1]
    return [
        svg.node(
            "path",
            d=path_of(known, x, y),
            class_="chart-line chart-line-1",
            fill="none",
            stroke=svg.COLOURS[0],
            stroke_width=2,
            stroke_linejoin="round",
            stroke_linecap="round",
        ),
        svg.node(
            "circle",
            cx=x(position(last.at)),
            cy=y(last.value or 0),
            r=3.5,
            class_="chart-dot chart-dot-1",
            fill=svg.COLOURS[0],
        ),
    ]
