"""When a clinic's daily test is due, and when its absence is an alarm: from its row and a clock alone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.chain import ACCEPTED_WITHIN, day_to_confirm, due_day, is_unproved
from painclinic.accounts.models import Clinic
from patients.workdays import is_working_day, opening

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
clinics = st.builds(
    lambda zone, opens, week, closed: a_clinic(
        timezone=zone,
        work_start=time(opens),
        work_end=time(opens + 8),
        work_days=sorted(week),
        closed_days={day.isoformat(): "closed" for day in closed},
    ),
    st.sampled_from(["Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "UTC"]),
    st.integers(0, 15),
    st.sets(st.integers(1, 7), min_size=1),
    st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=20),
)


def a_clinic(**fields: object) -> Clinic:
    return Clinic(**{"name": "Lakeside", "work_days": [1, 2, 3, 4, 5], "created_at": LONG_AGO} | fields)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-02T09:00", "2026-03-02"),
        ("2026-03-02T08:59", "2026-02-27"),
        ("2026-03-01T12:00", "2026-02-27"),
        ("2026-03-04T10:00", "2026-03-02"),
        # The clocks went forward in the night before.
        ("2026-03-30T09:00", "2026-03-30"),
    ],
)
def test_test_is_due_when_the_clinic_opens_on_each_working_day(moment: str, day: str) -> None:
    clinic = a_clinic(closed_days={"2026-03-03": "Moving", "2026-03-04": "Moving"})
    assert due_day(at(moment), clinic) == date.fromisoformat(day)


@given(clinic=clinics, moment=moments)
def test_due_day_is_the_newest_opening_on_the_clinics_own_clock(clinic: Clinic, moment: datetime) -> None:
    found = due_day(moment, clinic)
    assert found
    assert is_working_day(found, clinic)
    assert opening(found, clinic) <= moment
    today = moment.astimezone(ZoneInfo(clinic.timezone)).date()
    between = [found + timedelta(days=n) for n in range(1, (today - found).days + 2)]
    assert not any(is_working_day(day, clinic) and opening(day, clinic) <= moment for day in between)


@given(clinic=clinics, moment=moments, proved=st.none() | st.dates(date(2025, 12, 1), date(2028, 1, 1)))
def test_without_its_newest_test_a_clinic_is_in_alarm_half_an_hour_after_opening_and_not_before(
    clinic: Clinic, moment: datetime, proved: date | None
) -> None:
    clinic.chain_proved_on = proved
    waited = due_day(moment - ACCEPTED_WITHIN, clinic)
    assert waited
    assert is_unproved(moment, clinic) == (proved is None or proved < waited)
    # Whatever happened before: a test that is accepted ends the alarm, for as long as the next has time.
    clinic.chain_proved_on = waited
    assert not is_unproved(moment, clinic)


def test_alarm_lasts_through_the_night_and_the_weekend_until_a_test_is_accepted() -> None:
    clinic = a_clinic(chain_proved_on=date(2026, 2, 26))
    for moment, is_red in (
        ("2026-02-27T09:29", False),
        ("2026-02-27T09:30", True),
        ("2026-03-01T03:00", True),
        ("2026-03-02T09:10", True),
    ):
        assert is_unproved(at(moment), clinic) is is_red, moment
    clinic.chain_proved_on = date(2026, 3, 2)
    assert not is_unproved(at("2026-03-02T09:11"), clinic)


def test_new_clinic_and_one_that_was_made_up_are_not_in_alarm() -> None:
    assert not is_unproved(at("2026-03-02T16:00"), a_clinic(created_at=at("2026-03-02T10:00")))
    assert is_unproved(at("2026-03-03T16:00"), a_clinic(created_at=at("2026-03-02T10:00")))
    assert not is_unproved(at("2026-03-03T16:00"), a_clinic(is_synthetic=True))
    assert day_to_confirm(at("2026-03-03T16:00"), a_clinic(is_synthetic=True)) is None


def test_somebody_has_until_the_clinic_closes_to_confirm() -> None:
    assert day_to_confirm(at("2026-03-02T16:59"), a_clinic()) == date(2026, 2, 27)
    assert day_to_confirm(at("2026-03-02T17:00"), a_clinic()) == date(2026, 3, 2)
