"""Causes of reminders, made without the pages that make them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.models import Reminder
from painclinic import clock
from patients.models import Enrolment, Homework, ModuleProgress, Review
from programs.models import Module, Programme, ProgrammeVersion

HOMEWORK = {
    "worksheet": "w",
    "kind": "once",
    "min_entries": 1,
    "min_days": 1,
    "due_after_days": 7,
    "title": "t",
    "hint": "",
}


def a_module(*, homework: bool = False, outline: bool = False) -> Module:
    programme = Programme.objects.create(slug=f"p-{uuid4()}", title="Programme")
    version = ProgrammeVersion.objects.create(
        programme=programme,
        language="en",
        number=1,
        title="v",
        content_hash=str(uuid4()),
        loaded_at=clock.now(),
    )
    details: dict[str, Any] = {"homework": [HOMEWORK]} if homework else {}
    # Modules of one slug are one week in several versions of a text, which this is not.
    slug = f"week-{uuid4()}"
    return Module.objects.create(
        version=version, number=1, slug=slug, title="Week 1", is_outline=outline, details=details
    )


def open_module(enrolment: Enrolment, module: Module | None = None, **fields: Any) -> ModuleProgress:
    return ModuleProgress.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        module=module or a_module(),
        **{"unlocked_at": clock.now()} | fields,
    )


def hand_in(progress: ModuleProgress, *, version: int = 1) -> Homework:
    return Homework.objects.create(
        enrolment=progress.enrolment,
        patient_id=progress.patient_id,
        clinic_id=progress.clinic_id,
        module=progress.module,
        version=version,
        submission_id=uuid4(),
        review_due_at=clock.now() + timedelta(days=2),
        submitted_at=clock.now(),
    )


def review(homework: Homework, by: Any) -> Review:
    return Review.objects.create(
        homework=homework,
        patient_id=homework.patient_id,
        clinic_id=homework.clinic_id,
        by=by,
        outcome="reviewed",
        comment="Well done.",
        created_at=clock.now(),
    )


def until(moment: str | datetime) -> timedelta:
    """How far the clock has to be moved to show `moment`."""
    target = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return target - clock.now()


def run_at(moment: str | datetime) -> list[Reminder]:
    """Plan and deliver at `moment`; returns all reminders, in the order in which they were due."""
    with clock.moved(until(moment)):
        plan()
        deliver()
    return list(Reminder.objects.order_by("due_at"))


def states(reminders: list[Reminder]) -> list[tuple[str, str]]:
    return [(reminder.kind, reminder.state) for reminder in reminders]
