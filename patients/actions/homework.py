"""Handing in a module's homework: a version that never changes."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.drafts import close_draft
from patients.actions.enrolment import note_activity
from patients.models import Enrolment, Entry, Homework, ModuleProgress
from patients.workdays import deadline
from programs.models import HomeworkTask, Module

MAX_NOTE = 2000


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


class NothingNewError(Exception):
    """The same entries were handed in before and wait for an answer."""


def task_states(enrolment: Enrolment, module: Module) -> list[TaskState]:
    """How far the patient is with each task of a module; one query for the entries."""
    tasks = module.homework_tasks()
    slugs = [task.worksheet_slug for task in tasks]
    entries = Entry.objects.current().filter(enrolment=enrolment, worksheet__slug__in=slugs)
    by_slug: dict[str, list[Entry]] = {slug: [] for slug in slugs}
    for entry in entries.select_related("worksheet").order_by("on_date", "submitted_at"):
        by_slug[entry.worksheet.slug].append(entry)
    return [
        TaskState(
            task, tuple(by_slug[task.worksheet_slug] if task.is_log else by_slug[task.worksheet_slug][-1:])
        )
        for task in tasks
    ]


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
    (something is missing, or with `is_partial` everything), NothingNewError.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=enrolment.pk)
    )
    before = Homework.objects.filter(submission_id=submission_id, enrolment=enrolment).first()
    if before:
        return before
    states = task_states(enrolment, module)
    entries = [entry for state in states for entry in state.entries]
    missing = [state for state in states if not state.is_done]
    if not entries or (missing and not is_partial):
        raise HomeworkIncompleteError(missing)
    last = Homework.objects.filter(enrolment=enrolment, module=module).order_by("-version").first()
    if (
        last
        and not hasattr(last, "review")
        and set(last.entries.values_list("pk", flat=True)) == {entry.pk for entry in entries}
    ):
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
    close_draft(by=by, draft_id=submission_id)
    note_activity(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="homework-submit", obj=homework)
    return homework


def is_open_for(enrolment: Enrolment, module: Module) -> bool:
    """Whether the module is open, so that its homework can be handed in."""
    return ModuleProgress.objects.filter(enrolment=enrolment, module=module).exists()
