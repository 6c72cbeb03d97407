"""The activity log's figures: worked by hand, and properties that hold for any log."""

import datetime as dt
import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.worksheets.activity import activity_summary, variation_pct

MONDAY = dt.date(2026, 3, 2)


def _entry(day: int, minutes: int, category: str = "chores", block: str = "morning") -> dict[str, Any]:
    date = (MONDAY + dt.timedelta(days=day)).isoformat()
    return {"date": date, "minutes": minutes, "category": category, "block": block}


def _days(*minutes: int) -> list[dict[str, Any]]:
    return [_entry(day, amount) for day, amount in enumerate(minutes)]


def test_summary_parts_up_time_from_rest() -> None:
    entries = [_entry(0, 30), _entry(0, 45, "work"), _entry(0, 60, "rest"), _entry(0, 480, "rest", "night")]

    [day] = activity_summary(entries).days

    assert (day.day, day.up_minutes, day.down_minutes) == (MONDAY, 75, 60)


def test_summary_activity_at_night_is_up_time() -> None:
    assert activity_summary([_entry(0, 40, "chores", "night")]).days[0].up_minutes == 40


def test_summary_of_nothing_is_empty() -> None:
    summary = activity_summary([])

    assert summary.days == ()
    assert summary.variation_pct is None
    assert summary.mean_up_minutes is None
    assert not summary.has_boom_bust


def test_variation_of_known_numbers() -> None:
    # Mean 100, sample standard deviation 50.
    assert variation_pct([50, 100, 150]) == pytest.approx(50.0)


def test_variation_needs_three_days_and_some_activity() -> None:
    assert variation_pct([10, 300]) is None
    assert variation_pct([0, 0, 0]) is None


def test_boom_and_bust_is_found() -> None:
    summary = activity_summary(_days(100, 160, 40))

    [found] = summary.boom_busts
    assert (found.boom.up_minutes, found.bust.up_minutes, found.median_minutes) == (160, 40, 100)


@pytest.mark.parametrize(
    "minutes",
    [
        (100, 150, 40),  # exactly 150% is not above it
        (100, 160, 50),  # exactly 50% is not below it
        (100, 160, 90, 40),  # the bust does not follow the boom at once
        (160, 40),  # two days are too few to know what is usual
        (0, 0, 0),
    ],
)
def test_boom_and_bust_is_not_seen_where_there_is_none(minutes: tuple[int, ...]) -> None:
    assert not activity_summary(_days(*minutes)).has_boom_bust


def test_boom_and_bust_needs_neighbouring_days() -> None:
    entries = [_entry(0, 100), _entry(1, 100), _entry(2, 160), _entry(4, 40)]

    assert not activity_summary(entries).has_boom_bust


def test_boom_and_bust_forgets_what_is_older_than_a_week() -> None:
    long_ago = [_entry(day, 400) for day in range(5)]
    lately = [_entry(20, 100), _entry(21, 160), _entry(22, 40)]

    assert activity_summary(long_ago + lately).has_boom_bust


_entries = st.lists(
    st.builds(
        _entry,
        day=st.integers(0, 20),
        minutes=st.integers(0, 480),
        category=st.sampled_from(["rest", "chores", "work", "travel"]),
        block=st.sampled_from(["morning", "evening", "night"]),
    ),
    max_size=40,
)


@given(entries=_entries, seed=st.integers(0, 2**16))
def test_summary_does_not_depend_on_order(entries: list[dict[str, Any]], seed: int) -> None:
    shuffled = list(entries)
    random.Random(seed).shuffle(shuffled)

    assert activity_summary(shuffled) == activity_summary(entries)


@given(entries=_entries)
def test_summary_counts_each_day_once_and_each_minute_at_most_once(entries: list[dict[str, Any]]) -> None:
    summary = activity_summary(entries)

    assert [day.day.isoformat() for day in summary.days] == sorted({entry["date"] for entry in entries})
    counted = sum(day.up_minutes + day.down_minutes for day in summary.days)
    asleep = sum(
        entry["minutes"] for entry in entries if entry["category"] == "rest" and entry["block"] == "night"
    )
    assert counted + asleep == sum(entry["minutes"] for entry in entries)


@given(minutes=st.lists(st.integers(0, 1440), min_size=3, max_size=30))
def test_variation_is_within_its_bounds(minutes: list[int]) -> None:
    variation = variation_pct(minutes)

    if variation is not None:
        assert 0 <= variation <= 100 * math.sqrt(len(minutes)) + 1e-6


@given(minutes=st.lists(st.integers(0, 400), min_size=3, max_size=20), factor=st.integers(2, 5))
def test_pattern_does_not_depend_on_the_unit(minutes: list[int], factor: int) -> None:
    once = activity_summary(_days(*minutes))
    scaled = activity_summary(_days(*(factor * amount for amount in minutes)))

    assert [found.boom.day for found in once.boom_busts] == [found.boom.day for found in scaled.boom_busts]
    if once.variation_pct is not None:
        assert scaled.variation_pct == pytest.approx(once.variation_pct)


@given(minutes=st.lists(st.integers(0, 480), max_size=20))
def test_every_boom_and_bust_keeps_its_rule(minutes: list[int]) -> None:
    for found in activity_summary(_days(*minutes)).boom_busts:
        assert found.bust.day - found.boom.day == dt.timedelta(days=1)
        assert found.boom.up_minutes > 1.5 * found.median_minutes
        assert found.bust.up_minutes < 0.5 * found.median_minutes
