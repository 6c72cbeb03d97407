"""What a chart says in words: the sentence under it and the table behind it."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from painclinic.charts import (
    Bar,
    Event,
    Point,
    Series,
    Stack,
    line_sentence,
    line_table,
    stack_sentence,
    stack_table,
    weekly,
)
from painclinic.charts.axes import ceiling_of, day_ticks, spread, value_ticks
from painclinic.charts.wording import axis_days, number, span

FIRST = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def english() -> object:
    with override("en-gb"):
        yield


def days(*values: float | None) -> list[Point]:
    return [Point(FIRST + timedelta(days=index), value) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((), "Nothing to show yet."),
        ((None,), "Nothing to show yet."),
        ((6,), "Pain: 6 on 1 March."),
        ((4, 4), "Pain: 4 each time from 1 March to 2 March."),
        ((6, 7.5, None, 3, 4), "Pain: 6 on 1 March, 4 on 5 March; between 3 and 7.5."),
    ],
)
def test_line_sentence_says_where_it_began_where_it_is_and_how_far_it_went(
    values: tuple[float | None, ...], sentence: str
) -> None:
    assert line_sentence([Series("Pain", days(*values))]) == sentence


def test_line_sentence_of_several_values_on_one_day() -> None:
    points = [Point(FIRST, 3), Point(FIRST, 5)]
    assert line_sentence([Series("Pain", points)]) == "Pain on 1 March: between 3 and 5, last 5."


def test_line_sentence_keeps_a_percent_sign_in_a_name() -> None:
    assert line_sentence([Series("100%(x)s", days(6))]) == "100%(x)s: 6 on 1 March."


def test_stack_sentence_counts_days_and_averages() -> None:
    bars = [
        Bar(FIRST, [60, 30], 6),
        Bar(FIRST + timedelta(days=3), [90, None], 4),
        Bar(FIRST + timedelta(days=4), [None, None]),
    ]
    said = stack_sentence(Stack(bars, ["Up-time", "Down-time"], "minutes", "Pain after"))
    assert said == (
        "2 days logged from 1 March to 4 March. Up-time: 75 minutes a day on average. "
        "Down-time: 30 minutes a day on average. Pain after: 6 on 1 March, 4 on 4 March; between 4 and 6."
    )


def test_stack_sentence_of_one_day() -> None:
    assert stack_sentence(Stack([Bar(FIRST, [0])], ["Up-time"], "minutes")) == (
        "1 day logged on 1 March. Up-time: 0 minutes a day on average."
    )


def test_line_table_has_a_row_a_day_and_a_dash_for_what_is_not_there() -> None:
    table = line_table(
        [Series("Pain", days(6, None, 5)), Series("Walking", days(None, None, 12.5), "minutes")]
    )
    assert table.head == ["Day", "Pain", "Walking, minutes"]
    assert table.rows == [["1 March", "6", "–"], ["3 March", "5", "12.5"]]


def test_line_table_with_events_names_them_on_their_day() -> None:
    table = line_table([Series("Pain", days(6))], [Event(FIRST + timedelta(days=1), "Week 2 began")])
    assert table.head == ["Day", "Pain", "What happened"]
    assert table.rows == [["1 March", "6", ""], ["2 March", "–", "Week 2 began"]]


def test_stack_table_leaves_out_days_without_entry() -> None:
    bars = [Bar(FIRST, [60], 6), Bar(FIRST + timedelta(days=1), [None])]
    table = stack_table(Stack(bars, ["Up-time"], "minutes", "Pain after"))
    assert table.head == ["Day", "Up-time, minutes", "Pain after"]
    assert table.rows == [["1 March", "60", "6"]]


def test_table_over_the_turn_of_the_year_writes_the_year() -> None:
    table = line_table([Series("Pain", [Point(date(2027, 12, 31), 1), Point(date(2028, 1, 1), 2)])])
    assert [row[0] for row in table.rows] == ["31 December 2027", "1 January 2028"]


def test_weekly_is_the_mean_of_the_days_that_were_logged() -> None:
    monday = date(2027, 3, 1)
    bars = [
        Bar(monday + timedelta(days=1), [60, None], 4),
        Bar(monday + timedelta(days=2), [None, None]),
        Bar(monday + timedelta(days=6), [30, 10], None),
        Bar(monday + timedelta(days=7), [8, 8], 9),
    ]
    assert weekly(bars) == [Bar(monday, [45, 10], 4), Bar(monday + timedelta(days=7), [8, 8], 9)]


def test_words_follow_the_language_of_the_reader() -> None:
    with override("de"):
        assert number(7.5) == "7,5"
        assert axis_days([FIRST]) in (["1 Mär"], ["1 März"])


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        (date(2027, 3, 1), date(2027, 3, 5), ["Mon 1", "Tue 2", "Wed 3", "Thu 4", "Fri 5"]),
        (date(2027, 3, 1), date(2027, 3, 1), ["1 Mar"]),
        (date(2027, 3, 1), date(2027, 4, 30), ["5 Mar", "19 Mar", "2 Apr", "16 Apr", "30 Apr"]),
        (date(2026, 12, 20), date(2027, 1, 10), ["20 Dec 26", "27 Dec 26", "3 Jan 27", "10 Jan 27"]),
        (date(2026, 11, 20), date(2027, 8, 10), ["1 Jan", "1 Mar", "1 May", "1 Jul"]),
        (date(2025, 11, 20), date(2027, 8, 10), ["Jan 2026", "Jul 2026", "Jan 2027", "Jul 2027"]),
    ],
)
def test_day_ticks_end_on_the_last_day_and_fit(first: date, last: date, texts: list[str]) -> None:
    said = axis_days(day_ticks(first, last, room=360))
    assert [
        text.replace("March", "Mar").replace("April", "Apr").replace("July", "Jul") for text in said
    ] == texts


def test_span_of_one_day_is_on_that_day() -> None:
    assert span(FIRST, FIRST) == "on 1 March"


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 5, 10]),
        (0, 52, [0, 20, 40]),
        (0, 1, [0, 0.5, 1]),
        (3, 3, [3]),
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
    ],
)
def test_value_ticks_are_few_and_round(low: float, high: float, ticks: list[float]) -> None:
    assert value_ticks(low, high) == ticks


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (0.4, 0.4), (7, 8), (205, 250), (1000, 1000), (1001, 1500)]
)
def test_ceiling_is_the_next_round_value(most: float, top: float) -> None:
    assert ceiling_of(most) == pytest.approx(top)


def test_spread_keeps_order_and_distance_inside_the_frame() -> None:
    assert spread([50, 51, 10], 20, 0, 60) == [40, 60, 10]
