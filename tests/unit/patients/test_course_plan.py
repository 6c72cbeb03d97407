"""What a therapist's changes make of a course, and what the rule that unlocks makes of that."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.course_plan import Change, course_plan, may_reorder
from patients.unlocking import CourseFacts, Opened, Reason, following, verdict

WEEKS = tuple(range(1, 9))
MOVABLE = {4, 5, 6, 7}
START = datetime(2025, 3, 3, 9, tzinfo=UTC)
REST_REASONS = {Reason.RESTING, Reason.PAUSED, Reason.FLARE_UP, Reason.HELD}


def change(kind: str, module: int | None = None, **payload: Any) -> Change:
    return Change(id=uuid4(), kind=kind, module=module, payload=payload)


ORDERS = st.permutations(sorted(MOVABLE)).map(lambda moved: (1, 2, 3, *moved, 8))
FACTS = st.builds(
    CourseFacts,
    starts_on=st.just(date(2025, 3, 3)),
    timezone=st.sampled_from(["Europe/London", "Asia/Kathmandu", "America/Los_Angeles"]),
    is_active=st.booleans(),
    is_held=st.booleans(),
    is_paused=st.booleans(),
    is_flaring=st.booleans(),
    opened=st.dictionaries(
        st.sampled_from(WEEKS),
        st.builds(
            Opened,
            at=st.integers(0, 60).map(lambda day: START + timedelta(days=day)),
            is_read=st.booleans(),
            is_repeat=st.booleans(),
            is_answered=st.booleans(),
        ),
    ),
    order=ORDERS,
    skipped=st.frozensets(st.sampled_from(WEEKS)),
    wants_feedback=st.booleans(),
)
NOW = st.integers(0, 120).map(lambda day: START + timedelta(days=day))


def may_open(facts: CourseFacts, now: datetime) -> list[int]:
    return [n for n in WEEKS if n not in facts.opened and verdict(n, facts, now=now).may_open]


@given(FACTS, NOW)
def test_rule_never_opens_two_modules_at_once(facts: CourseFacts, now: datetime) -> None:
    assert len(may_open(facts, now)) <= 1


@given(FACTS, NOW)
def test_rule_opens_what_follows_in_the_own_order_and_nothing_else(facts: CourseFacts, now: datetime) -> None:
    for number in may_open(facts, now):
        assert number == following(facts)
        before = [n for n in facts.order[: facts.order.index(number)] if n not in facts.skipped]
        assert all(n in facts.opened for n in before)
        assert not before or facts.opened[before[-1]].is_read


@given(FACTS, NOW)
def test_rule_opens_nothing_while_the_course_rests(facts: CourseFacts, now: datetime) -> None:
    if not facts.is_active or facts.is_held or facts.is_paused or facts.is_flaring:
        assert may_open(facts, now) == []
        assert all(
            REST_REASONS & set(verdict(n, facts, now=now).reasons) for n in WEEKS if n not in facts.opened
        )


@given(FACTS, NOW)
def test_what_is_left_out_never_blocks_and_never_opens(facts: CourseFacts, now: datetime) -> None:
    """Without the weeks that are left out the rule says the same of all others."""
    path = tuple(n for n in facts.order if n not in facts.skipped)
    # Nothing is asked of what is left out, to read again neither.
    walked = {n: replace(one, is_repeat=one.is_repeat and n in path) for n, one in facts.opened.items()}
    without = replace(facts, order=path, skipped=frozenset(), opened=walked)
    for number in path:
        assert verdict(number, facts, now=now).reasons == verdict(number, without, now=now).reasons
    assert not set(may_open(facts, now)) & facts.skipped


@given(FACTS, NOW)
def test_five_days_lie_between_openings_by_the_rule(facts: CourseFacts, now: datetime) -> None:
    last = facts.last_opened_at
    if last and may_open(facts, now):
        assert now - last >= timedelta(days=5, hours=-1)


@given(FACTS)
def test_waiting_long_enough_opens_what_only_time_keeps_closed(facts: CourseFacts) -> None:
    number = following(facts)
    if number is None:
        return
    late = START + timedelta(days=400)
    reasons = set(verdict(number, facts, now=late).reasons)
    assert Reason.TOO_SOON not in reasons
    assert Reason.EARLIER_CLOSED not in reasons
    assert Reason.SKIPPED not in reasons


def test_repeat_is_read_again_before_another_opens() -> None:
    opened = {
        1: Opened(START, is_read=False, is_repeat=True),
        2: Opened(START + timedelta(days=7), is_read=True),
    }
    facts = CourseFacts(date(2025, 3, 3), "UTC", opened=opened, order=WEEKS)
    found = verdict(3, facts, now=START + timedelta(days=30))
    assert found.reasons == (Reason.EARLIER_UNREAD,)
    assert found.after == 1


def test_feedback_is_waited_for_only_where_it_is_wanted() -> None:
    opened = {1: Opened(START, is_read=True, is_answered=False)}
    later = START + timedelta(days=30)
    facts = CourseFacts(date(2025, 3, 3), "UTC", opened=opened, order=WEEKS)
    assert verdict(2, facts, now=later).may_open
    waits = CourseFacts(date(2025, 3, 3), "UTC", opened=opened, order=WEEKS, wants_feedback=True)
    assert verdict(2, waits, now=later).reasons == (Reason.FEEDBACK_AWAITED,)


# --- the plan ---


def test_plan_without_changes_is_the_programme() -> None:
    plan = course_plan(WEEKS)
    assert plan.path == WEEKS
    assert not plan.wants_feedback


def test_plan_keeps_the_later_of_two_changes_about_the_same() -> None:
    plan = course_plan(
        WEEKS,
        [
            change("skip", 5),
            change("add_module", 5),
            change("feedback", required=True),
            change("extend_homework", 3, days=4),
            change("extend_homework", 3, days=2),
            change("reorder", order=[1, 2, 3, 7, 5, 6, 4, 8]),
        ],
    )
    assert plan.path == (1, 2, 3, 7, 5, 6, 4, 8)
    assert plan.wants_feedback
    assert plan.homework_days == {3: 6}


CHANGES = st.lists(
    st.one_of(
        st.sampled_from(WEEKS).map(lambda n: change("skip", n)),
        st.sampled_from(WEEKS).map(lambda n: change("add_module", n)),
        ORDERS.map(lambda order: change("reorder", order=list(order))),
        st.booleans().map(lambda on: change("feedback", required=on)),
        st.integers(1, 56).map(lambda days: change("extend_window", days=days)),
    ),
    max_size=8,
)


@given(CHANGES, CHANGES)
def test_plan_with_everything_taken_back_is_as_before(some: list[Change], more: list[Change]) -> None:
    undone = [Change(id=uuid4(), kind="undo", undoes=one.id) for one in more]
    assert course_plan(WEEKS, [*some, *more, *undone]) == course_plan(WEEKS, some)


@given(CHANGES)
def test_plan_always_holds_every_week_once(changes: list[Change]) -> None:
    plan = course_plan(WEEKS, changes)
    assert sorted(plan.order) == list(WEEKS)
    assert set(plan.path) | plan.skipped == set(WEEKS)


@pytest.mark.parametrize(
    ("new", "allowed"),
    [
        ((1, 2, 3, 6, 5, 4, 7, 8), True),
        ((1, 2, 3, 7, 6, 5, 4, 8), True),
        ((2, 1, 3, 4, 5, 6, 7, 8), False),
        ((1, 2, 3, 4, 5, 6, 8, 7), False),
        ((1, 2, 3, 5, 4, 6, 7), False),
        ((1, 2, 3, 4, 4, 6, 7, 8), False),
    ],
)
def test_only_movable_weeks_change_places(new: tuple[int, ...], allowed: bool) -> None:
    assert may_reorder(WEEKS, new, movable=MOVABLE, opened={1, 2}) is allowed


def test_week_that_is_open_stays_where_it_is() -> None:
    assert not may_reorder(WEEKS, (1, 2, 3, 6, 5, 4, 7, 8), movable=MOVABLE, opened={1, 2, 3, 4})
