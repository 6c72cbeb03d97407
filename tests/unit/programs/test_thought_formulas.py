"""Thought records: feelings matched by name, and what a change is called."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from programs.formulas.thoughts import FeelingChange, belief_delta, feeling_changes, is_little_relief

NAMES = ("sad", "anxious", "angry", "calm", "other")
percents = st.integers(0, 100)


def _before(**strengths: int) -> list[dict[str, Any]]:
    return [{"name": name, "pct_before": strength} for name, strength in strengths.items()]


def _after(**strengths: int) -> list[dict[str, Any]]:
    return [{"name": name, "pct_after": strength} for name, strength in strengths.items()]


def test_deltas_are_before_less_after_matched_by_name() -> None:
    found = feeling_changes(_before(sad=80, anxious=60), _after(anxious=20, sad=85))

    assert [(change.name, change.delta) for change in found] == [("sad", -5), ("anxious", 40)]


def test_feeling_rated_only_once_has_no_delta() -> None:
    assert feeling_changes(_before(sad=80), _after(angry=20)) == ()


def test_feeling_named_twice_is_matched_in_order() -> None:
    before = [*_before(other=70), *_before(other=30)]
    after = [*_after(other=50), *_after(other=10)]

    assert [change.delta for change in feeling_changes(before, after)] == [20, 20]


def test_half_written_rows_are_passed_over() -> None:
    assert feeling_changes([{"name": "sad"}, {}], [{"name": "sad"}, {"pct_after": 3}]) == ()


def test_more_calm_is_a_change_for_the_better() -> None:
    calmer = FeelingChange("calm", before=10, after=60)

    assert (calmer.delta, calmer.relief) == (-50, 50)


def test_belief_delta_is_before_less_after() -> None:
    assert belief_delta(90, 35) == 55


def test_little_relief_is_told_from_a_fall_of_ten() -> None:
    assert is_little_relief(feeling_changes(_before(sad=80, angry=50), _after(sad=71, angry=60)))
    assert not is_little_relief(feeling_changes(_before(sad=80), _after(sad=70)))
    assert not is_little_relief([])


@given(st.dictionaries(st.sampled_from(NAMES), st.tuples(percents, percents)))
def test_every_feeling_rated_twice_has_one_delta_in_bounds(rated: dict[str, tuple[int, int]]) -> None:
    before = _before(**{name: pair[0] for name, pair in rated.items()})
    after = _after(**{name: pair[1] for name, pair in reversed(rated.items())})

    found = feeling_changes(before, after)

    assert [change.name for change in found] == list(rated)
    assert all(-100 <= change.delta <= 100 for change in found)
    assert all(change.delta == rated[change.name][0] - rated[change.name][1] for change in found)


@given(percents, percents, percents)
def test_belief_delta_grows_as_the_belief_after_falls(before: int, one: int, other: int) -> None:
    low, high = sorted((one, other))

    assert belief_delta(before, low) >= belief_delta(before, high)
