"""When a person may be mailed, on their own wall clock. Pure functions; every moment is aware.

Clocks that are put forward skip wall times, and clocks that are put back repeat them: both happen
at night, at the very hours that quiet time begins or ends, and in some zones at midnight.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def is_quiet(moment: datetime, *, zone: str, quiet_from: time, quiet_until: time) -> bool:
    """Whether `moment` falls into quiet hours: from `quiet_from` up to, and without, `quiet_until`.

    Hours that begin later than they end go over midnight; equal ones mean that there are none.
    """
    wall = moment.astimezone(ZoneInfo(zone)).time()
    if quiet_from <= quiet_until:
        return quiet_from <= wall < quiet_until
    return wall >= quiet_from or wall < quiet_until


def next_allowed(moment: datetime, *, zone: str, quiet_from: time, quiet_until: time) -> datetime:
    """The first moment, not before `moment`, that is outside quiet hours, in UTC."""
    if not is_quiet(moment, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until):
        return moment.astimezone(UTC)
    today = moment.astimezone(ZoneInfo(zone)).date()
    ends = (end for days in range(3) for end in _instants(today + days * _DAY, quiet_until, zone))
    return min(
        end
        for end in ends
        if end >= moment and not is_quiet(end, zone=zone, quiet_from=quiet_from, quiet_until=quiet_until)
    )


def at_local(day: date, wall: time, zone: str) -> datetime:
    """The moment, in UTC, at which a clock of `zone` first shows `wall` on `day`.

    A wall time that is skipped there gives the moment it would have been by the clock before.
    """
    return datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)


def local_date(moment: datetime, zone: str) -> date:
    """The date of `moment` where the person lives."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _instants(day: date, wall: time, zone: str) -> list[datetime]:
    """Both moments of a wall time that comes twice, in order; the same one twice otherwise."""
    local = datetime.combine(day, wall, ZoneInfo(zone))
    return sorted(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
