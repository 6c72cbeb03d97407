"""The curve of the time allowed: in its frame, with the due time marked, and told apart without colour."""

import re

import pytest

from painclinic.charts import ChartError, Curve, Figure, Table, cumulative_figure


def figure(*curves: Curve) -> Figure:
    return cumulative_figure(
        curves,
        uid="used",
        title="How long it took",
        sentence="Half in time.",
        table=Table(["Of the time", "R3"], [["100%", "50%"]]),
        label="done, in %",
        ticks=[(0, "0%"), (0.5, "100%"), (1, "200%")],
        mark=(0.5, "due"),
    )


def test_curve_rises_from_nought_and_stays_in_its_frame() -> None:
    drawn = figure(Curve("R3 (4)", [0.25, 0.5, 0.75, 1.0]))
    for picture in (drawn.wide, drawn.narrow):
        (path,) = re.findall(r'<g class="chart-series"><path d="M([^"]+)"', picture)
        points = [tuple(map(float, point.split())) for point in path.split("L")]
        assert len(points) == 5
        assert [x for x, _ in points] == sorted(x for x, _ in points)
        # Up on the picture is down in numbers.
        assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
        width = int(re.findall(r'viewBox="0 0 (\d+) ', picture)[0])
        assert all(0 <= x <= width for x, _ in points)


def test_due_time_is_marked_in_the_middle_and_named() -> None:
    drawn = figure(Curve("R3 (4)", [0.5, 1.0]))
    assert ">due</text>" in drawn.wide
    assert ">due</text>" in drawn.narrow


def test_lines_differ_without_colour_and_names_are_escaped() -> None:
    drawn = figure(*(Curve(f"<{n}>", [n / 4]) for n in range(3)))
    assert {'stroke-dasharray="7 4"', 'stroke-dasharray="2 4"'} <= set(
        re.findall(r'stroke-dasharray="[^"]+"', drawn.wide)
    )
    assert "&lt;1&gt;" in drawn.wide
    assert "<1>" not in drawn.wide


def test_more_lines_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ChartError):
        figure(*(Curve(str(n), [1.0]) for n in range(5)))


def test_empty_figure_says_so() -> None:
    assert "chart-empty" in figure().wide
