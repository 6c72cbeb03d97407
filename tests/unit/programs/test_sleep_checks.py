"""Impossible nights say so beside the field, and the rest is kept; single nights and changes in words."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from programs.worksheets import derived_lines, parse

SHEETS = Path("programs/content/cbt-chronic-pain/en/worksheets")
TODAY = dt.date(2026, 3, 2)
NIGHT = {
    "date_of_morning": "2026-03-02",
    "into_bed": "22:30",
    "tried_to_sleep": "23:00",
    "sol_min": "45",
    "waso_min": "60",
    "final_wake": "06:30",
    "tasafa_min": "20",
    "out_of_bed": "07:15",
    "quality": "3",
}


def _sheet(slug: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SHEETS / f"{slug}.yaml").read_text())
    return found


DIARY, PLAN = _sheet("w9-sleep-diary"), _sheet("w10-sleep-plan")


def test_published_night_is_taken() -> None:
    assert parse(DIARY, NIGHT, today=TODAY).errors == {}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tried_to_sleep": "22:00"}, "tried_to_sleep"),
        ({"final_wake": "07:30"}, "final_wake"),
        ({"final_wake": "22:45"}, "final_wake"),
        ({"sol_min": "451"}, "sol_min"),
        ({"waso_min": "406"}, "waso_min"),
        ({"tasafa_min": "46"}, "tasafa_min"),
    ],
)
def test_impossible_night_says_so_beside_the_field_and_keeps_the_rest(
    changed: dict[str, str], field: str
) -> None:
    parsed = parse(DIARY, NIGHT | changed, today=TODAY)

    assert list(parsed.errors) == [field]
    assert parsed.values["quality"] == 3
    assert parsed.values["into_bed"] == "22:30"


def test_night_at_its_limits_is_taken() -> None:
    whole = {"sol_min": "0", "waso_min": "450", "tasafa_min": "45"}

    assert parse(DIARY, NIGHT | whole, today=TODAY).is_valid


def test_draft_of_an_impossible_night_is_kept() -> None:
    assert parse(DIARY, NIGHT | {"waso_min": "600"}, today=TODAY, partial=True).is_valid


def test_field_with_a_fault_of_its_own_is_not_checked_further() -> None:
    parsed = parse(DIARY, NIGHT | {"final_wake": "half past", "waso_min": "600"}, today=TODAY)

    assert list(parsed.errors) == ["final_wake"]


@given(
    st.fixed_dictionaries(
        {
            name: st.times().map(lambda t: f"{t:%H:%M}")
            for name in ("into_bed", "tried_to_sleep", "final_wake", "out_of_bed")
        }
        | {name: st.integers(0, 300).map(str) for name in ("sol_min", "waso_min", "tasafa_min")}
    )
)
def test_any_night_is_taken_or_gets_exactly_one_fault(typed: dict[str, str]) -> None:
    parsed = parse(DIARY, NIGHT | typed, today=TODAY)

    assert len(parsed.errors) <= 1
    assert bool(derived_lines(DIARY, parsed.values)) or not parsed.is_valid


def test_single_night_says_time_in_bed_and_asleep_and_no_efficiency() -> None:
    lines = derived_lines(DIARY, parse(DIARY, NIGHT, today=TODAY).values)

    assert lines == [("In bed", "8 hours 45 minutes"), ("Asleep", "5 hours 45 minutes")]


def test_very_long_night_is_asked_about_and_taken() -> None:
    parsed = parse(DIARY, NIGHT | {"out_of_bed": "13:00"}, today=TODAY)

    assert parsed.is_valid
    assert derived_lines(DIARY, parsed.values)[-1][0] == "A long night"


@pytest.mark.parametrize(
    ("bed", "is_taken"), [("23:00", True), ("00:30", True), ("00:31", False), ("06:29", False), ("", True)]
)
def test_plan_leaves_six_hours_in_bed(bed: str, is_taken: bool) -> None:
    parsed = parse(PLAN, {"rise_time": "06:30", "earliest_bed_time": bed}, today=TODAY)

    assert list(parsed.errors) == ([] if is_taken else ["earliest_bed_time"])


@pytest.mark.parametrize(
    ("slug", "values", "expected"),
    [
        ("w5-relaxation-log", {"tension_before": 7, "tension_after": 4}, "7 to 4, 3 less"),
        ("w5-relaxation-log", {"tension_before": 3, "tension_after": 3}, "3, no change"),
        ("w7-thought-record", {"belief_before": 40, "belief_after": 55}, "40% to 55%, 15 more"),
        (
            "w6-activity-plan",
            {"expected_enjoyment": 2, "actual_enjoyment": 6},
            "2 expected, 6 in the end: better than expected",
        ),
    ],
)
def test_change_is_said_in_words(slug: str, values: dict[str, int], expected: str) -> None:
    assert [text for _label, text in derived_lines(_sheet(slug), values)] == [expected]
    assert derived_lines(_sheet(slug), {}) == []
