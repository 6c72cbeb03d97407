"""A therapist makes one patient's course different: each time with a reason that the patient reads."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.deadlines import move_deadlines, own_plan
from patients.actions.progress import unlock_if_due, unlock_module
from patients.course_plan import may_reorder
from patients.deadlines import due_on
from patients.models import CourseChange, Enrolment, ModuleProgress, StepProgress
from programs.models import Module, Step, Worksheet

Kind = CourseChange.Kind
MAX_DAYS = 56
# What can be taken back. What was opened stays open, and a hold is released.
UNDOABLE = (
    Kind.SKIP, Kind.REORDER, Kind.ADD_STEP, Kind.ADD_WORKSHEET,
    Kind.EXTEND_WINDOW, Kind.EXTEND_HOMEWORK, Kind.REPEAT, Kind.FEEDBACK,
)  # fmt: skip


class ToldReasonNeededError(Exception):
    """The patient is told why their course is changed."""


class ChangeRefusedError(Exception):
    """The course does not allow this change as it is now."""


@transaction.atomic
def skip_module(*, by: User, enrolment: Enrolment, module: Module, reason: str) -> CourseChange:
    """Leave a week out: it blocks nothing and asks for nothing. What was done in it is kept.

    Raises ToldReasonNeededError, and ChangeRefusedError when it is left out already.
    """
    enrolment = _locked(enrolment, module)
    _need(module.number not in own_plan(enrolment).skipped)
    return _change(by, enrolment, Kind.SKIP, reason, module=module)


@transaction.atomic
def reorder_modules(*, by: User, enrolment: Enrolment, order: Sequence[int], reason: str) -> CourseChange:
    """Give the weeks another order. Raises ToldReasonNeededError, and ChangeRefusedError for an order
    that changes nothing or that the programme does not allow.
    """
    enrolment = _locked(enrolment)
    modules = Module.objects.filter(version_id=enrolment.programme_version_id)
    movable = {module.number for module in modules if module.details.get("movable")}
    opened = set(_progress(enrolment).values_list("module__number", flat=True))
    old = own_plan(enrolment).order
    _need(tuple(order) != old and may_reorder(old, order, movable=movable, opened=opened))
    return _change(by, enrolment, Kind.REORDER, reason, payload={"order": list(order)})


@transaction.atomic
def add_module(*, by: User, enrolment: Enrolment, module: Module, reason: str) -> CourseChange:
    """Open a week now, besides where the patient is; one that was left out is taken in again.

    Raises ToldReasonNeededError, and ChangeRefusedError when it is open and not left out.
    """
    enrolment = _locked(enrolment, module)
    is_open = _progress(enrolment).filter(module=module).exists()
    _need(not is_open or module.number in own_plan(enrolment).skipped)
    change = _change(by, enrolment, Kind.ADD_MODULE, reason, module=module)
    unlock_module(by=by, enrolment=enrolment, module=module)
    return change


@transaction.atomic
def add_step(*, by: User, enrolment: Enrolment, step: Step, reason: str) -> CourseChange:
    """Let a patient do one step of a week that is closed, or point them to one that is open.

    Raises ToldReasonNeededError, and ChangeRefusedError when it was added already.
    """
    enrolment = _locked(enrolment, step.module)
    _need((step.module.slug, step.slug) not in own_plan(enrolment).added_steps)
    return _change(by, enrolment, Kind.ADD_STEP, reason, module=step.module, step=step)


@transaction.atomic
def add_worksheet(
    *, by: User, enrolment: Enrolment, worksheet: Worksheet, days: int, reason: str
) -> CourseChange:
    """Ask for a worksheet besides, within `days` days, with the homework of the week opened last.

    Homework that is due sooner is given that time as well. Raises ToldReasonNeededError, and
    ChangeRefusedError while no week is open or for days outside 1 to 56.
    """
    enrolment = _locked(enrolment)
    last = _progress(enrolment).filter(is_skipped=False).order_by("unlocked_at").last()
    _need(worksheet.version_id == enrolment.programme_version_id and 1 <= days <= MAX_DAYS)
    if last is None:
        raise ChangeRefusedError
    return _change(
        by,
        enrolment,
        Kind.ADD_WORKSHEET,
        reason,
        module=last.module,
        worksheet=worksheet,
        payload={"days": _missing_days(enrolment, last, days), "within": days},
    )


@transaction.atomic
def extend_homework(
    *, by: User, enrolment: Enrolment, module: Module, days: int, reason: str
) -> CourseChange:
    """Give more days for the homework of an open week. Raises ToldReasonNeededError, ChangeRefusedError."""
    enrolment = _locked(enrolment, module)
    is_asked = bool(module.homework_tasks()) and _progress(enrolment).filter(module=module).exists()
    _need(is_asked and 1 <= days <= MAX_DAYS)
    return _change(by, enrolment, Kind.EXTEND_HOMEWORK, reason, module=module, payload={"days": days})


@transaction.atomic
def extend_window(*, by: User, enrolment: Enrolment, days: int, reason: str) -> CourseChange:
    """Give more days for the whole course. Raises ToldReasonNeededError, ChangeRefusedError."""
    _need(1 <= days <= MAX_DAYS)
    return _change(by, _locked(enrolment), Kind.EXTEND_WINDOW, reason, payload={"days": days})


@transaction.atomic
def repeat_module(*, by: User, enrolment: Enrolment, module: Module, reason: str) -> CourseChange:
    """Ask to go through a week again before another opens. All work in it is kept, and the homework
    can be handed in anew. Raises ToldReasonNeededError, and ChangeRefusedError when it was not read.
    """
    enrolment = _locked(enrolment, module)
    progress = _progress(enrolment).filter(module=module, core_completed_at__isnull=False).first()
    if progress is None:
        raise ChangeRefusedError
    progress.repeated_at, progress.core_completed_at = clock.now(), None
    progress.save(update_fields=["repeated_at", "core_completed_at"])
    return _change(by, enrolment, Kind.REPEAT, reason, module=module)


@transaction.atomic
def require_feedback(*, by: User, enrolment: Enrolment, is_required: bool, reason: str) -> CourseChange:
    """Let the next week wait for feedback to the homework of the one before, or not any more.

    Raises ToldReasonNeededError, and ChangeRefusedError when it is so already.
    """
    enrolment = _locked(enrolment)
    _need(own_plan(enrolment).wants_feedback != is_required)
    return _change(by, enrolment, Kind.FEEDBACK, reason, payload={"required": is_required})


@transaction.atomic
def undo_change(*, by: User, change: CourseChange, reason: str = "") -> CourseChange:
    """Take a change back, as a new row. Raises ChangeRefusedError for one that cannot be, or was."""
    enrolment = _locked(change.enrolment)
    _need(change.kind in UNDOABLE and not CourseChange.objects.filter(undoes=change).exists())
    if change.kind == Kind.REPEAT and change.module:
        _read_again(enrolment, change.module)
    return _change(by, enrolment, Kind.UNDO, reason, is_needed=False, undoes=change, module=change.module)


@transaction.atomic
def end_treatment(*, by: User, enrolment: Enrolment, ending: str, reason: str) -> CourseChange:
    """End the treatment, completed or stopped early; `ending` is one of `CourseChange.Ending`.

    Nothing opens and nobody is reminded of the course any more. Everything stays to be read, messages
    go on, and the questions at the end and later are still asked (clinical reference, 2.3).
    Raises ToldReasonNeededError, and ChangeRefusedError when it has ended or the ending is unknown.
    """
    enrolment = _locked(enrolment)
    _need(not enrolment.has_ended and ending in CourseChange.Ending.values)
    states = Enrolment.State
    is_whole = ending == CourseChange.Ending.COMPLETED
    return _turn(by, enrolment, states.COMPLETED if is_whole else states.STOPPED, Kind.END, reason, ending)


@transaction.atomic
def resume_treatment(*, by: User, enrolment: Enrolment, reason: str) -> CourseChange:
    """Take an ended treatment up again, where it was. Raises as `end_treatment`."""
    enrolment = _locked(enrolment)
    _need(enrolment.has_ended)
    return _turn(by, enrolment, Enrolment.State.ACTIVE, Kind.RESUME, reason)


def _turn(
    by: User, enrolment: Enrolment, state: str, kind: str, reason: str, ending: str = ""
) -> CourseChange:
    # First, so that nothing opens on the way out.
    enrolment.state = state
    enrolment.save(update_fields=["state"])
    return _change(by, enrolment, kind, reason, payload={"ending": ending} if ending else {})


@transaction.atomic
def note_change(
    *,
    by: User,
    enrolment: Enrolment,
    kind: str,
    reason: str,
    module: Module | None = None,
    payload: dict[str, Any] | None = None,
) -> CourseChange:
    """Keep, for the patient to read, what another action did to their course."""
    return _change(
        by, _locked(enrolment), kind, reason, is_needed=False, module=module, payload=payload or {}
    )


def _change(
    by: User, enrolment: Enrolment, kind: str, reason: str, *, is_needed: bool = True, **about: Any
) -> CourseChange:
    told = reason.strip()[: CourseChange.MAX_REASON]
    if is_needed and not told:
        raise ToldReasonNeededError
    change = CourseChange.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        kind=kind,
        reason=told,
        by=by,
        at=clock.now(),
        **about,
    )
    move_deadlines(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb=f"course-{kind.replace('_', '-')}", obj=change)
    unlock_if_due(by=by, enrolment=enrolment)
    return change


def _read_again(enrolment: Enrolment, module: Module) -> None:
    """A repeat that is taken back: the week is as read as it was."""
    progress = _progress(enrolment).get(module=module)
    progress.repeated_at = None
    done = StepProgress.objects.filter(enrolment=enrolment, step__module=module, done_at__isnull=False)
    core = Step.objects.filter(module=module, is_core=True)
    if progress.core_completed_at is None and not core.exclude(pk__in=done.values("step_id")).exists():
        last = done.filter(step__is_core=True).order_by("done_at").last()
        progress.core_completed_at = last.done_at if last else clock.now()
    progress.save(update_fields=["repeated_at", "core_completed_at"])


def _missing_days(enrolment: Enrolment, progress: ModuleProgress, days: int) -> int:
    """How many days more the homework needs, so that it is not due before what is added."""
    tasks = progress.module.homework_tasks()
    zone = ZoneInfo(enrolment.patient.timezone)
    opened = progress.asked_since.astimezone(zone).date()
    due = due_on(opened, max((task.due_after_days for task in tasks), default=0), progress.moved_days)
    wanted = clock.local_today(enrolment.patient.timezone) + timedelta(days=days)
    return max((wanted - due).days, 0)


def _progress(enrolment: Enrolment) -> Any:
    return ModuleProgress.objects.filter(enrolment=enrolment).select_related("module")


def _need(is_allowed: bool) -> None:
    if not is_allowed:
        raise ChangeRefusedError


def _locked(enrolment: Enrolment, module: Module | None = None) -> Enrolment:
    if module and module.version_id != enrolment.programme_version_id:
        raise ChangeRefusedError
    rows = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "clinic")
    return rows.get(pk=enrolment.pk)
