"""Pacing: the published vectors, the weekly rule, and what has to hold for any plan."""

import datetime as dt
from dataclasses import replace
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas.pacing import ROUNDING, baseline, progression, round_down, tolerance
from programs.formulas.pacing_weeks import (
    Decision,
    Hold,
    Line,
    Plan,
    forecast,
    target_for,
    week_number,
    weeks,
)

START = dt.date(2026, 3, 2)
WALK = Plan(START, "minutes", tolerance=15, baseline=12, goal=20)

amounts = st.floats(0.5, 2000)
units = st.sampled_from(sorted(ROUNDING))
bases = st.sampled_from(["current-target", "first-tolerance"])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    found = draw(amounts)
    return Plan(
        start=draw(st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1))),
        unit=draw(units),
        tolerance=found,
        baseline=baseline(found, draw(st.integers(10, 50))),
        goal=draw(st.none() | st.floats(0.5, 5000)),
        base=draw(bases),
        increment_pct=draw(st.integers(5, 20)),
        days_per_week=draw(st.integers(3, 7)),
    )


def _lines(first: dt.date, *dones: float, kept: str = "stopped-on-plan") -> list[Line]:
    return [Line(first + dt.timedelta(days=day), done, kept) for day, done in enumerate(dones)]


def _second_week(*lines: Line, plan: Plan = WALK, flares: tuple[dt.date, ...] = ()) -> tuple[Decision, float]:
    found = weeks(plan, lines, START + dt.timedelta(days=7), flares)
    assert found[0].decision is not None
    return found[0].decision, found[1].target


def test_published_trials_give_tolerance_baseline_and_compounding_weeks() -> None:
    assert tolerance([12, 18, 15]) == 15
    assert baseline(15) == 12
    found = islice(progression(12, base="current-target", increment_pct=10, tolerance=15), 4)
    assert [round(amount, 2) for amount in found] == [12, 13.2, 14.52, 15.97]


def test_published_fixed_step_reaches_300_metres_in_week_8() -> None:
    plan = Plan(START, "metres", 200, baseline(200), goal=300, base="first-tolerance")

    assert forecast(plan) == (160, 180, 200, 220, 240, 260, 280, 300)


@pytest.mark.parametrize(
    ("amount", "unit", "rounded"),
    [
        (12.49, "minutes", 12.0),
        (12.5, "minutes", 12.5),
        (14.52, "minutes", 14.5),
        (8.8, "repetitions", 8),
        (199.9, "steps", 199),
        (164.9, "metres", 160),
        # What binary fractions leave behind: 434.99999999999994.
        (4.35 * 100, "steps", 435),
        (4.9, "metres", 0),
    ],
)
def test_amounts_are_rounded_down_to_what_can_be_done(amount: float, unit: str, rounded: float) -> None:
    assert round_down(amount, unit) == rounded


@pytest.mark.parametrize("trials", [[], [0], [12, 0, 15], [12, -1]])
def test_tolerance_of_no_trial_or_a_trial_of_zero_is_refused(trials: list[float]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        tolerance(trials)


def test_week_with_all_planned_days_but_one_advances() -> None:
    assert _second_week(*_lines(START, 12, 12, 12, 12)) == (Decision.ADVANCE, 13)


def test_week_with_two_days_missing_holds() -> None:
    assert _second_week(*_lines(START, 12, 12, 12)) == (Decision.HOLD_FEW_DAYS, 12)


def test_second_line_of_a_day_is_no_second_day() -> None:
    lines = _lines(START, 12, 12, 12)

    assert _second_week(*lines, *lines)[0] == Decision.HOLD_FEW_DAYS


def test_one_overdone_day_advances_and_two_hold() -> None:
    kept = _lines(START, 12, 12, 12)
    over = _lines(START + dt.timedelta(days=3), 25, 30, kept="overdid")

    assert _second_week(*kept, over[0])[0] == Decision.ADVANCE
    assert _second_week(*kept, *over) == (Decision.HOLD_OVERDONE, 12)


def test_flare_up_day_steps_back_by_a_fifth_even_in_a_full_week() -> None:
    decision = _second_week(*_lines(START, 12, 12, 12, 12, 12), flares=(START + dt.timedelta(days=6),))

    assert decision == (Decision.STEP_BACK, 9.5)


def test_flare_up_days_outside_the_week_change_nothing() -> None:
    lines = _lines(START, 12, 12, 12, 12)
    around = (START - dt.timedelta(days=1), START + dt.timedelta(days=7))

    assert _second_week(*lines, flares=around)[0] == Decision.ADVANCE


def test_days_less_than_planned_or_not_done_do_not_count() -> None:
    for kept in ("underdid", "not-done"):
        assert _second_week(*_lines(START, 12, 12, 12, 12, 12, kept=kept))[0] == Decision.HOLD_FEW_DAYS
    assert _second_week(*_lines(START, 11, 11, 11, 11, kept=""))[0] == Decision.HOLD_FEW_DAYS
    assert _second_week(*_lines(START, 12, 12, 12, 12, kept=""))[0] == Decision.ADVANCE
    assert _second_week(*_lines(START, 20, 20, 12, 12, kept=""))[0] == Decision.HOLD_OVERDONE


def test_goal_is_reached_and_then_kept() -> None:
    near = replace(WALK, baseline=19.5)
    lines = [
        line for week in range(3) for line in _lines(START + dt.timedelta(days=7 * week), 30, 20, 20, 20)
    ]

    found = weeks(near, lines, START + dt.timedelta(days=21))

    assert [week.target for week in found] == [19.5, 20, 20, 20]
    assert [week.decision for week in found] == [Decision.ADVANCE, Decision.ARRIVED, Decision.ARRIVED, None]


def test_whole_repetitions_grow_although_a_tenth_is_less_than_one() -> None:
    """Growth is kept before rounding: 8 would stay 8 for ever otherwise."""
    plan = Plan(START, "repetitions", tolerance=10, baseline=8, goal=11)

    assert forecast(plan) == (8, 8, 9, 10, 11)


def test_six_weeks_of_the_exercise_in_module_3_come_out_as_it_says() -> None:
    """Grace: 8 minutes, up, up, stay, stay, a flare-up, up again to 8.5."""
    plan = Plan(START, "minutes", tolerance=tolerance([8, 12, 10]), baseline=baseline(10))
    days = [5, 4, 2, 5, 0, 4]
    over = [0, 1, 0, 2, 0, 0]
    lines = [
        Line(
            START + dt.timedelta(days=7 * week + day),
            10,
            "overdid" if day < over[week] else "stopped-on-plan",
        )
        for week, done in enumerate(days)
        for day in range(done)
    ]

    found = weeks(plan, lines, START + dt.timedelta(days=42), {START + dt.timedelta(days=29)})

    assert [week.target for week in found] == [8, 8.5, 9.5, 9.5, 9.5, 7.5, 8.5]


@pytest.mark.parametrize(
    ("base", "shown"),
    [
        ("current-target", [12, 13.2, 14.5, 16.0, 17.6, 19.3]),
        ("first-tolerance", [12, 13.5, 15, 16.5, 18, 19.5]),
    ],
)
def test_table_of_both_progressions_in_module_3_is_right(base: str, shown: list[float]) -> None:
    found = islice(progression(12, base=base, increment_pct=10, tolerance=15), 6)

    assert [round(amount, 1) for amount in found] == shown


def test_plan_that_has_not_begun_shows_its_first_week_alone() -> None:
    found = weeks(WALK, [], START - dt.timedelta(days=5))

    assert [(week.number, week.target, week.decision) for week in found] == [(1, 12, None)]


@given(plans(), st.integers(2, 40))
def test_forecast_never_falls_nor_exceeds_the_goal(plan: Plan, most: int) -> None:
    found = forecast(plan, most=most)

    assert all(earlier <= later for earlier, later in pairwise(found))
    assert plan.goal is None or max(found) <= plan.goal


@given(plans(), amounts)
def test_target_can_be_done_and_is_never_above_the_amount(plan: Plan, exact: float) -> None:
    step = ROUNDING[plan.unit]
    target = target_for(plan, exact)

    assert target > 0
    assert target == plan.goal or (target / step).is_integer()
    assert target <= max(exact + 1e-6, step)


@given(
    plans(), st.lists(st.tuples(st.integers(-3, 40), st.floats(0, 5000), st.text(max_size=3)), max_size=30)
)
def test_any_log_keeps_targets_within_bounds_and_steps(plan: Plan, log: list[tuple[int, float, str]]) -> None:
    lines = [Line(plan.start + dt.timedelta(days=day), done, kept) for day, done, kept in log]
    flares = {line.day for line in lines[::5]}

    found = weeks(plan, lines, plan.start + dt.timedelta(days=44), flares)

    assert [week.number for week in found] == list(range(1, 8))
    for week, after in pairwise(found):
        assert plan.goal is None or after.exact <= plan.goal
        if week.decision == Decision.STEP_BACK:
            assert after.exact <= max(week.exact, ROUNDING[plan.unit])
        elif week.decision == Decision.ADVANCE:
            assert after.exact >= week.exact
        else:
            assert after.exact == week.exact


@given(st.lists(amounts, min_size=1, max_size=6), st.integers(10, 49))
def test_baseline_lies_below_tolerance_and_falls_with_the_reduction(trials: list[float], cut: int) -> None:
    found = tolerance(trials)

    assert min(trials) <= found + 1e-9
    assert found <= max(trials) + 1e-9
    assert baseline(found, cut + 1) < baseline(found, cut) < found


@given(st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)), st.integers(0, 700))
def test_weeks_have_seven_days_across_the_ends_of_months_and_years(start: dt.date, days: int) -> None:
    day = start + dt.timedelta(days=days)
    number = week_number(start, day)
    first = start + dt.timedelta(days=7 * (number - 1))

    assert first <= day < first + dt.timedelta(days=7)


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_week_turns_at_local_midnight_when_the_clocks_change(zone: str) -> None:
    """Every hour of a year, in the patient's own calendar: each week is 7 dates, never 6 or 8."""
    moment, days = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), set()
    for hour in range(24 * 365):
        days.add((moment + dt.timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date())
    start = min(days)
    found = [week_number(start, day) for day in sorted(days)]

    assert all(found.count(number) == 7 for number in range(1, max(found)))


HELD = replace(WALK, holds=(Hold(),))


def test_held_plan_stays_flat_after_full_weeks() -> None:
    lines = [
        line for week in range(5) for line in _lines(START + dt.timedelta(days=7 * week), 12, 12, 12, 12, 12)
    ]

    found = weeks(HELD, lines, START + dt.timedelta(days=35))

    assert [week.target for week in found] == [12] * 6
    assert {week.decision for week in found[:-1]} == {Decision.HELD}
    assert forecast(HELD, most=4) == (12, 12, 12, 12)


def test_held_plan_says_overdoing_and_asks_for_no_number_of_days() -> None:
    assert _second_week(plan=HELD) == (Decision.HELD, 12)
    over = _lines(START, 25, 30, kept="overdid")
    assert _second_week(*over, plan=HELD) == (Decision.HOLD_OVERDONE, 12)


def test_held_plan_steps_back_after_a_flare_up_and_stays_there() -> None:
    lines = [
        line for week in range(3) for line in _lines(START + dt.timedelta(days=7 * week), 12, 12, 12, 12, 12)
    ]

    found = weeks(HELD, lines, START + dt.timedelta(days=21), {START})

    assert [week.target for week in found] == [12, 9.5, 9.5, 9.5]
    assert [week.decision for week in found] == [Decision.STEP_BACK, Decision.HELD, Decision.HELD, None]


def test_choice_to_hold_counts_from_its_day_and_taking_it_back_too() -> None:
    """Held in weeks 2 and 3: what was reached before stays, and growing goes on from there."""
    held = replace(WALK, holds=(Hold(START + dt.timedelta(days=10), START + dt.timedelta(days=24)),))
    lines = [
        line for week in range(4) for line in _lines(START + dt.timedelta(days=7 * week), 20, 20, 20, 20)
    ]

    found = weeks(held, lines, START + dt.timedelta(days=28))

    assert [week.target for week in found] == [12, 13, 13, 13, 14.5]
    assert not held.is_held


@given(plans(), st.lists(st.tuples(st.integers(0, 60), st.floats(0, 5000)), max_size=40), st.integers(0, 60))
def test_held_plan_never_grows_whatever_is_done(plan: Plan, log: list[tuple[int, float]], flare: int) -> None:
    held = replace(plan, holds=(Hold(),))
    lines = [Line(plan.start + dt.timedelta(days=day), done, "stopped-on-plan") for day, done in log]

    found = weeks(held, lines, plan.start + dt.timedelta(days=69), {plan.start + dt.timedelta(days=flare)})

    assert all(after.exact <= week.exact for week, after in pairwise(found))
    assert sum(week.decision == Decision.STEP_BACK for week in found) == 1
