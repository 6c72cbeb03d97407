"""Where each patient of a caseload stands now, and what is to be done about it.

The order is that of clinical.md 5: overdue reply, message, homework, due today, inactive, on track; who gets
reliably worse comes after what waits for an answer, who is not on track after the silent.
All is read in a number of queries that does not grow with the caseload.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from messaging.models import Thread
from painclinic import clock
from painclinic.accounts.models import Role, User
from painclinic.crypto.fields import EncryptedTextField
from patients.deadlines import due_on as due_on_day
from patients.measures.on_track import NOTHING, TrackStanding, track_standings
from patients.models import Assignment, Enrolment, Homework, ModuleHold, ModuleProgress, Patient, Respite
from patients.models.scope import assigned_patients
from programs.models import Module

# A therapist writes when nothing was done for a week (clinical.md 5, "Inactivity").
INACTIVE_AFTER = timedelta(days=7)
# What no list shows is not read with it: with many patients that is most of the time it takes.
_UNSHOWN = [f"patient__{f.name}" for f in Patient._meta.fields if isinstance(f, EncryptedTextField)]


class Kind(IntEnum):
    """Why a patient is on the list; the smaller, the sooner."""

    REPLY_OVERDUE = 1
    MESSAGE = 2
    HOMEWORK = 3
    WORSE = 4
    DUE_TODAY = 5
    INACTIVE = 6
    NOT_ON_TRACK = 7
    ON_TRACK = 8

    @property
    def is_waiting(self) -> bool:
        """Whether the patient waits for somebody of the care team."""
        return self <= Kind.HOMEWORK


class HomeworkState(IntEnum):
    """How the homework of a patient's latest module with homework stands; waiting comes first."""

    HANDED_IN = 1
    ANOTHER_LOOK = 2
    OVERDUE = 3
    OPEN = 4
    REVIEWED = 5
    NONE = 6


@dataclass(frozen=True)
class Reason:
    """One thing to do: since when it waits, and by when it is due, where it is."""

    kind: Kind
    since: datetime
    due: datetime | None = None
    homework: Homework | None = None
    day: date | None = None

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due <= clock.now()

    @property
    def order(self) -> tuple[int, datetime]:
        """What is due sooner comes first, and who waits longer."""
        return self.kind, self.due or self.since


@dataclass(frozen=True)
class Standing:
    """One patient of a caseload."""

    enrolment: Enrolment
    reasons: tuple[Reason, ...]
    module: Module | None
    modules_total: int
    last_activity_at: datetime | None
    homework_state: HomeworkState
    homework_due_on: date | None = None
    thread: Thread | None = None
    hold: ModuleHold | None = None
    respite: Respite | None = None
    track: TrackStanding = NOTHING

    @property
    def patient(self) -> Patient:
        return self.enrolment.patient

    @property
    def top(self) -> Reason:
        return self.reasons[0]

    @property
    def others(self) -> tuple[Reason, ...]:
        return self.reasons[1:]


@dataclass
class _Rows:
    """What was read about all patients of a caseload, by enrolment or patient."""

    threads: dict[UUID, Thread] = field(default_factory=dict)
    homework: dict[UUID, list[Homework]] = field(default_factory=dict)
    progress: dict[UUID, list[ModuleProgress]] = field(default_factory=dict)
    holds: dict[UUID, ModuleHold] = field(default_factory=dict)
    respites: dict[UUID, list[Respite]] = field(default_factory=dict)
    modules: dict[UUID, Module] = field(default_factory=dict)
    tracks: dict[UUID, TrackStanding] = field(default_factory=dict)

    def modules_total(self, version_id: UUID) -> int:
        return sum(module.version_id == version_id for module in self.modules.values())


def caseload(user: User) -> Any:
    """The newest enrolment of each patient whom `user` treats or supervises now; not of emergencies."""
    supervised = [m.clinic_id for m in user.active_memberships if m.role == Role.SUPERVISOR]
    own = Q(patient_id__in=assigned_patients(user)) | Q(clinic_id__in=supervised)
    newest = Enrolment.objects.visible_to(user).order_by("patient_id", "-created_at").distinct("patient_id")
    return Enrolment.objects.visible_to(user).filter(own, pk__in=newest.values("pk"))


def standings(user: User, enrolments: Any = None) -> list[Standing]:
    """Every patient of the caseload of `user`, the most pressing first."""
    treating = Assignment.objects.visible_to(user).select_related("therapist")
    assignments = Prefetch("assignments", queryset=treating)
    rows = caseload(user) if enrolments is None else enrolments
    people = list(rows.select_related("patient").defer(*_UNSHOWN).prefetch_related(assignments))
    known = _read(user, people)
    found = [_standing(enrolment, known) for enrolment in people]
    return sorted(found, key=lambda one: (*one.top.order, one.patient.name.casefold()))


def _read(user: User, people: list[Enrolment]) -> _Rows:
    ids = [one.pk for one in people]
    patients = [one.patient_id for one in people]
    versions = {one.programme_version_id for one in people}
    # Modules are read once and not with each row: their details are long, and many patients share them.
    rows = _Rows(modules=Module.objects.filter(version_id__in=versions).in_bulk())
    rows.threads = {t.patient_id: t for t in Thread.objects.visible_to(user).filter(patient_id__in=patients)}
    handed_in = Homework.objects.visible_to(user).filter(enrolment_id__in=ids).newest().with_week()
    handed_in = handed_in.select_related("review").defer("note", "review__comment")
    rows.homework = _by_enrolment(handed_in.order_by("submitted_at"), rows.modules)
    opened = ModuleProgress.objects.visible_to(user).filter(enrolment_id__in=ids)
    rows.progress = _by_enrolment(opened.order_by("unlocked_at", "module__number"), rows.modules)
    holds = ModuleHold.objects.visible_to(user).standing().filter(enrolment_id__in=ids)
    rows.holds = {hold.enrolment_id: hold for hold in holds}
    newest = Respite.objects.visible_to(user).filter(enrolment_id__in=ids).defer("reason")
    # Of each kind the newest: whether it runs, and since when it is over, is all that is asked.
    newest = newest.order_by("enrolment_id", "kind", "-ends_at").distinct("enrolment_id", "kind")
    for respite in newest:
        rows.respites.setdefault(respite.enrolment_id, []).append(respite)
    rows.tracks = track_standings(user, people, rows.progress)
    return rows


def _by_enrolment(rows: Iterable[Any], modules: dict[UUID, Module]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        # A week that a newer text of the programme left out is history, and asks for nothing.
        week = modules.get(row.week_id if isinstance(row, Homework) else row.module_id)
        if week is None:
            continue
        row.module = week
        found.setdefault(row.enrolment_id, []).append(row)
    return found


def _standing(enrolment: Enrolment, rows: _Rows) -> Standing:
    progress = rows.progress.get(enrolment.pk, [])
    homework = rows.homework.get(enrolment.pk, [])
    thread = rows.threads.get(enrolment.patient_id)
    respites = rows.respites.get(enrolment.pk, [])
    respite = next((one for one in respites if one.is_running), None)
    state, due_on = homework_standing(enrolment, progress, homework, is_resting=respite is not None)
    track = rows.tracks.get(enrolment.pk, NOTHING)
    reasons = [*_messages(thread), *_reviews(homework), *_worse(enrolment, track)]
    # Whoever rests is neither late nor silent.
    if enrolment.state == Enrolment.State.ACTIVE and respite is None:
        reasons += _course(enrolment, progress, state, due_on, respites)
        if track.check.state.needs_care:
            reasons.append(Reason(Kind.NOT_ON_TRACK, enrolment.last_activity_at or enrolment.created_at))
    last = enrolment.last_activity_at
    return Standing(
        enrolment=enrolment,
        reasons=tuple(sorted(reasons, key=lambda reason: reason.order)) or (_on_track(enrolment),),
        module=progress[-1].module if progress else None,
        modules_total=rows.modules_total(enrolment.programme_version_id),
        last_activity_at=last,
        homework_state=state,
        homework_due_on=due_on,
        thread=thread,
        hold=rows.holds.get(enrolment.pk),
        respite=respite,
        track=track,
    )


def _messages(thread: Thread | None) -> list[Reason]:
    if thread is None or thread.reply_due_at is None:
        return []
    since = thread.waiting_since or thread.last_message_at or thread.created_at
    kind = Kind.REPLY_OVERDUE if thread.reply_due_at <= clock.now() else Kind.MESSAGE
    return [Reason(kind, since, thread.reply_due_at)]


def _reviews(homework: list[Homework]) -> list[Reason]:
    return [
        Reason(Kind.HOMEWORK, one.submitted_at, one.review_due_at, one)
        for one in homework
        if not hasattr(one, "review")
    ]


def _worse(enrolment: Enrolment, track: TrackStanding) -> list[Reason]:
    """A score reliably worse than at the start, also in a flare-up; not when the treatment is over."""
    if not track.last_day or enrolment.state not in (Enrolment.State.ACTIVE, Enrolment.State.PAUSED):
        return []
    zone = ZoneInfo(enrolment.patient.timezone)
    return [Reason(Kind.WORSE, datetime.combine(track.last_day, datetime.min.time(), zone))]


def _course(
    enrolment: Enrolment,
    progress: list[ModuleProgress],
    state: HomeworkState,
    due_on: date | None,
    respites: Iterable[Respite],
) -> list[Reason]:
    """What the patient's own course asks for: homework that is due today, or a long silence."""
    today = clock.local_today(enrolment.patient.timezone)
    if due_on == today and state == HomeworkState.OPEN:
        return [Reason(Kind.DUE_TODAY, progress[-1].unlocked_at, day=due_on)]
    since = quiet_since(enrolment, progress, respites)
    if clock.now() - since >= INACTIVE_AFTER and _has_something_to_do(progress, state):
        return [Reason(Kind.INACTIVE, since)]
    return []


def _has_something_to_do(progress: list[ModuleProgress], state: HomeworkState) -> bool:
    """Who waits for the next module is not inactive; who never began is."""
    walked = [one for one in progress if not one.is_skipped]
    unread = any(one.core_completed_at is None and not one.module.is_outline for one in walked)
    owed = state in (HomeworkState.ANOTHER_LOOK, HomeworkState.OVERDUE, HomeworkState.OPEN)
    return unread or owed or not progress


def _on_track(enrolment: Enrolment) -> Reason:
    return Reason(Kind.ON_TRACK, enrolment.last_activity_at or enrolment.created_at)


def quiet_since(
    enrolment: Enrolment, progress: list[ModuleProgress], respites: Iterable[Respite] = ()
) -> datetime:
    """Since when nothing was done: the last activity, what was last opened, or the end of a rest.

    Time in a flare-up or a pause is no silence: the count begins anew when it is over.
    """
    zone = ZoneInfo(enrolment.patient.timezone)
    started = datetime.combine(enrolment.starts_on, datetime.min.time(), zone)
    moments = [started, enrolment.last_activity_at, *(one.unlocked_at for one in progress)]
    moments += [min(one.ended_at or one.ends_at, one.ends_at) for one in respites]
    return max(moment for moment in moments if moment is not None)


def homework_standing(
    enrolment: Enrolment,
    progress: list[ModuleProgress],
    homework: list[Homework],
    *,
    is_resting: bool = False,
) -> tuple[HomeworkState, date | None]:
    """How homework stands, and by which day (in the patient's time zone) it is due where it is open.

    While somebody rests nothing is overdue.
    """
    by_module = {one.module_id: one for one in homework}
    if any(not hasattr(one, "review") for one in homework):
        return HomeworkState.HANDED_IN, None
    for opened in reversed(progress):
        tasks = opened.module.homework_tasks()
        if not tasks or opened.is_skipped:
            continue
        given = by_module.get(opened.module_id)
        if given and opened.counts(given.submitted_at):
            asked_again = given.review.outcome == "another_look"
            return (HomeworkState.ANOTHER_LOOK if asked_again else HomeworkState.REVIEWED), None
        due_on = homework_due_on(opened, enrolment.patient.timezone)
        is_over = due_on < clock.local_today(enrolment.patient.timezone)
        is_late = is_over and not is_resting
        return (HomeworkState.OVERDUE if is_late else HomeworkState.OPEN), due_on
    return HomeworkState.NONE, None


def homework_due_on(opened: ModuleProgress, zone: str) -> date:
    """The day by which all homework of an open module is due, where the patient lives."""
    longest = max(task.due_after_days for task in opened.module.homework_tasks())
    return due_on_day(opened.asked_since.astimezone(ZoneInfo(zone)).date(), longest, opened.moved_days)
