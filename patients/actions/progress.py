"""The patient's way through the course: what opens, where they are, what they did there."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from painclinic import clock
from painclinic.accounts.models import Membership, Role, User
from painclinic.audit.actions import Actor, System, record
from painclinic.audit.models import Action
from patients.actions.deadlines import move_deadlines, own_plan
from patients.actions.enrolment import note_activity
from patients.facts import facts_of
from patients.models import (
    CheckAnswer,
    CourseChange,
    Enrolment,
    Homework,
    ModuleHold,
    ModuleProgress,
    Respite,
    StepProgress,
    StepRating,
)
from patients.unlocking import DAYS_BETWEEN, CourseFacts, Verdict, following, verdict
from programs.models import Module, Step

RULE = System("unlock-rule")
# No time zone is further from UTC than this, and no change of the clocks is longer than an hour.
_SLACK = timedelta(hours=15)


class ModuleClosedError(Exception):
    """The module is not open for this patient; `verdict` says why."""

    def __init__(self, found: Verdict) -> None:
        super().__init__("module closed")
        self.verdict = found


class NotInCourseError(Exception):
    """The module or step is not part of the programme version that the patient is on."""


class NoSuchAnswerError(Exception):
    """The step does not ask this, or not with this answer."""


@transaction.atomic
def open_module(*, by: User, enrolment: Enrolment, module: Module) -> ModuleProgress:
    """The patient looks at a module for the first time; again changes nothing.

    One that is due by the rule is opened on the spot, whatever the schedule has got to. A module
    without core steps is read with this. Raises ModuleClosedError and NotInCourseError.
    """
    enrolment = _locked(enrolment, module)
    progress = _opened(enrolment, module)
    if progress.first_opened_at is None:
        progress.first_opened_at = clock.now()
        if not _core_steps(module).exists():
            progress.core_completed_at = clock.now()
        progress.save(update_fields=["first_opened_at", "core_completed_at"])
        note_activity(enrolment=enrolment)
        record(by=by, action=Action.WRITE, verb="module-open", obj=progress)
        _open_next(enrolment)
    return progress


@transaction.atomic
def visit_step(*, by: User, enrolment: Enrolment, step: Step) -> StepProgress:
    """Remember that the patient is at this step now, for whichever device they take up next.

    Being there already changes nothing. Raises ModuleClosedError and NotInCourseError.
    """
    if not _is_extra(enrolment, step):
        open_module(by=by, enrolment=enrolment, module=step.module)
    return _visit(by, enrolment, step)


@transaction.atomic
def finish_step(*, by: User, enrolment: Enrolment, step: Step) -> StepProgress:
    """The patient goes on from a step. Finishing twice is once.

    With the last core step the module counts as read, and the next one opens if it may.
    Raises ModuleClosedError and NotInCourseError.
    """
    progress = visit_step(by=by, enrolment=enrolment, step=step)
    if progress.done_at is None or not _counts(enrolment, step.module, progress.done_at):
        progress.done_at = clock.now()
        progress.save(update_fields=["done_at"])
        note_activity(enrolment=enrolment)
        record(by=by, action=Action.WRITE, verb="step-finish", obj=progress)
        _note_core(by, enrolment, step.module)
    return progress


@transaction.atomic
def answer_check(*, by: User, enrolment: Enrolment, step: Step, question: str, option: int) -> CheckAnswer:
    """Keep an answer to a check question. The same answer again is no new try.

    Raises NoSuchAnswerError, ModuleClosedError and NotInCourseError.
    """
    asked = next((one for one in step.questions if one["id"] == question), None)
    if asked is None or not 0 <= option < len(asked["options"]):
        raise NoSuchAnswerError
    visit_step(by=by, enrolment=enrolment, step=step)
    given = CheckAnswer.objects.filter(enrolment=enrolment, step=step, question=question)
    newest = given.order_by("answered_at", "pk").last()
    if newest and newest.option == option:
        return newest
    answer = CheckAnswer.objects.create(
        **_whose(enrolment),
        step=step,
        question=question,
        option=option,
        is_correct=asked["options"][option]["correct"],
        answered_at=clock.now(),
    )
    note_activity(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="check-answer", obj=answer)
    return answer


@transaction.atomic
def rate_step(
    *, by: User, enrolment: Enrolment, step: Step, before: int | None = None, after: int | None = None
) -> StepRating | None:
    """Keep a rating before or after an exercise (0 to 10), beside what was rated earlier.

    Nothing new to keep returns the newest rating, or None. Raises NoSuchAnswerError for other numbers
    or a step without rating, ModuleClosedError and NotInCourseError.
    """
    if step.rating is None or any(value is not None and not 0 <= value <= 10 for value in (before, after)):
        raise NoSuchAnswerError
    visit_step(by=by, enrolment=enrolment, step=step)
    newest = StepRating.objects.filter(enrolment=enrolment, step=step).order_by("rated_at", "pk").last()
    known = (newest.before, newest.after) if newest else (None, None)
    rated = (known[0] if before is None else before, known[1] if after is None else after)
    if rated == known:
        return newest
    rating = StepRating.objects.create(
        **_whose(enrolment), step=step, before=rated[0], after=rated[1], rated_at=clock.now()
    )
    note_activity(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="step-rate", obj=rating)
    return rating


@transaction.atomic
def unlock_module(*, by: Actor, enrolment: Enrolment, module: Module) -> ModuleProgress:
    """Open a module without asking the rule. One that is open stays as it is."""
    enrolment = _locked(enrolment, module)
    progress, is_new = ModuleProgress.objects.get_or_create(
        enrolment=enrolment,
        module=module,
        defaults={
            "patient_id": enrolment.patient_id,
            "clinic_id": enrolment.clinic_id,
            "unlocked_at": clock.now(),
            "unlocked_by": by if isinstance(by, User) else None,
        },
    )
    if is_new:
        # A module that a therapist opens in a flare-up or a pause is due that much later.
        move_deadlines(enrolment=enrolment)
        record(by=by, action=Action.WRITE, verb="module-unlock", obj=progress)
    return progress


def unlock_due(*, by: Actor, now: datetime) -> int:
    """Open every module that may open by the rule; returns how many. Running twice opens nothing twice.

    Each enrolment is a transaction of its own: one that fails to be read holds up nobody else.
    """
    opened = 0
    for enrolment in _candidates(now).iterator(chunk_size=500):
        with transaction.atomic():
            opened += _open_next(_relocked(enrolment), by=by, now=now) is not None
    return opened


@transaction.atomic
def unlock_if_due(*, by: Actor, enrolment: Enrolment) -> Module | None:
    """Open the next module of one patient if the rule lets it; None when it does not."""
    progress = _open_next(_relocked(enrolment), by=by)
    return progress.module if progress else None


def course_facts(enrolment: Enrolment) -> CourseFacts:
    """What the rule asks about an enrolment, read now."""
    progress = ModuleProgress.objects.filter(enrolment=enrolment)
    homework = Homework.objects.filter(enrolment=enrolment).newest().with_week().select_related("review")
    return facts_of(
        enrolment,
        modules=list(Module.objects.filter(version_id=enrolment.programme_version_id)),
        progress={one.module_id: one for one in progress},
        homework={one.week_id: one for one in homework.defer("note", "review__comment")},
        respites=Respite.objects.running().filter(enrolment=enrolment).defer("reason"),
        plan=own_plan(enrolment),
        is_held=ModuleHold.objects.standing().filter(enrolment=enrolment).exists(),
    )


def _candidates(now: datetime) -> Any:
    """Enrolments whose next module may be due. A person who has not come yet is not started."""
    come = Membership.objects.active().filter(
        user=OuterRef("patient__user_id"), clinic=OuterRef("clinic_id"), role=Role.PATIENT
    )
    held = ModuleHold.objects.standing().filter(enrolment=OuterRef("pk"))
    own = ModuleProgress.objects.filter(enrolment=OuterRef("pk"))
    last = own.order_by("-module__number")
    first_due = Q(last_at=None, starts_on__lte=(now + _SLACK).date())
    next_due = Q(last_at__lte=now + _SLACK - timedelta(days=DAYS_BETWEEN), last_read__isnull=False)
    later = Module.objects.filter(version=OuterRef("programme_version"), number__gt=OuterRef("last_number"))
    resting = Respite.objects.running().filter(enrolment=OuterRef("pk"))
    rows = Enrolment.objects.active().filter(Exists(come), ~Exists(held), ~Exists(resting))
    rows = rows.annotate(
        last_at=Subquery(own.order_by("-unlocked_at").values("unlocked_at")[:1]),
        last_number=Subquery(last.values("module__number")[:1]),
        last_read=Subquery(last.values("core_completed_at")[:1]),
    )
    # Whose course a therapist has changed may go on elsewhere than after the last one: the rule is asked.
    changed = Q(last_at__lte=now + _SLACK - timedelta(days=DAYS_BETWEEN)) & Exists(
        CourseChange.objects.filter(enrolment=OuterRef("pk"))
    )
    return rows.filter(first_due | (next_due & Exists(later)) | changed).order_by("pk")


def _open_next(
    enrolment: Enrolment, *, by: Actor = RULE, now: datetime | None = None
) -> ModuleProgress | None:
    """Open the next module if the rule lets it. The enrolment is locked."""
    facts = course_facts(enrolment)
    number = following(facts)
    if number is None or not verdict(number, facts, now=now or clock.now()).may_open:
        return None
    module = Module.objects.filter(version_id=enrolment.programme_version_id, number=number).first()
    return unlock_module(by=by, enrolment=enrolment, module=module) if module else None


def _opened(enrolment: Enrolment, module: Module) -> ModuleProgress:
    progress = ModuleProgress.objects.filter(enrolment=enrolment, module=module).first()
    if progress is None:
        found = verdict(module.number, course_facts(enrolment), now=clock.now())
        if not found.may_open:
            raise ModuleClosedError(found)
        progress = unlock_module(by=RULE, enrolment=enrolment, module=module)
    return progress


def _visit(by: User, enrolment: Enrolment, step: Step) -> StepProgress:
    newest = StepProgress.objects.filter(enrolment=enrolment).order_by("visited_at", "pk").last()
    if newest and newest.step_id == step.pk:
        return newest
    progress, _ = StepProgress.objects.update_or_create(
        enrolment=enrolment,
        step=step,
        defaults={"visited_at": clock.now()},
        create_defaults={**_whose(enrolment), "visited_at": clock.now()},
    )
    note_activity(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="step-visit", obj=progress)
    return progress


def _note_core(by: User, enrolment: Enrolment, module: Module) -> None:
    progress = ModuleProgress.objects.filter(enrolment=enrolment, module=module).first()
    if progress is None:
        return
    done = StepProgress.objects.filter(enrolment=enrolment, done_at__isnull=False)
    if progress.repeated_at:
        done = done.filter(done_at__gte=progress.repeated_at)
    if _core_steps(module).exclude(pk__in=done.values("step_id")).exists():
        return
    if progress.core_completed_at is None:
        progress.core_completed_at = clock.now()
        progress.save(update_fields=["core_completed_at"])
        record(by=by, action=Action.WRITE, verb="module-read", obj=progress)
        _open_next(enrolment)


def _is_extra(enrolment: Enrolment, step: Step) -> bool:
    """Whether a therapist added just this step, and its module is still closed."""
    if ModuleProgress.objects.filter(enrolment=enrolment, module=step.module_id).exists():
        return False
    return (step.module.slug, step.slug) in own_plan(enrolment).added_steps


def _counts(enrolment: Enrolment, module: Module, moment: datetime) -> bool:
    """Whether something done at `moment` counts, or the module is to be gone through again since."""
    progress = ModuleProgress.objects.filter(enrolment=enrolment, module=module).first()
    return progress is None or progress.counts(moment)


def _core_steps(module: Module) -> Any:
    return Step.objects.filter(module=module, is_core=True)


def _locked(enrolment: Enrolment, module: Module) -> Enrolment:
    """The enrolment, locked: everything about one course happens one after the other."""
    if module.version_id != enrolment.programme_version_id:
        raise NotInCourseError
    return _relocked(enrolment)


def _relocked(enrolment: Enrolment) -> Enrolment:
    return (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("patient")
        .get(pk=enrolment.pk)
    )


def _whose(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "enrolment": enrolment,
        "patient_id": enrolment.patient_id,
        "clinic_id": enrolment.clinic_id,
    }
