"""The flag of week 2 and the rule of week 4, at each edge."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas.on_track import Course, Sign, State, check, week_four_check, week_two_flag

# Everything done, nothing moved: a single slip makes this not on track.
STILL = Course(
    days=28,
    modules_done=3,
    practice_days=Decimal(2),
    confidence=5,
    pain=(Decimal(6), Decimal(6)),
    mood=(12, 12),
    answered=4,
)


def test_week_four_without_change_but_with_effort_is_on_track() -> None:
    assert week_four_check(STILL).state is State.ON_TRACK


@pytest.mark.parametrize(
    ("slip", "sign"),
    [
        ({"modules_done": 2}, Sign.FEW_MODULES),
        ({"practice_days": Decimal("1.9")}, Sign.LITTLE_PRACTICE),
        ({"confidence": 4}, Sign.LOW_CONFIDENCE),
    ],
)
def test_week_four_without_change_and_with_little_done_is_not_on_track(
    slip: dict[str, int], sign: Sign
) -> None:
    found = week_four_check(replace(STILL, **slip))  # type: ignore[arg-type]

    assert found.state is State.NOT_ON_TRACK
    assert found.signs == (Sign.PAIN_SAME, Sign.MOOD_SAME, sign)


@pytest.mark.parametrize(
    ("pain", "mood", "expected"),
    [
        ((Decimal(6), Decimal("5.41")), (12, 11), State.NOT_ON_TRACK),
        ((Decimal(6), Decimal("5.40")), (12, 11), State.ON_TRACK),
        ((Decimal(6), Decimal("5.41")), (12, 10), State.ON_TRACK),
        ((None, None), (12, 10), State.ON_TRACK),
        ((None, None), (12, 11), State.CANNOT_TELL),
        ((Decimal(6), None), (None, 12), State.CANNOT_TELL),
    ],
)
def test_week_four_at_the_edges_of_pain_and_mood(
    pain: tuple[Decimal | None, Decimal | None], mood: tuple[int | None, int | None], expected: State
) -> None:
    assert week_four_check(replace(STILL, modules_done=1, pain=pain, mood=mood)).state is expected


def test_week_four_with_reliable_worsening_is_not_on_track_whatever_was_done() -> None:
    found = week_four_check(replace(STILL, pain=(6, 3), worse=("phq-9",)))

    assert found.state is State.NOT_ON_TRACK
    assert found.signs[0] is Sign.WORSE


def test_unknown_confidence_and_practice_are_no_slip() -> None:
    assert week_four_check(replace(STILL, confidence=None, practice_days=None)).state is State.ON_TRACK


def test_week_two_flags_a_first_module_that_is_not_done() -> None:
    behind = Course(days=14, modules_done=0, practice_days=Decimal(1), answered=1)
    assert week_two_flag(behind).signs == (Sign.FEW_MODULES,)
    assert week_two_flag(replace(behind, modules_done=1)).state is State.ON_TRACK


def test_week_two_flags_who_neither_practised_nor_answered() -> None:
    silent = Course(days=14, modules_done=1)
    assert week_two_flag(silent).signs == (Sign.LITTLE_PRACTICE, Sign.NO_ANSWERS)
    assert week_two_flag(replace(silent, answered=1)).state is State.ON_TRACK


def test_week_two_flags_reliable_worsening() -> None:
    worse = Course(days=20, modules_done=2, practice_days=Decimal(5), answered=2, worse=("peg",))
    assert week_two_flag(worse).signs == (Sign.WORSE,)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(13, State.TOO_EARLY), (14, State.BEHIND), (27, State.BEHIND), (28, State.NOT_ON_TRACK)],
)
def test_check_belongs_to_the_week(days: int, expected: State) -> None:
    assert check(replace(STILL, days=days, modules_done=0)).state is expected


@given(
    days=st.integers(0, 100),
    done=st.integers(0, 8),
    pain=st.tuples(st.none() | st.integers(0, 10), st.none() | st.integers(0, 10)),
    mood=st.tuples(st.none() | st.integers(0, 27), st.none() | st.integers(0, 27)),
    practice=st.none() | st.integers(0, 7).map(Decimal),
)
def test_every_flag_has_a_reason_and_more_modules_never_raise_one(
    days: int,
    done: int,
    pain: tuple[int | None, int | None],
    mood: tuple[int | None, int | None],
    practice: Decimal | None,
) -> None:
    course = Course(days=days, modules_done=done, pain=pain, mood=mood, practice_days=practice)
    found, further = check(course), check(replace(course, modules_done=done + 1))

    assert bool(found.signs) or not found.state.needs_care
    assert not (further.state.needs_care and not found.state.needs_care)
