"""Moments of the past few weeks, told by the real clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from painclinic import clock


def days_ago(days: int, at: time, timezone: str) -> datetime:
    """A time of day some days ago on the wall clock of a zone; never later than a minute ago."""
    now = datetime.now(UTC)
    day = now.astimezone(ZoneInfo(timezone)).date() - timedelta(days=days)
    moment = datetime.combine(day, at, ZoneInfo(timezone)).astimezone(UTC)
    return min(moment, now - timedelta(minutes=1))


@contextmanager
def living_at(moment: datetime) -> Iterator[None]:
    """Let the block live at `moment`."""
    clock.set_shift(moment - datetime.now(UTC))
    try:
        yield
    finally:
        clock.set_shift(timedelta(0))
