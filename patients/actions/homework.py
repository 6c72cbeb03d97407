"""Handing in a module's homework: a version that never changes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.attention import WATCHER, mark_if_needed
from patients.actions.drafts import close_draft
from patients.actions.enrolment import note_activity
from patients.actions.progress import ModuleClosedError
from patients.models import CourseChange, Enrolment, Entry, Homework, ModuleProgress, Written
from patients.unlocking import Reason, Verdict
from patients.workdays import deadline
from programs.models import HomeworkTask, Module

MAX_NOTE = 2000


class NothingNewError(Exception):
    """The same entries were handed in before and wait for an answer."""


@dataclass(frozen=True)
class ExtraTask(HomeworkTask):
    """A task that a therapist added for one patient; what was filled in before is not meant."""

    since: datetime | None = None

    @classmethod
    def of(cls, change: CourseChange) -> "ExtraTask":
        sheet = change.worksheet
        return cls(
            worksheet_slug=sheet.slug if sheet else "",
            is_log=bool(sheet and sheet.is_log),
            min_entries=1,
            min_days=1,
            due_after_days=1,
            title=sheet.title if sheet else "",
            hint=change.reason,
            since=change.at,
        )


@dataclass(frozen=True)
class TaskState:
    """One thing that a module asks for, and how far the patient is with it."""

    task: HomeworkTask
    entries: tuple[Entry, ...]

    @property
    def days(self) -> int:
        """On how many different days there are entries."""
        return len({entry.on_date for entry in self.entries if entry.on_date})

    @property
    def is_done(self) -> bool:
        if not self.task.is_log:
            return bool(self.entries)
        return len(self.entries) >= self.task.min_entries and self.days >= self.task.min_days


class HomeworkIncompleteError(Exception):
    """Nothing of what is asked for is there yet; `missing` are the tasks that are not done."""

    def __init__(self, missing: list[TaskState]) -> None:
        super().__init__("incomplete")
        self.missing = missing


def task_states(enrolment: Enrolment, module: Module) -> list[TaskState]:
    """How far the patient is with each task of a module.

    Of a worksheet the newest filling counts; of a log every line since the module opened.
    """
    tasks = [*module.homework_tasks(), *extra_tasks(enrolment, module)]
    opened = ModuleProgress.objects.filter(enrolment=enrolment, module=module).first()
    entries = Entry.objects.current().filter(
        enrolment=enrolment, worksheet__slug__in=[task.worksheet_slug for task in tasks]
    )
    known = list(entries.select_related("worksheet").order_by("on_date", "submitted_at"))
    return [TaskState(task, _counting(task, known, opened)) for task in tasks]


def _counting(task: HomeworkTask, entries: list[Entry], opened: ModuleProgress | None) -> tuple[Entry, ...]:
    own = [entry for entry in entries if entry.worksheet.slug == task.worksheet_slug]
    since = task.since if isinstance(task, ExtraTask) else None
    if since:
        own = [entry for entry in own if entry.submitted_at >= since]
    if not task.is_log:
        return tuple(own[-1:])
    return tuple(entry for entry in own if opened and entry.submitted_at >= opened.asked_since)


def extra_tasks(enrolment: Enrolment, module: Module) -> list[ExtraTask]:
    """Worksheets that the therapist asks for besides, with the homework of this module."""
    undone = CourseChange.objects.filter(enrolment=enrolment, undoes__isnull=False).values("undoes")
    added = CourseChange.objects.filter(
        enrolment=enrolment, module__slug=module.slug, kind=CourseChange.Kind.ADD_WORKSHEET
    )
    rows = added.exclude(pk__in=undone).select_related("worksheet").order_by("at")
    return [ExtraTask.of(row) for row in rows]


@transaction.atomic
def submit_homework(
    *,
    by: User,
    enrolment: Enrolment,
    module: Module,
    submission_id: UUID,
    note: str = "",
    is_partial: bool = False,
) -> Homework:
    """Hand in what a module asks for, as a new version that holds the entries as they are now.

    The same submission again returns the first. With `is_partial` what is there is handed in though
    a task is not done: a patient on a bad week is not turned away. Raises HomeworkIncompleteError
    (something is missing, or with `is_partial` everything), ModuleClosedError, and NothingNewError
    for the same entries without a new word while they wait for an answer.
    """
    enrolment = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("clinic")
        .get(pk=enrolment.pk)
    )
    before = Homework.objects.filter(submission_id=submission_id, enrolment=enrolment).first()
    if before:
        return before
    if not ModuleProgress.objects.filter(enrolment=enrolment, module=module).exists():
        raise ModuleClosedError(Verdict((Reason.EARLIER_CLOSED,)))
    states = task_states(enrolment, module)
    entries = [entry for state in states for entry in state.entries]
    missing = [state for state in states if not state.is_done]
    if not entries or (missing and not is_partial):
        raise HomeworkIncompleteError(missing)
    last = Homework.objects.filter(enrolment=enrolment).of_week(module).order_by("-version").first()
    if last and not note.strip() and _is_waiting_with(last, entries):
        raise NothingNewError
    return _create(by, enrolment, module, submission_id, note, entries, last)


def _create(
    by: User,
    enrolment: Enrolment,
    module: Module,
    submission_id: UUID,
    note: str,
    entries: list[Entry],
    last: Homework | None,
) -> Homework:
    now = clock.now()
    homework = Homework.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        module=module,
        version=last.version + 1 if last else 1,
        submission_id=submission_id,
        note=note.strip()[:MAX_NOTE],
        submitted_at=now,
        review_due_at=deadline(now, days=enrolment.clinic.review_days, clinic=enrolment.clinic),
    )
    homework.entries.set(entries)
    mark_if_needed(by=WATCHER, written=Written.NOTE, row=homework, texts=homework.note or "")
    close_draft(by=by, draft_id=submission_id)
    note_activity(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="homework-submit", obj=homework)
    return homework


def _is_waiting_with(homework: Homework, entries: list[Entry]) -> bool:
    """Whether just these entries were handed in and are not answered yet."""
    handed_in = set(homework.entries.values_list("pk", flat=True))
    return not hasattr(homework, "review") and handed_in == {entry.pk for entry in entries}
