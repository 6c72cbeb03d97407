"""Why patients are reminded: which causes stand, and at which moments each is worth a mail.

The planner and the dispatcher ask the same questions here, so that nothing is sent for a cause
that the planner would not plan any more. Reading only; every question is one query for everybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from messaging.models import QUIET_FROM, QUIET_UNTIL, Message, Reminder, ReminderPreference, ThreadRead
from messaging.quiet import at_local, local_date
from painclinic import clock
from painclinic.accounts.models import Membership, Role
from patients.models import Consent, Enrolment, Homework, ModuleProgress, OccasionMissing, Respite, Review
from patients.models import Occasion as Point

Kind = Reminder.Kind

# By day, and never at the hours that clock changes skip or repeat.
REMINDER_TIME = time(10)
# Staff take over on the seventh day (clinical reference, section 5).
INACTIVE_DAYS = (3, 6)
# Counted from the day on which the homework is due.
HOMEWORK_DAYS = (-1, 0, 2)
UNREAD_AFTER = (timedelta(minutes=30), timedelta(days=2), timedelta(days=4))
# Whoever was reminded of something else in this time is not asked where they are as well.
# Not shorter than the planner looks back, so that the question is not asked afterwards.
OTHERS_BEFORE = timedelta(hours=48)
# Messages that follow each other within this time are one cause: three messages in an hour are one mail.
ONE_CONVERSATION = timedelta(days=1)
# The longest that a module gives for its homework, plus a margin.
LONGEST_HOMEWORK = timedelta(days=30)
# The longest that a schedule keeps a time point open, plus a margin.
LONGEST_QUESTIONS = timedelta(days=130)
# What the course asks for; nobody is asked for it in a flare-up or a pause. People's own words still come.
OF_THE_COURSE = {Kind.MODULE_AVAILABLE, Kind.HOMEWORK_DUE, Kind.INACTIVE}
# How long after a cause began its last occasion can be.
REACH = {
    Kind.MODULE_AVAILABLE: timedelta(0),
    Kind.HOMEWORK_DUE: LONGEST_HOMEWORK,
    Kind.QUESTIONS_DUE: LONGEST_QUESTIONS,
    Kind.INACTIVE: timedelta(days=INACTIVE_DAYS[-1] + 1),
    Kind.UNREAD_MESSAGE: UNREAD_AFTER[-1],
    Kind.FEEDBACK_READY: timedelta(0),
}


@dataclass(frozen=True)
class Occasion:
    """A moment at which one cause is worth a mail: the how-manieth, on which local date, and when."""

    number: int
    day: date
    at: datetime


@dataclass(frozen=True)
class Cause:
    """A standing reason to write to one patient, with the person's own rules."""

    kind: str
    target_id: UUID
    patient_id: UUID
    clinic_id: UUID
    user_id: UUID
    began: datetime
    zone: str
    most: int
    quiet_from: time
    quiet_until: time
    planned: int
    homework_days: int = 0
    # Of questionnaires: the days, in the patient's time zone, on which it is worth to ask.
    asked_on: tuple[date, ...] = ()

    @property
    def quiet(self) -> dict[str, Any]:
        """As `messaging.quiet` takes it."""
        return {"zone": self.zone, "quiet_from": self.quiet_from, "quiet_until": self.quiet_until}


def occasions(cause: Cause) -> list[Occasion]:
    """All occasions of a cause, in order, at most three. Pure."""
    if cause.kind == Kind.QUESTIONS_DUE:
        days = list(cause.asked_on)
        moments = [at_local(day, REMINDER_TIME, cause.zone) for day in days]
    elif cause.kind == Kind.UNREAD_MESSAGE:
        moments = [cause.began + after for after in UNREAD_AFTER]
        days = [local_date(moment, cause.zone) for moment in moments]
    elif cause.kind in {Kind.INACTIVE, Kind.HOMEWORK_DUE}:
        first = local_date(cause.began, cause.zone)
        offsets = [cause.homework_days + n for n in HOMEWORK_DAYS]
        offsets = offsets if cause.kind == Kind.HOMEWORK_DUE else list(INACTIVE_DAYS)
        days = [first + timedelta(days=n) for n in offsets]
        moments = [at_local(day, REMINDER_TIME, cause.zone) for day in days]
    else:
        moments, days = [cause.began], [local_date(cause.began, cause.zone)]
    return [Occasion(n, day, at) for n, (day, at) in enumerate(zip(days, moments, strict=True), 1)]


def question_days(kind: str, due_on: date, closes_on: date) -> tuple[date, ...]:
    """When unanswered questionnaires are worth a mail: at most three days, none after the last. Pure.

    On the day on which they are due, after a third of the time that is left, and the day before it is
    over [D]. Those of a week come with a week that is announced anyway: the first day is left out.
    """
    left = (closes_on - due_on).days
    after = {0, max(left // 3, 1), left - 1} if kind != Point.Kind.WEEKLY else {left // 3, left - 1}
    return tuple(due_on + timedelta(days=n) for n in sorted(after) if 0 <= n <= left)


def standing(
    kind: str, *, began_after: datetime, began_before: datetime, patient_ids: Iterable[UUID] | None = None
) -> Iterator[Cause]:
    """Every cause of this kind that stands now and began in that time, of patients who may be reminded.

    They may be while they are enrolled and active, agreed to the consent text, can sign in, and have not
    turned this kind off. One query, read in portions.
    """
    # Of a deadline that was moved, the moved days do not count.
    since = "moved_began" if kind == Kind.HOMEWORK_DUE else "began"
    rows = _QUERIES[kind]().filter(**{f"{since}__gt": began_after}, began__lte=began_before)
    if patient_ids is not None:
        rows = rows.filter(patient_id__in=patient_ids)
    rows = _remindable(rows, kind).annotate(planned=Subquery(_planned(kind)))
    for row in rows.values(*_COLUMNS, *_EXTRA[kind]).iterator(chunk_size=2000):
        yield _cause(kind, row)


_PREFERENCE = "patient__reminder_preference__"
_COLUMNS = [
    "target", "began", "patient_id", "clinic_id", "patient__user_id", "patient__timezone", "planned",
    f"{_PREFERENCE}most_per_cause", f"{_PREFERENCE}quiet_from", f"{_PREFERENCE}quiet_until",
]  # fmt: skip
_EXTRA: dict[str, list[str]] = defaultdict(
    list,
    {
        Kind.HOMEWORK_DUE: ["module__details__homework", "moved_days"],
        Kind.QUESTIONS_DUE: ["kind", "due_on", "closes_on"],
    },
)


def _cause(kind: str, row: dict[str, Any]) -> Cause:
    tasks = row.get("module__details__homework") or []
    target = row["target"]
    return Cause(
        kind=kind,
        target_id=_spell(target, row["began"]) if kind == Kind.INACTIVE else target,
        patient_id=row["patient_id"],
        clinic_id=row["clinic_id"],
        user_id=row["patient__user_id"],
        began=row["began"],
        zone=row["patient__timezone"],
        most=row[f"{_PREFERENCE}most_per_cause"] or ReminderPreference.MOST,
        quiet_from=row[f"{_PREFERENCE}quiet_from"] or QUIET_FROM,
        quiet_until=row[f"{_PREFERENCE}quiet_until"] or QUIET_UNTIL,
        planned=row["planned"] or 0,
        asked_on=_asked_on(kind, row),
        homework_days=max((task["due_after_days"] for task in tasks), default=0) + row.get("moved_days", 0),
    )


def _asked_on(kind: str, row: dict[str, Any]) -> tuple[date, ...]:
    if kind != Kind.QUESTIONS_DUE:
        return ()
    return question_days(row["kind"], row["due_on"], row["closes_on"])


def _spell(enrolment_id: UUID, began: datetime) -> UUID:
    """Names one silence: the same until the patient does something, and never again after."""
    return uuid5(enrolment_id, began.isoformat())


def _remindable(rows: QuerySet[Any], kind: str) -> Any:
    patient = OuterRef("patient_id")
    newest = Consent.objects.filter(patient=patient).order_by("-decided_at", "-pk").values("decision")[:1]
    member = Membership.objects.active().filter(
        user=OuterRef("patient__user_id"), clinic=OuterRef("clinic_id"), role=Role.PATIENT
    )
    if kind in OF_THE_COURSE:
        rows = rows.filter(~Exists(Respite.objects.running().filter(patient=patient)))
    if kind != Kind.QUESTIONS_DUE:
        rows = rows.filter(Exists(Enrolment.objects.active().filter(patient=patient)))
    return rows.filter(
        Exists(member),
        Q(**{f"{_PREFERENCE}isnull": True}) | ~Q(**{f"{_PREFERENCE}off_kinds__contains": [kind]}),
        patient__user__is_active=True,
    ).annotate(decision=Subquery(newest)).filter(decision=Consent.Decision.GIVEN)  # fmt: skip


def _planned(kind: str) -> QuerySet[Any]:
    """The number of the last reminder planned for the cause."""
    # What was called off, because the deadline moved, was never said.
    made = Reminder.objects.exclude(state=Reminder.State.CANCELLED)
    made = made.filter(kind=kind, patient=OuterRef("patient_id"))
    # A silence has no row of its own: what was planned since it began is about it.
    same = (
        {"planned_at__gt": OuterRef("began")}
        if kind == Kind.INACTIVE
        else {"target_id": OuterRef("target"), "planned_at__gte": OuterRef("began")}
    )
    return made.filter(**same).order_by().values("kind").annotate(last=Max("number")).values("last")


def _modules() -> QuerySet[ModuleProgress, Any]:
    rows = ModuleProgress.objects.filter(first_opened_at=None, is_skipped=False, module__is_outline=False)
    return rows.annotate(target=F("pk"), began=F("unlocked_at"))


def _homework_owed(rows: QuerySet[ModuleProgress, Any]) -> QuerySet[ModuleProgress, Any]:
    handed_in = Homework.objects.filter(
        enrolment=OuterRef("enrolment_id"), module__slug=OuterRef("module__slug")
    )
    # Of a module that is gone through again, what was handed in before is kept and does not count.
    again = handed_in.filter(submitted_at__gte=OuterRef("repeated_at"))
    owed = (Q(repeated_at=None) & ~Exists(handed_in)) | (Q(repeated_at__isnull=False) & ~Exists(again))
    return rows.filter(owed, is_skipped=False, module__details__homework__0__isnull=False)


def _homework() -> QuerySet[ModuleProgress, Any]:
    days = ExpressionWrapper(F("moved_days") * Value(timedelta(days=1)), output_field=DurationField())
    since = Coalesce(F("repeated_at"), F("unlocked_at"))
    moved = ExpressionWrapper(since + days, output_field=DateTimeField())
    rows = _homework_owed(ModuleProgress.objects.all())
    return rows.annotate(target=F("pk"), began=since, moved_began=moved)


def _questions() -> QuerySet[Point, Any]:
    """Time points that are not answered in full, nearly due or due, of which nobody knows why.

    Whoever has ended or stopped the treatment is still asked at its end and later (clinical reference,
    2.3), unless they withdrew from it. In a flare-up nobody is asked; a pause stops what is asked weekly
    and nothing else, because the other measures matter all the same.
    """
    known = OccasionMissing.objects.filter(occasion=OuterRef("pk"))
    withdrawn = OccasionMissing.objects.filter(
        occasion__enrolment=OuterRef("enrolment_id"), reason=OccasionMissing.Reason.WITHDRAWN
    )
    resting = Respite.objects.running().filter(patient=OuterRef("patient_id"))
    in_flare_up = Exists(resting.filter(kind=Respite.Kind.FLARE_UP))
    today = clock.now().date()
    # A day of margin on both sides, for time zones: the days themselves are the patient's.
    before = ExpressionWrapper(F("due_on") - Value(timedelta(days=1)), output_field=DateTimeField())
    began = Cast(before, DateTimeField())
    return Point.objects.filter(
        Q(enrolment__state=Enrolment.State.ACTIVE) | Q(kind__in=[Point.Kind.POST, Point.Kind.FOLLOW_UP]),
        ~in_flare_up,
        ~Q(kind=Point.Kind.WEEKLY) | ~Exists(resting),
        ~Exists(known),
        ~Exists(withdrawn),
        completed_at=None,
        closes_on__gte=today - timedelta(days=1),
    ).annotate(target=F("pk"), began=began)  # fmt: skip


def _silences() -> QuerySet[Enrolment, Any]:
    """Active enrolments with something to do, since the patient was last active or got something new."""
    own = ModuleProgress.objects.filter(enrolment=OuterRef("pk"), module__is_outline=False)
    unread = own.filter(core_completed_at=None, is_skipped=False)
    newest = own.order_by("-unlocked_at").values("unlocked_at")[:1]
    something = Exists(unread) | Exists(_homework_owed(own))
    others = Reminder.objects.filter(
        patient=OuterRef("patient_id"),
        kind__in=set(_QUERIES) - {Kind.INACTIVE},
        state__in=[Reminder.State.PLANNED, Reminder.State.SENDING, Reminder.State.SENT],
        planned_at__gt=clock.now() - OTHERS_BEFORE,
    )
    rows = Enrolment.objects.active().filter(something, ~Exists(others))
    over = Respite.objects.filter(enrolment=OuterRef("pk")).annotate(over=Least(F("ended_at"), F("ends_at")))
    rested = Subquery(over.order_by("-over").values("over")[:1])
    return rows.annotate(target=F("pk"), began=Greatest(F("last_activity_at"), Subquery(newest), rested))


def _messages() -> QuerySet[Message, Any]:
    """Messages of the team that the patient has not read, the first of each conversation."""
    read = ThreadRead.objects.filter(
        thread=OuterRef("thread_id"), user=OuterRef("patient__user_id"), read_until__gte=OuterRef("sent_at")
    )
    unread = Message.objects.filter(~Exists(read), side=Message.Side.TEAM)
    just_before = unread.filter(
        thread=OuterRef("thread_id"),
        sent_at__lt=OuterRef("sent_at"),
        sent_at__gte=OuterRef("sent_at") - ONE_CONVERSATION,
    )
    rows = unread.filter(~Exists(just_before))
    return rows.annotate(target=F("pk"), began=F("sent_at"))


def _feedback() -> QuerySet[Review, Any]:
    """Answers to the newest version of a homework."""
    later = Homework.objects.filter(
        enrolment=OuterRef("homework__enrolment_id"),
        module__slug=OuterRef("homework__module__slug"),
        version__gt=OuterRef("homework__version"),
    )
    return Review.objects.filter(~Exists(later)).annotate(target=F("pk"), began=F("created_at"))


_QUERIES: dict[str, Any] = {
    Kind.MODULE_AVAILABLE: _modules,
    Kind.HOMEWORK_DUE: _homework,
    Kind.QUESTIONS_DUE: _questions,
    Kind.UNREAD_MESSAGE: _messages,
    Kind.FEEDBACK_READY: _feedback,
    # Last, so that it knows what the planner has just planned besides.
    Kind.INACTIVE: _silences,
}
NUDGES = tuple(_QUERIES)
