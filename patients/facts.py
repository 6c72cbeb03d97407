"""Puts rows that somebody has read together into the facts that the rule asks for. Reads nothing itself."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from patients.course_plan import Change, CoursePlan, course_plan
from patients.models import CourseChange, Enrolment, Homework, ModuleProgress, Respite
from patients.unlocking import CourseFacts, Opened
from programs.models import Module


def plan_of(modules: Iterable[Module], changes: Iterable[CourseChange]) -> CoursePlan:
    """The course as its changes leave it; `changes` are all of one patient, with subjects, oldest first."""
    weeks = {module.slug: module.number for module in modules}
    plain = (
        Change(
            id=one.pk,
            kind=one.kind,
            module=weeks.get(one.module.slug) if one.module else None,
            payload=one.payload,
            step=(one.step.module.slug, one.step.slug) if one.step else None,
            undoes=one.undoes_id,
        )
        for one in changes
    )
    return course_plan(weeks.values(), plain)


def facts_of(
    enrolment: Enrolment,
    *,
    modules: Iterable[Module],
    progress: Mapping[UUID, ModuleProgress],
    homework: Mapping[UUID, Homework],
    respites: Iterable[Respite],
    plan: CoursePlan,
    is_held: bool,
) -> CourseFacts:
    """The facts of one patient; `progress` and the newest `homework`, with reviews, are by module."""
    resting = {one.kind for one in respites if one.is_running}
    return CourseFacts(
        starts_on=enrolment.starts_on,
        timezone=enrolment.patient.timezone,
        is_active=enrolment.state == Enrolment.State.ACTIVE,
        is_held=is_held,
        is_paused=Respite.Kind.PAUSE in resting,
        is_flaring=Respite.Kind.FLARE_UP in resting,
        opened={
            module.number: _opened(module, progress[module.pk], homework.get(module.pk))
            for module in modules
            if module.pk in progress
        },
        order=plan.order,
        skipped=plan.skipped,
        wants_feedback=plan.wants_feedback,
    )


def _opened(module: Module, progress: ModuleProgress, homework: Homework | None) -> Opened:
    given = homework if homework and progress.counts(homework.submitted_at) else None
    return Opened(
        at=progress.unlocked_at,
        is_read=progress.core_completed_at is not None,
        is_repeat=progress.repeated_at is not None,
        is_answered=not module.homework_tasks() or (given is not None and hasattr(given, "review")),
    )
