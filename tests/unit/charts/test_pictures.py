"""Whatever the data, a chart is a well-formed, named, inert picture with everything inside its frame."""

import math
import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from painclinic.charts import (
    NARROW,
    WIDE,
    Band,
    Bar,
    ChartError,
    Event,
    Point,
    Series,
    Stack,
    bar_chart,
    line_chart,
    line_figure,
    sparkline,
    stack_figure,
    stacked_bar_chart,
)

SVG = "{http://www.w3.org/2000/svg}"
FIRST = date(2027, 3, 1)
NASTY = "</text><script>alert(1)</script>\" onload='x' & \x00\x1b]]>"


def days(*values: float | None) -> list[Point]:
    return [Point(FIRST + timedelta(days=index), value) for index, value in enumerate(values)]


def line(*series: Series, **more: object) -> SafeString:
    return line_chart(series, **({"uid": "pain", "title": "Pain", "y_range": (0, 10)} | more))  # type: ignore[arg-type]


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


def paths(svg: str) -> list[str]:
    return [element.get("d", "") for element in parse(svg).iter(f"{SVG}path")]


def check(svg: str) -> None:
    """Named, inert, every number finite, everything inside the frame."""
    root = parse(svg)
    assert isinstance(svg, SafeString)
    assert root.get("role") == "img"
    ids = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert ids[root.get("aria-labelledby")].tag == f"{SVG}title"
    assert ids[root.get("aria-describedby")].text
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "g", "line", "path", "circle", "rect", "text")
    }
    width, height = (float(root.get(side, "")) for side in ("width", "height"))
    for element in root.iter():
        assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
        for name in ("x", "x1", "x2", "cx"):
            assert -1 <= float(element.get(name, "0")) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert -1 <= float(element.get(name, "0")) <= height
    assert not re.search(r"nan|inf", re.sub(r"<(title|desc|text)[^>]*>[^<]*", "", svg))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize(
    "values",
    [(), (None,), (5,), (5, 5, 5), (0, 10), (3, None, 4, None), (math.nan, math.inf, 4), (-5, 99)],
)
def test_line_chart_with_any_shape_of_data_is_a_sound_picture(
    values: tuple[float | None, ...], width: int
) -> None:
    check(line(Series("Pain", days(*values)), width=width))


def test_line_chart_without_series_says_that_there_is_nothing() -> None:
    check(line())
    assert "Nothing to show yet." in texts(line())


def test_line_chart_lifts_the_pen_at_a_gap() -> None:
    assert paths(line(Series("Pain", days(1, 2, None, 3, 4))))[0].count("M") == 2


def test_line_chart_value_between_two_gaps_is_a_dot() -> None:
    many = [5.0] * 60
    svg = line(Series("Pain", days(*many, None, 3, None, *many)))
    assert svg.count("<circle") == 2


def test_line_chart_writes_out_name_and_last_value() -> None:
    said = texts(
        line(Series("Pain", days(7, 4, None)), Series("Walking", days(10, 25), unit="min"), y_range=(0, 60))
    )
    assert {"4", "Pain", "25 min", "Walking"} <= set(said)


def test_line_chart_with_close_ends_keeps_labels_apart() -> None:
    svg = line(*(Series(name, days(5, 5)) for name in "ABCD"))
    ends = sorted(
        float(t.get("y", "0")) for t in parse(svg).iter(f"{SVG}text") if "chart-value" in t.get("class", "")
    )
    assert all(later - earlier >= 34 for earlier, later in pairwise(ends))


def test_line_chart_longer_than_400_points_keeps_peak_trough_and_last() -> None:
    values = [5.0] * 3000
    values[1234], values[2345], values[-1] = 9.5, 0.5, 7.0
    svg = line(Series("Pain", days(*values)))
    steps = re.findall(r"[ML][\d.]+ ([\d.]+)", paths(svg)[0])
    assert len(steps) <= 400
    top, bottom = min(map(float, steps)), max(map(float, steps))
    plain = line(Series("Pain", days(5.0, 9.5, 0.5, 7.0)))
    expected = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", paths(plain)[0])]
    assert (top, bottom) == (min(expected), max(expected))
    assert float(steps[-1]) == expected[-1]


def test_series_longer_than_5000_points_is_refused() -> None:
    with pytest.raises(ChartError):
        Series("Pain", days(*[1.0] * 5001))


def test_line_chart_of_five_lines_is_refused() -> None:
    with pytest.raises(ChartError):
        line(*(Series(name, days(1)) for name in "ABCDE"))


def test_series_given_out_of_order_is_drawn_in_order() -> None:
    assert line(Series("Pain", days(1, 2, 3)[::-1])) == line(Series("Pain", days(1, 2, 3)))


def test_line_chart_with_two_values_on_one_day_draws_both() -> None:
    points = [Point(datetime(2027, 3, 1, hour), hour / 2) for hour in (8, 20)]
    check(line(Series("Pain", points)))
    assert line(Series("Pain", points)).count("<circle") == 2


def test_line_chart_event_lines_cross_no_label() -> None:
    events = [Event(FIRST + timedelta(days=day), f"Week {day} began") for day in (0, 2, 3, 4, 9, 13)]
    svg = line(Series("Pain", days(*range(14))), events=events, width=NARROW)
    check(svg)
    labels = [t for t in parse(svg).iter(f"{SVG}text") if t.get("class") == "chart-event-label"]
    lines = [e for e in parse(svg).iter(f"{SVG}line") if e.get("class") == "chart-event"]
    assert len(lines) == 6
    for label in labels:
        x, y = float(label.get("x", "")), float(label.get("y", ""))
        inside = [one for one in lines if x + 4 < float(one.get("x1", "")) < x + 6 * len(label.text or "")]
        assert all(float(one.get("y1", "")) > y for one in inside)


def test_line_chart_bands_are_named_inside_them() -> None:
    assert "severe" in texts(line(Series("Pain", days(7)), bands=[Band(7, 10, "severe")]))


@pytest.mark.parametrize("field", ["title", "description", "y_label"])
def test_line_chart_text_with_markup_stays_text(field: str) -> None:
    svg = line(Series("Pain", days(4)), **{field: NASTY})
    check(svg)
    assert "<script" not in svg


def test_labels_with_markup_stay_text() -> None:
    check(line(Series(NASTY, days(4)), bands=[Band(1, 2, NASTY)], events=[Event(FIRST, NASTY)]))
    check(stacked_bar_chart(Stack([Bar(FIRST, [1], 2)], [NASTY], NASTY, NASTY), uid="a", title=NASTY))
    check(sparkline([1], uid="a", title=NASTY, y_range=(0, 1)))


@pytest.mark.parametrize("uid", ["", "1a", "a b", 'a"', "a\n", "Ä"])
def test_uid_that_is_no_plain_word_is_refused(uid: str) -> None:
    with pytest.raises(ValueError, match="uid"):
        line(uid=uid)


def test_stacked_bars_with_any_shape_of_data_are_sound_pictures() -> None:
    for bars in (
        [],
        [Bar(FIRST, [None, None])],
        [Bar(FIRST, [0, 0], 0)],
        [Bar(FIRST, [1e6, math.nan], math.inf)],
    ):
        for width in (WIDE, NARROW):
            check(
                stacked_bar_chart(
                    Stack(bars, ["Up", "Down"], "minutes", "Pain"), uid="a", title="T", width=width
                )
            )


def test_stacked_bars_stand_on_one_another_and_a_day_without_entry_is_empty() -> None:
    bars = [Bar(FIRST, [60, 30]), Bar(FIRST + timedelta(days=2), [20, None])]
    svg = stacked_bar_chart(Stack(bars, ["Up", "Down"]), uid="a", title="T")
    up, down, other = (
        {name: float(value) for name, value in box.items() if name in ("x", "y", "height")}
        for box in list(parse(svg).iter(f"{SVG}rect"))[2:]
    )
    assert down["y"] + down["height"] == pytest.approx(up["y"], abs=0.2)
    assert up["height"] == pytest.approx(2 * down["height"], abs=0.2)
    assert other["height"] == pytest.approx(up["height"] / 3, abs=0.2)
    assert svg.count('class="chart-bar"') == 2


def test_bar_chart_draws_one_part() -> None:
    check(bar_chart([Bar(FIRST, [40])], uid="a", title="Walking", label="Walking", unit="minutes"))


@pytest.mark.parametrize(
    "bars",
    [
        [Bar(FIRST, [1]), Bar(FIRST, [2])],
        [Bar(FIRST, [1, 2])],
        [Bar(FIRST, [1]), Bar(FIRST + timedelta(days=62), [1])],
    ],
    ids=["same day", "more parts than names", "too long"],
)
def test_stack_that_cannot_be_drawn_honestly_is_refused(bars: list[Bar]) -> None:
    with pytest.raises(ChartError):
        Stack(bars, ["Walking"])


def test_bar_with_a_negative_part_is_refused() -> None:
    with pytest.raises(ChartError):
        Bar(FIRST, [-1])


def test_sparkline_with_any_shape_of_data_is_a_sound_picture() -> None:
    for values in ([], [None], [3], [1, None, 9], [5.0] * 1000):
        check(sparkline(values, uid="row-1", title="Pain", y_range=(0, 10)))


def test_figures_draw_wide_and_narrow_with_ids_of_their_own() -> None:
    pain = line_figure([Series("Pain", days(4, 5))], uid="pain", title="Pain", y_range=(0, 10))
    log = stack_figure(Stack([Bar(FIRST, [4])], ["Up"]), uid="log", title="Log")
    ids = re.findall(r' id="([^"]+)"', pain.pictures + log.pictures)
    assert len(ids) == len(set(ids)) == 8
    assert pain.sentence in pain.wide


numbers = st.none() | st.floats() | st.floats(0, 10)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(numbers, max_size=30), max_size=4),
    st.lists(st.tuples(st.integers(-20, 400), st.text(max_size=40)), max_size=6),
    st.text(max_size=60),
    st.sampled_from([WIDE, NARROW]),
)
def test_any_line_chart_is_a_sound_picture(
    lines: list[list[float | None]], events: list[tuple[int, str]], title: str, width: int
) -> None:
    series = [Series(title, days(*values)) for values in lines]
    happened = [Event(FIRST + timedelta(days=day), text) for day, text in events]
    check(line(*series, title=title, events=happened, width=width))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(0, 61), st.tuples(st.floats(0, 1e9), numbers), max_size=30),
    st.text(max_size=40),
    st.sampled_from([WIDE, NARROW]),
)
def test_any_stack_is_a_sound_picture(
    amounts: dict[int, tuple[float, float | None]], name: str, width: int
) -> None:
    bars = [Bar(FIRST + timedelta(days=day), [part], rating) for day, (part, rating) in amounts.items()]
    check(stacked_bar_chart(Stack(bars, [name], name, name), uid="a", title="Log", width=width))
