"""Days on which the clinic is closed: clocks stand still on them, and a clinic is never closed for long."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinics.closed_days import (
    LONGEST,
    MOST,
    ClosedTooLongError,
    TooManyDaysError,
    check,
    public_holidays,
    regions,
)
from painclinic.accounts.models import Clinic
from patients.safety.clocks import after_working_time, plan, repeat_after
from patients.workdays import deadline, is_open, is_working_day, next_opening

WEEK = [1, 2, 3, 4, 5]
CHRISTMAS = {"2026-12-25": "Christmas Day", "2026-12-28": "Boxing Day"}
CLINIC = Clinic(name="Lakeside", work_days=WEEK, closed_days=CHRISTMAS)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        # Thursday evening: Friday, the weekend and Monday pass without a minute of working time.
        ("2026-12-24T16:50", 15, "2026-12-29T09:05"),
        ("2026-12-25T10:00", 15, "2026-12-29T09:15"),
        ("2026-12-28T09:00", 60, "2026-12-29T10:00"),
    ],
)
def test_working_time_stands_still_on_closed_days(start: str, minutes: int, end: str) -> None:
    assert after_working_time(at(start), timedelta(minutes=minutes), CLINIC) == at(end)


def test_answer_of_a_holiday_is_due_a_working_day_after_the_next_opening() -> None:
    assert not is_open(at("2026-12-25T10:00"), CLINIC)
    assert next_opening(at("2026-12-25T10:00"), CLINIC) == at("2026-12-29T09:00")
    assert deadline(at("2026-12-25T10:00"), days=1, clinic=CLINIC) == at("2026-12-30T09:00")


def test_urgent_answer_of_a_holiday_is_told_at_once_and_its_clock_starts_when_the_clinic_opens() -> None:
    found = plan(3, at("2026-12-25T10:00"), CLINIC)
    assert found.steps[:2] == (("tell", at("2026-12-25T10:00")), ("duty", at("2026-12-25T10:00")))
    assert found.ack_due_at == at("2026-12-29T09:15")
    on_call = plan(3, at("2026-12-25T10:00"), CLINIC, is_on_call=True)
    assert on_call.ack_due_at == at("2026-12-25T10:15")


@given(start=moments, level=st.sampled_from([1, 2, 3]), closed=st.sets(days, max_size=40))
def test_with_any_closed_days_every_clock_ends_on_a_working_day(
    start: datetime, level: int, closed: set[date]
) -> None:
    clinic = Clinic(work_days=WEEK)
    try:
        check(clinic, closed)
    except ClosedTooLongError:
        return
    clinic.closed_days = {day.isoformat(): "closed" for day in closed}
    found = plan(level, start, clinic)
    longest = timedelta(days=8) + LONGEST * 4
    for due in (found.ack_due_at, found.act_due_at, repeat_after(level, start, clinic)):
        assert is_working_day((due - timedelta(seconds=1)).date(), clinic)
        assert start <= due < start + longest
    assert found.ack_due_at <= found.act_due_at


def test_clinic_closed_for_longer_than_alerts_may_wait_is_refused() -> None:
    monday = date(2026, 7, 6)
    allowed = [monday + timedelta(days=n) for n in range(12)]
    check(CLINIC, allowed)
    with pytest.raises(ClosedTooLongError):
        check(CLINIC, [monday + timedelta(days=n) for n in range(19)])


def test_more_days_than_a_clinic_closes_are_refused() -> None:
    with pytest.raises(TooManyDaysError):
        check(CLINIC, [date(2026, 1, 1) + timedelta(days=2 * n) for n in range(MOST + 1)])


def test_public_holidays_are_those_of_the_region_on_working_days_in_the_clinics_language() -> None:
    british = Clinic(work_days=WEEK, country="GB", language="en-gb")
    england = public_holidays(british, "ENG", date(2026, 11, 1))
    scotland = public_holidays(british, "SCT", date(2026, 11, 1))
    assert england[date(2026, 12, 25)] == "Christmas Day"
    # A Saturday; the Monday after it is a holiday in its place.
    assert date(2026, 12, 26) not in england
    assert date(2026, 12, 28) in england
    assert date(2027, 1, 4) not in england
    assert date(2027, 1, 4) in scotland or date(2026, 11, 30) in scotland
    assert {"England", "Scotland"} <= {part.name for part in regions("GB")}
    spanish = Clinic(work_days=WEEK, country="ES", language="es")
    assert public_holidays(spanish, "", date(2026, 11, 1))[date(2026, 12, 25)] == "Natividad del Señor"
    assert public_holidays(Clinic(work_days=WEEK, country="XX"), "", date(2026, 11, 1)) == {}
