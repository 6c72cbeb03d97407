"""The one place the time comes from, so that a test (or a demonstration) can move it.

Everything else asks here; `tests/test_conventions.py` refuses other sources of time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_shift = timedelta(0)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _shift


def local_now(timezone: str) -> datetime:
    """The present moment on the wall clock of an IANA time zone."""
    return now().astimezone(ZoneInfo(timezone))


def local_today(timezone: str) -> date:
    """Today's date where the reader lives."""
    return local_now(timezone).date()


def set_shift(shift: timedelta) -> None:
    """Move the clock of this process by `shift`, counted from real time."""
    global _shift
    _shift = shift


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Move the clock of this process further by `by` while the block runs."""
    before = _shift
    set_shift(before + by)
    try:
        yield
    finally:
        set_shift(before)
