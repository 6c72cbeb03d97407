"""Checks across the fields of a worksheet, and what else a log may hold its lines to."""

import datetime as dt
from typing import Any

import pytest

from programs.worksheets import derived_lines, parse, read_definition

TODAY = dt.date(2026, 3, 2)
LEVELS = ("gas_minus2", "gas_minus1", "gas_0", "gas_plus1", "gas_plus2")


def _text(name: str) -> dict[str, Any]:
    return {"name": name, "type": "text", "label": name, "max_length": 200}


def _date(name: str) -> dict[str, Any]:
    return {"name": name, "type": "date", "label": name, "required": True}


def _enum(name: str, *values: str) -> dict[str, Any]:
    options = [{"value": value, "label": value} for value in values]
    return {"name": name, "type": "enum", "label": name, "required": True, "options": options}


def _number(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "number", "label": name, "min": 0, "max": 5000, "decimals": 1} | more


def _sheet(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"slug": "s", "code": "W0", "title": "Sheet", "fields": list(fields)} | more


GOAL = _sheet(
    _date("start"),
    _date("target"),
    _enum("baseline_level", "-2", "-1"),
    *(_text(name) for name in LEVELS),
    checks=["goal_dates", "goal_levels"],
)
PLAN = _sheet(
    _enum("unit", "minutes", "repetitions", "metres", "steps"),
    {
        "name": "trials",
        "type": "list",
        "label": "Trials",
        "required": True,
        "min_rows": 3,
        "max_rows": 3,
        "fields": [_number("amount", required=True)],
    },
    _number("goal_amount"),
    {"name": "reduction_pct", "type": "int", "label": "Less", "min": 10, "max": 50},
    checks=["pacing_trials"],
    derived=["pacing_start"],
)


def _goal(**changed: str) -> dict[str, str]:
    level = {"baseline_level": "-1", "gas_minus1": "One bus stop", "gas_0": "Two bus stops"}
    return {"start": "2026-03-02", "target": "2026-04-30"} | level | changed


def _plan(*amounts: str, **changed: str) -> dict[str, str]:
    rows = {f"trials-{place}-amount": amount for place, amount in enumerate(amounts)}
    return {"unit": "minutes", "goal_amount": "30"} | rows | changed


def test_goal_with_sound_dates_and_levels_is_taken() -> None:
    assert parse(GOAL, _goal(), today=TODAY).errors == {}


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"start": "2026-03-01"}, "start", "in the past"),
        ({"start": "2026-02-01", "target": "2026-03-01"}, "target", "in the past"),
        ({"target": "2026-03-15"}, "target", "two weeks"),
        ({"target": "2026-07-01"}, "target", "120 days"),
        ({"gas_minus1": ""}, "gas_minus1", "Describe it"),
        ({"gas_plus1": " two  BUS stops"}, "gas_plus1", "Another level"),
    ],
)
def test_goal_with_a_fault_says_so_beside_the_field_and_keeps_the_rest(
    changed: dict[str, str], field: str, said: str
) -> None:
    parsed = parse(GOAL, _goal(**changed), today=TODAY)

    assert said in parsed.errors[field]
    assert parsed.values["gas_0"] == "Two bus stops"


@pytest.mark.parametrize(("days", "is_right"), [(13, False), (14, True), (120, True), (121, False)])
def test_goal_target_is_held_to_14_to_120_days(days: int, is_right: bool) -> None:
    target = (TODAY + dt.timedelta(days=days)).isoformat()

    assert parse(GOAL, _goal(target=target), today=TODAY).is_valid is is_right


def test_checks_are_silent_on_drafts_and_beside_broken_fields() -> None:
    assert parse(GOAL, _goal(start="2020-01-01"), today=TODAY, partial=True).errors == {}
    broken = parse(GOAL, _goal(start="soon", gas_minus1=""), today=TODAY)
    assert set(broken.errors) == {"start", "gas_minus1"}


def test_plan_with_three_trials_is_taken_and_says_where_to_start() -> None:
    parsed = parse(PLAN, _plan("12", "18", "15"), today=TODAY)

    assert parsed.errors == {}
    texts = [text for _label, text in derived_lines(PLAN, parsed.values)]
    assert texts[0].startswith("15 minutes")
    assert texts[1].startswith("12 minutes")


@pytest.mark.parametrize(
    ("raw", "field", "said"),
    [
        (_plan("12", "0", "15"), "trials-1-amount", "Zero"),
        (_plan("12", "18", "15", goal_amount="12"), "goal_amount", "starting amount is 12 minutes"),
        (_plan("1", "1", "1", unit="steps"), "trials-0-amount", "too small"),
    ],
)
def test_plan_that_cannot_be_worked_with_says_why(raw: dict[str, str], field: str, said: str) -> None:
    assert said in parse(PLAN, raw, today=TODAY).errors[field]


def test_fault_in_a_row_is_beside_its_input_when_rows_above_are_empty() -> None:
    raw = {"unit": "minutes", "trials-1-amount": "4", "trials-4-amount": "0", "trials-7-amount": "5"}

    assert set(parse(PLAN, raw, today=TODAY).errors) == {"trials-4-amount"}


def test_future_days_lets_a_log_lie_ahead_and_no_further() -> None:
    log = {"date_field": "day", "entries_per_day": 1, "backdate_days": 7, "future_days": 28}
    sheet = read_definition(_sheet(_date("day"), is_log=True, log=log))

    assert parse(sheet, {"day": "2026-03-30"}, today=TODAY).is_valid
    assert not parse(sheet, {"day": "2026-03-31"}, today=TODAY).is_valid
