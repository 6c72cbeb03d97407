"""Quiet hours over all zones, with their gaps and overlaps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.quiet import at_local, is_quiet, local_date, next_allowed

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("posix"))
# Zones whose clocks change at midnight, by half an hour, or by a whole day.
ODD = [
    "Africa/Cairo",
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
]

zones = st.one_of(st.sampled_from(ODD), st.sampled_from(ZONES))
moments = st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
# What a patient can choose.
nights = st.tuples(
    st.integers(15, 22).map(lambda hour: time(hour)), st.integers(7, 12).map(lambda hour: time(hour))
)


@given(moments, zones, times, times)
def test_next_allowed_is_never_quiet_never_earlier_and_stable(moment, zone, begin, end):
    rule = {"zone": zone, "quiet_from": begin, "quiet_until": end}
    allowed = next_allowed(moment, **rule)
    assert allowed >= moment
    assert not is_quiet(allowed, **rule)
    assert next_allowed(allowed, **rule) == allowed
    assert allowed - moment <= timedelta(hours=49)


@given(moments, zones, times, times, st.integers(0, 3 * 24 * 60))
def test_next_allowed_of_a_later_moment_is_not_earlier(moment, zone, begin, end, minutes):
    rule = {"zone": zone, "quiet_from": begin, "quiet_until": end}
    assert next_allowed(moment, **rule) <= next_allowed(moment + timedelta(minutes=minutes), **rule)


@given(moments, zones, nights)
def test_next_allowed_is_the_first_moment_that_is_not_quiet(moment, zone, night):
    rule = {"zone": zone, "quiet_from": night[0], "quiet_until": night[1]}
    allowed = next_allowed(moment, **rule)
    step = moment
    while step < allowed:
        assert is_quiet(step, **rule)
        step += timedelta(minutes=7)


@given(moments, zones, nights)
def test_next_allowed_with_any_choice_is_by_day_and_never_at_midnight(moment, zone, night):
    allowed = next_allowed(moment, zone=zone, quiet_from=night[0], quiet_until=night[1])
    assert time(7) <= allowed.astimezone(ZoneInfo(zone)).time() < time(22)


@given(st.dates(date(2011, 1, 1), date(2035, 1, 1)), zones)
def test_at_local_at_ten_is_one_moment_per_date_and_grows(day, zone):
    today, tomorrow = (at_local(d, time(10), zone) for d in (day, day + timedelta(days=1)))
    # A date that a zone skipped altogether (Samoa, 30 December 2011) falls onto the next one.
    assert today < tomorrow or local_date(today, zone) != day
    assert today.astimezone(ZoneInfo(zone)).time() == time(10)


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        # 02:30 does not exist on this night: the clock goes from 02:00 to 03:00.
        ("Europe/Berlin", "2026-03-29T00:30+00:00", "2026-03-29T06:00+00:00"),
        # The night on which 02:00 to 03:00 comes twice.
        ("Europe/Berlin", "2026-10-25T00:30+00:00", "2026-10-25T07:00+00:00"),
        # Midnight does not exist.
        ("Africa/Cairo", "2026-04-23T22:00+00:00", "2026-04-24T05:00+00:00"),
        ("Europe/London", "2026-01-10T12:00+00:00", "2026-01-10T12:00+00:00"),
        ("Europe/London", "2026-01-10T21:00+00:00", "2026-01-11T08:00+00:00"),
        ("Europe/London", "2026-01-10T07:59+00:00", "2026-01-10T08:00+00:00"),
    ],
)
def test_next_allowed_on_nights_of_clock_changes_is_eight_local(zone, moment, expected):
    found = next_allowed(datetime.fromisoformat(moment), zone=zone, quiet_from=time(21), quiet_until=time(8))
    assert found == datetime.fromisoformat(expected)


def test_next_allowed_when_the_end_comes_twice_is_the_first_that_is_not_past():
    # 01:30 comes at 00:30 UTC and again at 01:30 UTC.
    rule = {"zone": "Europe/London", "quiet_from": time(23), "quiet_until": time(1, 30)}
    before = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert next_allowed(before, **rule) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_allowed(between, **rule) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_is_quiet_with_equal_ends_is_never():
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert not is_quiet(noon, zone="UTC", quiet_from=time(12), quiet_until=time(12))
