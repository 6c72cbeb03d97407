"""How far the course has come: the path, what was done on it, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.homework import task_states
from patients.deadlines import due_on
from patients.models import CheckAnswer, Enrolment, Entry, Homework, ModuleHold, StepProgress, StepRating
from patients.presenters.course import CourseView, ModuleStop, read_course
from patients.reports import words
from patients.unlocking import Reason, verdict

# A person who is asked to wait is not told of further conditions.
_WAITS = (Reason.RESTING, Reason.PAUSED, Reason.FLARE_UP, Reason.HELD)


@dataclass(frozen=True)
class Numbers:
    """What was done, counted. `active_days` are days on which the patient did anything at all."""

    steps: int
    active_days: int
    log_days: int
    log_entries: int
    handed_in: int
    checks_right: int
    checks_given: int

    @property
    def entries_words(self) -> str:
        return words.entries(self.log_entries)


@dataclass(frozen=True)
class Exercise:
    """How something felt before and after an exercise, 0 to 10; the newest rating of each."""

    title: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class OpenTask:
    """Something that a module asks for and that is not there yet, and how far it has come."""

    title: str
    so_far: str


@dataclass(frozen=True)
class OpenHomework:
    """The homework of a module that is not handed in, or that is asked for again."""

    number: int
    title: str
    due: date | None
    is_another_look: bool
    tasks: tuple[OpenTask, ...]


@dataclass(frozen=True)
class NextModule:
    """The module that opens next, and in words when, or what it waits for."""

    number: int
    title: str
    said: str


@dataclass(frozen=True)
class CoursePart:
    """All that the report says of the course."""

    view: CourseView
    numbers: Numbers
    exercises: tuple[Exercise, ...]
    open_homework: tuple[OpenHomework, ...]
    waiting: tuple[Homework, ...]
    next: NextModule | None
    holds: tuple[ModuleHold, ...]

    @property
    def current(self) -> ModuleStop | None:
        return self.view.current


def course_part(reader: User, enrolment: Enrolment, *, to_patient: bool) -> CoursePart:
    """Read the course as `reader` may see it."""
    view = read_course(reader, enrolment)
    newest = [stop.homework for stop in view.stops if stop.homework]
    holds = ModuleHold.objects.visible_to(reader).filter(enrolment=enrolment).order_by("placed_at")
    return CoursePart(
        view=view,
        numbers=_numbers(reader, enrolment),
        exercises=tuple(_exercises(reader, enrolment)),
        open_homework=tuple(_open_homework(enrolment, view.stops, to_patient=to_patient)),
        waiting=tuple(one for one in newest if not hasattr(one, "review")),
        next=_next(view, to_patient=to_patient),
        holds=()
        if to_patient
        else tuple(holds.select_related("placed_by", "released_by").order_by("placed_at")),
    )


def _numbers(reader: User, enrolment: Enrolment) -> Numbers:
    zone = ZoneInfo(enrolment.patient.timezone)
    done = StepProgress.objects.visible_to(reader).filter(enrolment=enrolment).exclude(done_at=None)
    done_at = list(done.values_list("done_at", flat=True))
    rows = shared_entries(reader, enrolment).order_by()
    entries = list(rows.values_list("submitted_at", "on_date", "worksheet__is_log"))
    handed_in = Homework.objects.visible_to(reader).filter(enrolment=enrolment).order_by()
    handed_at = list(handed_in.values_list("submitted_at", flat=True))
    moments: Iterable[datetime] = [at for at in (*done_at, *(row[0] for row in entries), *handed_at) if at]
    right, given = _checks(reader, enrolment)
    return Numbers(
        steps=len(done_at),
        active_days=len({at.astimezone(zone).date() for at in moments}),
        log_days=len({on for _at, on, is_log in entries if is_log and on}),
        log_entries=sum(is_log for _at, _on, is_log in entries),
        handed_in=len(handed_at),
        checks_right=right,
        checks_given=given,
    )


def shared_entries(reader: User, enrolment: Enrolment) -> Any:
    """What counts now. What a patient keeps to themself stands only in what is made for them."""
    entries = Entry.objects.visible_to(reader).filter(enrolment=enrolment).current()
    return entries if enrolment.patient.user_id == reader.pk else entries.filter(is_shared=True)


def _checks(reader: User, enrolment: Enrolment) -> tuple[int, int]:
    """How many check questions were right at the first try, of how many."""
    tries = CheckAnswer.objects.visible_to(reader).filter(enrolment=enrolment).order_by("answered_at", "pk")
    first: dict[tuple[Any, str], bool] = {}
    for step, question, is_correct in tries.values_list("step_id", "question", "is_correct"):
        first.setdefault((step, question), is_correct)
    return sum(first.values()), len(first)


def _exercises(reader: User, enrolment: Enrolment) -> Iterable[Exercise]:
    rated = StepRating.objects.visible_to(reader).filter(enrolment=enrolment).select_related("step__module")
    newest = {one.step_id: one for one in rated.order_by("rated_at", "pk")}
    for one in sorted(newest.values(), key=lambda r: (r.step.module.number, r.step.number)):
        asked = one.step.rating or {}
        yield Exercise(one.step.title, asked.get("before", ""), _score(one.before), _score(one.after))


def _score(value: int | None) -> str:
    return "–" if value is None else str(value)


def _open_homework(
    enrolment: Enrolment, stops: Iterable[ModuleStop], *, to_patient: bool
) -> Iterable[OpenHomework]:
    for stop in stops:
        if stop.progress is None or stop.is_skipped or not stop.module.homework_tasks():
            continue
        if stop.has_homework and not stop.wants_another_look:
            continue
        tasks = stop.module.homework_tasks()
        opened = stop.progress.asked_since.astimezone(ZoneInfo(enrolment.patient.timezone)).date()
        due = due_on(opened, max(task.due_after_days for task in tasks), stop.progress.moved_days)
        yield OpenHomework(
            number=stop.number,
            title=stop.title,
            due=None if stop.has_homework else due,
            is_another_look=stop.wants_another_look,
            tasks=() if stop.has_homework else tuple(_open_tasks(enrolment, stop, to_patient=to_patient)),
        )


def _open_tasks(enrolment: Enrolment, stop: ModuleStop, *, to_patient: bool) -> Iterable[OpenTask]:
    for state in task_states(enrolment, stop.module):
        if state.is_done:
            said = _("done, ready to send") if to_patient else _("done, not handed in yet")
        elif state.task.is_log and state.entries:
            said = _("%(days)s so far") % {"days": words.days(state.days)}
        else:
            said = ""
        yield OpenTask(state.task.title, said)


def _next(view: CourseView, *, to_patient: bool) -> NextModule | None:
    """The first module that is not open yet; None when all are."""
    left = (one for one in view.stops if one.number not in view.facts.opened and not one.is_skipped)
    stop = next(left, None)
    if stop is None:
        return None
    found = verdict(stop.number, view.facts, now=clock.now())
    waits = [reason for reason in found.reasons if reason in _WAITS]
    said = [_reason(reason, found.after, to_patient=to_patient) for reason in found.reasons]
    if found.may_open:
        said = [_("open from now on")]
    elif to_patient and waits:
        said = [_reason(waits[0], found.after, to_patient=True)]
    elif Reason.TOO_SOON in found.reasons and found.not_before:
        day = {"day": words.day(_local(found.not_before, view))}
        is_all = found.reasons == (Reason.TOO_SOON,)
        said.append((_("opens on %(day)s") if is_all else _("not before %(day)s")) % day)
    return NextModule(stop.number, stop.title, "; ".join(one for one in said if one))


def _local(at: datetime, view: CourseView) -> date:
    """The day on the patient's own calendar, by which modules open."""
    return at.astimezone(ZoneInfo(view.facts.timezone)).date()


def _reason(reason: Reason, after: int | None, *, to_patient: bool) -> str:
    before = {"number": after or 0}
    if reason == Reason.RESTING:
        return _("your course is resting for now") if to_patient else _("the enrolment is not active")
    if reason == Reason.PAUSED:
        return _("your course is paused; this waits until you go on") if to_patient else _("paused")
    if reason == Reason.FLARE_UP:
        return _("this waits until your flare-up is over") if to_patient else _("in a flare-up")
    if reason == Reason.HELD:
        return (
            _("your therapist would like to wait a little before it opens; you need not do anything")
            if to_patient
            else _("on hold")
        )
    if reason == Reason.FEEDBACK_AWAITED:
        return _("opens when the homework of week %(number)s has been answered") % before
    if reason == Reason.EARLIER_CLOSED:
        return _("opens after week %(number)s") % before
    if reason == Reason.EARLIER_UNREAD:
        return (
            _("opens when you have read week %(number)s, at your own pace") % before
            if to_patient
            else _("waits until week %(number)s is read") % before
        )
    return ""
