"""Clocks of alerts, on the clinic's own wall clock. No database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painclinic.accounts.models import Clinic
from patients.safety.clocks import after_working_time, plan, repeat_after
from patients.workdays import is_open

CLINIC = Clinic(name="Lakeside", work_days=[1, 2, 3, 4, 5])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02T10:00", 120, "2026-03-02T12:00"),
        ("2026-03-02T16:00", 120, "2026-03-03T10:00"),
        ("2026-03-02T20:00", 15, "2026-03-03T09:15"),
        ("2026-03-06T16:50", 30, "2026-03-09T09:20"),
        ("2026-03-07T12:00", 60, "2026-03-09T10:00"),
        # The night in between is an hour shorter: British summer time begins on 29 March.
        ("2026-03-27T16:30", 60, "2026-03-30T08:30"),
    ],
)
def test_working_time_passes_only_while_the_clinic_is_open(start: str, minutes: int, end: str) -> None:
    assert after_working_time(at(start), timedelta(minutes=minutes), CLINIC) == at(end)


@given(start=moments, level=st.sampled_from([1, 2, 3]), on_call=st.booleans())
def test_every_clock_starts_at_once_and_ends_with_everybody(
    start: datetime, level: int, on_call: bool
) -> None:
    found = plan(level, start, CLINIC, is_on_call=on_call)
    assert found.steps[0] == ("tell", start)
    assert {"lead", "act", "everybody"} <= {step for step, _ in found.steps}
    assert all(due >= start for _, due in found.steps)
    assert start < found.ack_due_at <= found.act_due_at
    assert found.act_due_at - start < timedelta(days=7)
    assert len(set(found.steps)) == len(found.steps)
    assert start < repeat_after(level, start, CLINIC, is_on_call=on_call) < start + timedelta(days=7)


@given(start=moments)
def test_highest_level_is_acknowledged_within_15_minutes_of_open_time(start: datetime) -> None:
    found = plan(3, start, CLINIC)
    assert is_open(found.ack_due_at - timedelta(seconds=1), CLINIC)
    assert plan(3, start, CLINIC, is_on_call=True).ack_due_at == start + timedelta(minutes=15)
    if is_open(start, CLINIC) and is_open(start + timedelta(minutes=15), CLINIC):
        assert found.ack_due_at == start + timedelta(minutes=15)


@given(start=moments)
def test_second_level_is_phoned_on_the_working_day_on_which_it_is_due(start: datetime) -> None:
    found = plan(2, start, CLINIC)
    assert found.act_due_at.date() == found.ack_due_at.date()


@given(start=moments)
def test_graver_level_is_never_due_later(start: datetime) -> None:
    due = [plan(level, start, CLINIC).ack_due_at for level in (1, 2, 3)]
    assert due == sorted(due, reverse=True)
