"""Spans and days in words, at their edges."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from painclinic import clock
from therapists.presenters import wording


@pytest.fixture(autouse=True)
def at_nine() -> object:
    with clock.moved(datetime(2026, 3, 2, 9, tzinfo=UTC) - clock.now()), timezone.override("Europe/London"):
        yield


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "1 minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=10, hours=23), "10 days"),
    ],
)
def test_span(length: timedelta, words: str) -> None:
    assert wording.span(length) == words


def test_left_counts_down_and_then_up() -> None:
    assert wording.left(clock.now() + timedelta(hours=3, seconds=5)) == "3 hours left"
    assert wording.left(clock.now() - timedelta(minutes=20, seconds=5)) == "20 minutes late"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 2), "today"),
        (date(2026, 3, 1), "yesterday"),
        (date(2026, 3, 3), "tomorrow"),
        (date(2026, 2, 20), "Fri 20 February"),
        (date(2025, 12, 31), "31 December 2025"),
    ],
)
def test_days_near_have_names(day: date, words: str) -> None:
    assert wording.relative_day(day) == words


def test_days_are_those_of_the_reader() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert wording.moment(late) == "yesterday, 23:30"
    with timezone.override("Europe/Berlin"):
        assert wording.moment(late) == "today, 00:30"
