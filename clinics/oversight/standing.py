"""The open alerts of a clinic by the step of their clock, and what else shows whether the chain holds."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Avg, Case, CharField, Count, F, Max, Min, Q, Value, When
from django.db.models.functions import TruncDate

from messaging.models import Delivery, Reminder
from painclinic import clock
from painclinic.accounts.models import Clinic
from patients.models import Alert, AlertEvent, AttentionMark, DutyShift
from patients.safety.duty import rota
from patients.workdays import is_working_day

# Of open alerts listed on a page; all of them are counted.
MOST_OPEN = 200
ROTA_AHEAD = timedelta(days=28)


class Band(StrEnum):
    """Where the clock of an open alert stands; the first that fits."""

    SIGN_OFF = "sign-off"
    LATE_ACK = "late-ack"
    LATE_ACT = "late-act"
    LATE_OUTCOME = "late-outcome"
    IN_TIME = "in-time"


@dataclass(frozen=True)
class Standing:
    """How many open alerts of a level are in a band, and since when the oldest of them was raised last."""

    level: int
    band: Band
    count: int
    oldest: datetime


@dataclass(frozen=True)
class OpenAlert:
    """One open alert without a word of whose it is."""

    id: UUID
    level: int
    band: Band
    raised_at: datetime
    last_raised_at: datetime
    # When the step it is at was or will be due; None once it waits for a second person, or for nothing.
    due_at: datetime | None


def _band(now: datetime) -> Case:
    steps = [
        When(resolved_at__isnull=False, then=Value(Band.SIGN_OFF)),
        When(acknowledged_at=None, ack_due_at__lte=now, then=Value(Band.LATE_ACK)),
        When(acted_at=None, act_due_at__lte=now, then=Value(Band.LATE_ACT)),
        When(outcome_due_at__lte=now, then=Value(Band.LATE_OUTCOME)),
    ]
    return Case(*steps, default=Value(Band.IN_TIME), output_field=CharField())


def standing(clinic: Clinic) -> list[Standing]:
    """All open alerts, by level and band, the gravest first. One query."""
    rows = Alert.objects.open().filter(clinic=clinic).order_by().annotate(band=_band(clock.now()))
    sums = rows.values("level", "band").annotate(n=Count("pk"), oldest=Min("last_raised_at"))
    order = list(Band)
    found = [Standing(row["level"], Band(row["band"]), row["n"], row["oldest"]) for row in sums]
    return sorted(found, key=lambda one: (-one.level, order.index(one.band)))


def open_alerts(clinic: Clinic, *, most: int = MOST_OPEN) -> list[OpenAlert]:
    """The open alerts one by one: the gravest first, then the oldest. One query."""
    rows = Alert.objects.open().filter(clinic=clinic).annotate(band=_band(clock.now()))
    return [_open(alert) for alert in rows.order_by("-level", "last_raised_at", "pk")[:most]]


def _open(alert: Alert) -> OpenAlert:
    band = Band(getattr(alert, "band"))  # noqa: B009 (an annotation, which the type does not know)
    due_at: datetime | None = alert.outcome_due_at
    if alert.resolved_at is not None:
        due_at = None
    elif alert.acknowledged_at is None:
        due_at = alert.ack_due_at
    elif alert.acted_at is None:
        due_at = alert.act_due_at
    return OpenAlert(alert.pk, alert.level, band, alert.raised_at, alert.last_raised_at, due_at)


@dataclass(frozen=True)
class FailedDay:
    """Attempts to send a notice of an alert on one day of the clinic, and how many were not accepted."""

    day: date
    failed: int
    tried: int


def failed_notices(clinic: Clinic, since: datetime, until: datetime) -> list[FailedDay]:
    """The days with an attempt that failed, newest first. One query."""
    of_alerts = Delivery.objects.filter(
        reminder__clinic=clinic,
        reminder__kind=Reminder.Kind.ALERT,
        attempted_at__gte=since,
        attempted_at__lt=until,
    )
    by_day = of_alerts.order_by().annotate(day=TruncDate("attempted_at", tzinfo=ZoneInfo(clinic.timezone)))
    sums = by_day.values("day").annotate(tried=Count("pk"), failed=Count("pk", filter=Q(was_accepted=False)))
    rows = sums.filter(failed__gt=0).order_by("-day")
    return [FailedDay(row["day"], row["failed"], row["tried"]) for row in rows]


@dataclass(frozen=True)
class Gap:
    """A day on which the clinic works and the rota has nobody for a place."""

    day: date
    nobody_first: bool
    nobody_second: bool


def rota_gaps(clinic: Clinic) -> list[Gap]:
    """Days of the coming four weeks on which the clinic works with nobody first or second. One query.

    As `patients.safety.duty` counts: of people who still work here. A second who is the same person
    as the first is nobody: it would be the same phone again.
    """
    today = clock.local_today(clinic.timezone)
    shifts = list(rota(clinic.pk))
    days = (today + timedelta(days=n) for n in range(ROTA_AHEAD.days))
    gaps = (_gap(day, shifts) for day in days if is_working_day(day, clinic))
    return [gap for gap in gaps if gap.nobody_first or gap.nobody_second]


def _gap(day: date, shifts: list[DutyShift]) -> Gap:
    first, second = (_on(day, shifts, order) for order in DutyShift.Order.values)
    return Gap(day, not first, not (second - first if len(first) == 1 else second))


def _on(day: date, shifts: list[DutyShift], order: int) -> set[UUID]:
    """Who is on the rota for a place on a day: dates come before weekdays."""
    own = [shift for shift in shifts if shift.order == order]
    dated = {one.user_id for one in own if one.first_day and one.last_day and _covers(one, day)}
    return dated or {one.user_id for one in own if one.weekday == day.isoweekday()}


def _covers(shift: DutyShift, day: date) -> bool:
    return bool(shift.first_day and shift.last_day and shift.first_day <= day <= shift.last_day)


@dataclass(frozen=True)
class Marks:
    """Texts that should be read soon: still unread now, and how long reading took in the period."""

    unread: int
    oldest: datetime | None
    read: int
    mean: timedelta | None
    longest: timedelta | None


def marks(clinic: Clinic, since: datetime, until: datetime) -> Marks:
    """One query."""
    own = AttentionMark.objects.filter(clinic=clinic).order_by()
    unread = Q(reading=None)
    read = Q(reading__isnull=False, at__gte=since, at__lt=until)
    took = F("reading__at") - F("at")
    sums = own.aggregate(
        unread=Count("pk", filter=unread),
        oldest=Min("at", filter=unread),
        read=Count("pk", filter=read),
        mean=Avg(took, filter=read),
        longest=Max(took, filter=read),
    )
    return Marks(sums["unread"], sums["oldest"], sums["read"], sums["mean"], sums["longest"])


@dataclass(frozen=True)
class Kinds:
    """What was raised in a period: by rule, by highest level, by outcome of those that are over."""

    raised: int
    levels: Counter[int]
    rules: Counter[str]
    outcomes: Counter[str]
    repeats: int

    @property
    def false_alarms(self) -> int:
        return self.outcomes[Alert.Outcome.FALSE_ALARM]


def kinds(clinic: Clinic, since: datetime, until: datetime) -> Kinds:
    """Alerts first raised in a period; repeats are those that came in it. Two queries.

    An alert has one level and one outcome, and may have several rules.
    """
    own = Alert.objects.filter(clinic=clinic, raised_at__gte=since, raised_at__lt=until).order_by()
    sums = own.values("peak_level", "outcome", "rules").annotate(n=Count("pk"))
    levels: Counter[int] = Counter()
    rules: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for row in sums:
        levels[row["peak_level"]] += row["n"]
        outcomes[row["outcome"]] += row["n"]
        rules.update(dict.fromkeys(row["rules"], row["n"]))
    merged = AlertEvent.objects.filter(
        clinic=clinic, kind=AlertEvent.Kind.MERGED, at__gte=since, at__lt=until
    ).count()
    return Kinds(sum(levels.values()), levels, rules, outcomes, merged)
