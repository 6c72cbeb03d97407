"""Days of rest move what is due: each day once, never backwards."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.deadlines import Span, due_on, moved_days, window_ends_on

START = date(2025, 3, 3)
DAYS = st.integers(-20, 60).map(lambda n: START + timedelta(days=n))
SPANS = st.lists(
    st.builds(lambda first, n: Span(first, first + timedelta(days=n)), DAYS, st.integers(-1, 20)), max_size=5
)


@pytest.mark.parametrize(
    ("spans", "moved"),
    [
        ([], 0),
        ([(3, 5)], 3),
        ([(3, 5), (5, 6)], 4),
        ([(-4, 1)], 2),
        ([(-4, -1)], 0),
        ([(0, 0)], 1),
    ],
)
def test_moved_days_counts_each_day_of_rest_once(spans: list[tuple[int, int]], moved: int) -> None:
    found = [Span(START + timedelta(days=a), START + timedelta(days=b)) for a, b in spans]
    assert moved_days(START, found) == moved
    assert due_on(START, 7, moved) == START + timedelta(days=7 + moved)


@given(SPANS, SPANS)
def test_moved_days_more_rest_never_makes_anything_due_sooner(some: list[Span], more: list[Span]) -> None:
    assert moved_days(START, some) <= moved_days(START, [*some, *more])
    assert moved_days(START, [*some, *more]) <= moved_days(START, some) + moved_days(START, more)


@given(SPANS, st.integers(-30, 30))
def test_moved_days_is_never_negative_and_takes_no_order(spans: list[Span], extra: int) -> None:
    assert moved_days(START, spans, extra=extra) >= 0
    assert moved_days(START, spans, extra=extra) == moved_days(START, spans[::-1], extra=extra)


def test_window_is_ten_weeks_and_what_was_paused_or_added() -> None:
    assert window_ends_on(START, []) == date(2025, 5, 11)
    pause = Span(START + timedelta(days=10), START + timedelta(days=16))
    assert window_ends_on(START, [pause], extra=14) == date(2025, 5, 11) + timedelta(days=21)
