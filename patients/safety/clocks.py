"""By when an alert is acknowledged and acted on, and who is told when that does not happen. Pure.

Source: clinical reference, 4.1 [D]. Clocks run in the clinic's working time; those of the highest
level run at any hour while somebody is on call.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from painclinic.accounts.models import Clinic
from patients.workdays import deadline, is_open, next_opening

# Ends the loop for a clinic with odd settings; no clock is longer.
_MOST_DAYS = 60
R1, R2, R3 = 1, 2, 3
R2_ACK, R2_LEAD = timedelta(hours=2), timedelta(hours=4)
R3_ACK, R3_LEAD, R3_ACT = timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60)


@dataclass(frozen=True)
class Plan:
    """Until when it is acknowledged and acted on, and which step is due when unless that happened."""

    ack_due_at: datetime
    act_due_at: datetime
    steps: tuple[tuple[str, datetime], ...]


def after_working_time(start: datetime, span: timedelta, clinic: Clinic) -> datetime:
    """The moment at which `span` of the clinic's working time has passed since `start`, in UTC."""
    zone = ZoneInfo(clinic.timezone)
    at, left = next_opening(start, clinic), span
    for _ in range(_MOST_DAYS):
        closes = _at(at, clinic.work_end, zone)
        if at + left <= closes:
            return at + left
        left -= closes - at
        at = next_opening(closes, clinic)
    return at


def plan(level: int, raised_at: datetime, clinic: Clinic, *, is_on_call: bool = False) -> Plan:
    """The clock of an alert of `level` that was raised, or came again, at `raised_at`."""
    return {R1: _plan_r1, R2: _plan_r2, R3: _plan_r3}[level](raised_at, clinic, is_on_call)


def repeat_after(level: int, now: datetime, clinic: Clinic, *, is_on_call: bool = False) -> datetime:
    """When the whole team is told again, as long as nobody has acknowledged it. It never ends by itself."""
    if level == R3:
        return now + R3_LEAD if is_on_call else after_working_time(now, R3_LEAD, clinic)
    return after_working_time(now, R2_LEAD, clinic) if level == R2 else deadline(now, days=1, clinic=clinic)


def is_watched(now: datetime, clinic: Clinic, *, is_on_call: bool) -> bool:
    """Whether anybody of the clinic looks at alerts at this moment."""
    return is_on_call or is_open(now, clinic)


def _plan_r1(raised_at: datetime, clinic: Clinic, is_on_call: bool) -> Plan:
    day, second = (deadline(raised_at, days=days, clinic=clinic) for days in (1, 2))
    third = deadline(raised_at, days=3, clinic=clinic)
    steps = (("tell", raised_at), ("duty", day), ("lead", second), ("act", second), ("everybody", third))
    return Plan(day, second, steps)


def _plan_r2(raised_at: datetime, clinic: Clinic, is_on_call: bool) -> Plan:
    ack = after_working_time(raised_at, R2_ACK, clinic)
    lead = after_working_time(raised_at, R2_LEAD, clinic)
    everybody = after_working_time(raised_at, 2 * R2_LEAD, clinic)
    # By phone on the same working day: the one on which it has to be acknowledged.
    act = max(_at(ack, clinic.work_end, ZoneInfo(clinic.timezone)), ack)
    steps = (
        ("tell", raised_at),
        ("duty", raised_at),
        ("duty", ack),
        ("lead", lead),
        ("act", act),
        ("everybody", everybody),
    )
    return Plan(ack, act, steps)


def _plan_r3(raised_at: datetime, clinic: Clinic, is_on_call: bool) -> Plan:
    def after(span: timedelta) -> datetime:
        return raised_at + span if is_on_call else after_working_time(raised_at, span, clinic)

    steps = (
        ("tell", raised_at),
        ("duty", raised_at),
        ("second", after(R3_ACK)),
        ("lead", after(R3_LEAD)),
        ("everybody", after(R3_ACT)),
        ("act", after(R3_ACT)),
    )
    return Plan(after(R3_ACK), after(R3_ACT), steps)


def _at(moment: datetime, clock_time: time, zone: ZoneInfo) -> datetime:
    day = moment.astimezone(zone).date()
    return datetime.combine(day, clock_time, zone).astimezone(ZoneInfo("UTC"))
