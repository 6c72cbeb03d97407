"""The rule by which the next module opens, case by case (clinical reference, 1.2)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from patients.unlocking import CourseFacts, Opened, Reason, earliest, verdict

LONDON = "Europe/London"


def at(text: str, zone: str = LONDON) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def facts(**changes: Any) -> CourseFacts:
    """Somebody in week 1, read, which opened on Monday 3 March 2025 at 10:00."""
    usual: dict[str, Any] = {
        "starts_on": date(2025, 3, 3),
        "timezone": LONDON,
        "opened": {1: Opened(at("2025-03-03 10:00"), is_read=True)},
    }
    return CourseFacts(**(usual | changes))


def reasons(number: int, now: datetime, **changes: Any) -> tuple[Reason, ...]:
    return verdict(number, facts(**changes), now=now).reasons


def test_first_module_opens_with_the_start_date() -> None:
    assert reasons(1, at("2025-03-02 23:59"), opened={}) == (Reason.TOO_SOON,)
    assert reasons(1, at("2025-03-03 00:00"), opened={}) == ()


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("Pacific/Kiritimati", "2025-03-02T10:00+00:00"),
        ("America/Los_Angeles", "2025-03-03T08:00+00:00"),
        ("Asia/Kathmandu", "2025-03-02T18:15+00:00"),
    ],
)
def test_start_date_is_that_of_the_patient_and_not_of_the_clinic(zone: str, opens: str) -> None:
    found = verdict(1, facts(timezone=zone, opened={}), now=at("2025-01-01 12:00"))
    assert found.not_before == datetime.fromisoformat(opens)


def test_second_opens_after_five_days_at_the_same_time_of_day() -> None:
    assert reasons(2, at("2025-03-08 09:59")) == (Reason.TOO_SOON,)
    assert reasons(2, at("2025-03-08 10:00")) == ()


def test_unread_module_keeps_the_next_one_closed_however_long() -> None:
    unread = {1: Opened(at("2025-03-03 10:00"), is_read=False)}
    assert reasons(2, at("2025-05-01 10:00"), opened=unread) == (Reason.EARLIER_UNREAD,)
    assert reasons(2, at("2025-03-04 10:00"), opened=unread) == (Reason.EARLIER_UNREAD, Reason.TOO_SOON)


def test_hold_keeps_everything_closed_that_is_not_open() -> None:
    assert reasons(2, at("2025-03-20 10:00"), is_held=True) == (Reason.HELD,)
    assert reasons(1, at("2025-03-20 10:00"), is_held=True) == ()
    assert reasons(1, at("2025-03-20 10:00"), is_held=True, opened={}) == (Reason.HELD,)


def test_resting_course_opens_nothing() -> None:
    assert reasons(2, at("2025-03-20 10:00"), is_active=False) == (Reason.RESTING,)


def test_module_after_a_closed_one_is_closed() -> None:
    found = verdict(3, facts(), now=at("2025-06-01 10:00"))
    assert found.reasons == (Reason.EARLIER_CLOSED,)
    assert found.not_before is None


def test_five_days_count_from_the_last_opening_even_an_early_one() -> None:
    early = {
        1: Opened(at("2025-03-03 10:00"), is_read=True),
        2: Opened(at("2025-03-04 08:30"), is_read=True),
    }
    assert earliest(3, facts(opened=early)) == at("2025-03-09 08:30")


@pytest.mark.parametrize(
    ("opened", "opens"),
    [
        ("2025-03-27 18:00", "2025-04-01 18:00"),  # the clocks go forward on 30 March: 119 hours
        ("2025-10-23 18:00", "2025-10-28 18:00"),  # back on 26 October: 121 hours
        ("2025-03-25 01:30", "2025-03-30 02:30"),  # 01:30 does not exist that night
        ("2025-10-21 01:30", "2025-10-26 01:30"),  # 01:30 comes twice: the first one
    ],
)
def test_changing_the_clocks_keeps_the_time_of_day(opened: str, opens: str) -> None:
    week_1 = {1: Opened(at(opened), is_read=True)}
    assert earliest(2, facts(opened=week_1)) == at(opens)


def test_what_opened_in_the_second_of_two_equal_hours_still_opens_on_time() -> None:
    second = datetime(2025, 10, 26, 1, 30, fold=1, tzinfo=ZoneInfo(LONDON)).astimezone(UTC)
    week_1 = {1: Opened(second, is_read=True)}
    assert earliest(2, facts(opened=week_1)) == at("2025-10-31 01:30")


def test_nothing_opens_before_five_days_less_one_hour_anywhere_in_a_year() -> None:
    """The shift of a summer time change is the most by which five days can be short."""
    for day in range(365):
        moment = datetime(2025, 1, 1, 0, 30, tzinfo=UTC) + timedelta(days=day, hours=day % 24)
        waited = earliest(2, facts(opened={1: Opened(moment, is_read=True)})) - moment
        assert timedelta(days=5, hours=-1) <= waited <= timedelta(days=5, hours=1)
