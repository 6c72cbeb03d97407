"""Sleep figures: the published vector, nights worked by hand, and properties that hold for any night."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas.sleep import DAY, Night, minutes_between, rounded, sleep_mean
from programs.formulas.sleep_window import (
    DEFAULT_MINIMUM,
    LEAST_MINIMUM,
    earliest_bed_time,
    window_minutes,
)

MORNING = dt.date(2026, 3, 2)
# The clocks of most of Europe change in the nights to these mornings.
CLOCK_CHANGES = (dt.date(2026, 3, 29), dt.date(2026, 10, 25))


def _at(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def _night(bed: str, tried: str, woke: str, up: str, sol: int = 0, waso: int = 0, tasafa: int = 0) -> Night:
    return Night(MORNING, _at(bed), _at(tried), _at(woke), _at(up), sol, waso, tasafa)


# Clinical reference 2.4.
PUBLISHED = _night("22:30", "23:00", "06:30", "07:15", sol=45, waso=60, tasafa=20)
clock_times = st.times().map(lambda time: time.replace(second=0, microsecond=0))


@st.composite
def possible_nights(draw: st.DrawFn) -> Night:
    """Nights in order, begun at any minute of the day."""
    start = draw(st.integers(0, DAY - 1))
    in_bed = draw(st.integers(1, DAY - 1))
    tried = draw(st.integers(0, in_bed))
    woke = draw(st.integers(tried, in_bed))
    awake = draw(st.integers(0, woke - tried))
    sol = draw(st.integers(0, awake))
    bed, try_at, wake_at, up = (
        dt.time(*divmod((start + minute) % DAY, 60)) for minute in (0, tried, woke, in_bed)
    )
    tasafa = draw(st.integers(0, in_bed - woke))
    return Night(MORNING, bed, try_at, wake_at, up, sol, awake - sol, tasafa)


def test_published_night_gives_the_published_figures() -> None:
    assert PUBLISHED.time_in_bed == 525
    assert PUBLISHED.time_asleep == 345
    assert rounded(PUBLISHED.efficiency) == 65.7
    assert PUBLISHED.efficiency_dse == pytest.approx(100 * 345 / 470)
    assert rounded(PUBLISHED.efficiency_dse) == 73.4
    assert PUBLISHED.is_possible


def test_night_that_begins_after_midnight_has_the_same_figures() -> None:
    later = _night("00:30", "01:00", "08:30", "09:15", sol=45, waso=60, tasafa=20)

    assert (later.time_in_bed, later.time_asleep) == (PUBLISHED.time_in_bed, PUBLISHED.time_asleep)


def test_day_in_bed_from_minute_to_minute_is_24_hours() -> None:
    assert _night("22:00", "22:00", "22:00", "22:00").time_in_bed == DAY


@pytest.mark.parametrize(
    "night",
    [
        _night("23:00", "22:30", "06:00", "07:00"),
        _night("23:00", "23:30", "07:30", "07:00"),
        _night("23:00", "23:30", "23:10", "07:00"),
        _night("23:00", "23:00", "07:00", "07:00", sol=300, waso=181),
    ],
    ids=["tried before bed", "woke after getting up", "woke before trying", "awake longer than in bed"],
)
def test_night_that_cannot_have_been_is_not_possible(night: Night) -> None:
    assert not night.is_possible


@pytest.mark.parametrize(("up", "is_long"), [("12:00", False), ("12:01", True)])
def test_more_than_fourteen_hours_in_bed_are_asked_about(up: str, is_long: bool) -> None:
    assert _night("22:00", "22:00", "07:00", up).is_long is is_long


@pytest.mark.parametrize("morning", CLOCK_CHANGES)
def test_night_of_a_clock_change_is_reckoned_by_the_clock_on_the_wall(morning: dt.date) -> None:
    changed = replace(PUBLISHED, morning=morning)

    assert (changed.time_in_bed, changed.time_asleep) == (525, 345)


def test_mean_is_a_ratio_of_sums_and_not_a_mean_of_ratios() -> None:
    short = _night("01:00", "01:00", "05:00", "05:00")
    long = _night("21:00", "21:00", "07:00", "07:00", waso=300)
    nights = [replace(n, morning=MORNING - dt.timedelta(days=d)) for d, n in enumerate([short, long, long])]

    found = sleep_mean(nights, MORNING)

    assert found is not None
    assert found.efficiency == pytest.approx(100 * (240 + 300 + 300) / (240 + 600 + 600))
    assert found.time_asleep == pytest.approx(280)


def test_mean_of_two_nights_has_no_efficiency() -> None:
    nights = [replace(PUBLISHED, morning=MORNING - dt.timedelta(days=day)) for day in range(2)]

    found = sleep_mean(nights, MORNING)

    assert found is not None
    assert (found.nights, found.time_asleep) == (2, 345)
    assert found.efficiency is None
    assert found.efficiency_dse is None


def test_mean_leaves_out_old_impossible_and_double_nights() -> None:
    impossible = replace(PUBLISHED, sol=480)
    nights = [
        replace(PUBLISHED, morning=MORNING - dt.timedelta(days=7)),
        replace(PUBLISHED, morning=MORNING + dt.timedelta(days=1)),
        replace(impossible, morning=MORNING - dt.timedelta(days=1)),
        replace(PUBLISHED, waso=0),
        PUBLISHED,
    ]

    found = sleep_mean(nights, MORNING)

    assert found is not None
    assert (found.nights, found.time_asleep) == (1, 345)


def test_mean_without_a_night_is_none() -> None:
    assert sleep_mean([], MORNING) is None


@given(possible_nights())
def test_figures_of_a_possible_night_stay_in_their_bounds(night: Night) -> None:
    assert night.is_possible
    assert 0 < night.time_in_bed <= DAY
    assert 0 <= night.time_asleep <= night.time_in_bed
    assert 0 <= night.efficiency <= 100
    dse = night.efficiency_dse
    assert dse is None or night.efficiency - 1e-9 <= dse <= 100


@given(possible_nights(), st.integers(1, 300))
def test_more_minutes_awake_never_raise_an_efficiency(night: Night, more: int) -> None:
    worse = replace(night, waso=night.waso + more)

    assert worse.time_asleep == night.time_asleep - more
    assert worse.efficiency < night.efficiency


@given(possible_nights(), st.integers(0, DAY - 1))
def test_figures_do_not_depend_on_where_midnight_lies(night: Night, shift: int) -> None:
    def later(time: dt.time) -> dt.time:
        return dt.time(*divmod((time.hour * 60 + time.minute + shift) % DAY, 60))

    moved = replace(
        night,
        into_bed=later(night.into_bed),
        tried_to_sleep=later(night.tried_to_sleep),
        final_wake=later(night.final_wake),
        out_of_bed=later(night.out_of_bed),
    )

    assert moved.time_in_bed == night.time_in_bed
    assert moved.time_asleep == night.time_asleep
    assert moved.is_possible


@given(possible_nights(), st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_figures_do_not_depend_on_the_day(night: Night, morning: dt.date) -> None:
    moved = replace(night, morning=morning)

    assert (moved.time_in_bed, moved.efficiency) == (night.time_in_bed, night.efficiency)


@given(st.lists(possible_nights(), min_size=3, max_size=7))
def test_mean_efficiency_lies_between_the_worst_and_the_best_night(nights: list[Night]) -> None:
    dated = [replace(night, morning=MORNING - dt.timedelta(days=day)) for day, night in enumerate(nights)]

    found = sleep_mean(dated, MORNING)

    assert found is not None
    assert found.efficiency is not None
    single = [night.efficiency for night in nights]
    assert min(single) - 1e-9 <= found.efficiency <= max(single) + 1e-9


@given(clock_times, clock_times)
def test_minutes_there_and_back_make_a_day(start: dt.time, end: dt.time) -> None:
    assert (minutes_between(start, end) + minutes_between(end, start)) in (0, DAY)


@pytest.mark.parametrize(("value", "expected"), [(65.71, 65.7), (0.05, 0.1), (84.95, 85.0), (100.0, 100.0)])
def test_rounding_goes_to_one_decimal_halves_up(value: float, expected: float) -> None:
    assert rounded(value) == pytest.approx(expected)


@given(st.floats(0, 100), st.floats(0, 100))
def test_rounding_keeps_order_and_stays_near(one: float, other: float) -> None:
    assert abs(rounded(one) - one) <= 0.05 + 1e-9
    assert (one <= other) is False or rounded(one) <= rounded(other)


@pytest.mark.parametrize(
    ("asleep", "expected"), [(345, 360), (361, 375), (375, 375), (100, 360), (2000, DAY)]
)
def test_window_is_the_time_asleep_and_never_below_the_minimum(asleep: float, expected: int) -> None:
    assert window_minutes(asleep) == expected


def test_window_below_five_and_a_half_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="five and a half"):
        window_minutes(400, minimum=LEAST_MINIMUM - 1)


@pytest.mark.parametrize(
    ("rise", "asleep", "expected"), [("06:30", 400, "23:45"), ("10:00", 360, "04:00"), ("06:30", 0, "00:30")]
)
def test_earliest_bed_time_lies_the_window_before_rising(rise: str, asleep: float, expected: str) -> None:
    assert earliest_bed_time(_at(rise), asleep) == _at(expected)


@given(clock_times, st.floats(0, 1400), st.integers(LEAST_MINIMUM, 480))
def test_bed_time_always_leaves_the_minimum_and_the_time_asleep(
    rise: dt.time, asleep: float, minimum: int
) -> None:
    bed = earliest_bed_time(rise, asleep, minimum=minimum)

    span = minutes_between(bed, rise) or DAY
    assert span >= max(minimum, asleep) - 1e-9
    assert span <= max(minimum, asleep + 15)


def test_default_minimum_is_the_safer_end() -> None:
    assert (LEAST_MINIMUM, DEFAULT_MINIMUM) == (330, 360)
