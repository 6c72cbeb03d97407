"""By when an alert is acknowledged and acted on, and who is told when that does not happen. Pure.

Source: clinical reference, 4.1 [D]. Clocks run in the clinic's working time; those of the highest
level run at any hour while somebody is on call. How long they run is in `timers`; a clinic may have
signed shorter ones.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from painclinic.accounts.models import Clinic
from patients.safety.timers import Timers, timers_of
from patients.workdays import deadline, is_open, next_opening

# Ends the loop for a clinic with odd settings; no clock is longer.
_MOST_DAYS = 60
R1, R2, R3 = 1, 2, 3


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
    timers = timers_for(clinic)
    if level == R3:
        span = timers.span("r3_lead")
        return now + span if is_on_call else after_working_time(now, span, clinic)
    if level == R2:
        return after_working_time(now, timers.span("r2_lead"), clinic)
    return deadline(now, days=1, clinic=clinic)


def timers_for(clinic: Clinic) -> Timers:
    """The times that the clinic has signed, at most those of the reference."""
    return timers_of(clinic.alert_timers)


def outcome_due(level: int, acted_at: datetime, clinic: Clinic) -> datetime:
    """By when it is said how an alert ended, once somebody has acted on it.

    Three working days, five for the lowest level: our own judgement, the reference gives no time for it.
    """
    return deadline(acted_at, days=5 if level == R1 else 3, clinic=clinic)


def is_watched(now: datetime, clinic: Clinic, *, is_on_call: bool) -> bool:
    """Whether anybody of the clinic looks at alerts at this moment."""
    return is_on_call or is_open(now, clinic)


def _plan_r1(raised_at: datetime, clinic: Clinic, is_on_call: bool) -> Plan:
    day, second = (deadline(raised_at, days=days, clinic=clinic) for days in (1, 2))
    third = deadline(raised_at, days=3, clinic=clinic)
    steps = (("tell", raised_at), ("duty", day), ("lead", second), ("act", second), ("everybody", third))
    return Plan(day, second, steps)


def _plan_r2(raised_at: datetime, clinic: Clinic, is_on_call: bool) -> Plan:
    timers = timers_for(clinic)
    ack = after_working_time(raised_at, timers.span("r2_ack"), clinic)
    lead = after_working_time(raised_at, timers.span("r2_lead"), clinic)
    everybody = after_working_time(raised_at, 2 * timers.span("r2_lead"), clinic)
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
    timers = timers_for(clinic)

    def after(name: str) -> datetime:
        span = timers.span(name)
        return raised_at + span if is_on_call else after_working_time(raised_at, span, clinic)

    steps = (
        ("tell", raised_at),
        ("duty", raised_at),
        ("second", after("r3_ack")),
        ("lead", after("r3_lead")),
        ("everybody", after("r3_act")),
        ("act", after("r3_act")),
    )
    return Plan(after("r3_ack"), after("r3_act"), steps)


def _at(moment: datetime, clock_time: time, zone: ZoneInfo) -> datetime:
    day = moment.astimezone(zone).date()
    return datetime.combine(day, clock_time, zone).astimezone(ZoneInfo("UTC"))
