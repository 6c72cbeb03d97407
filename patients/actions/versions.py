"""Moving an enrolment to a newer text of its programme, by a person (docs/adr/0009).

Weeks, steps and worksheets are matched by slug. What was done stays done; entries and homework keep
the version on which they were written; what is open stays open; nothing that is gone blocks.
"""

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.changes import ToldReasonNeededError, note_change
from patients.models import CourseChange, Enrolment, ModuleProgress, StepProgress
from programs.models import Module, ProgrammeVersion, Step


class NotNewerError(Exception):
    """The version is not a newer, published one of the same programme in the same language."""


@transaction.atomic
def move_enrolment(*, by: User, enrolment: Enrolment, version: ProgrammeVersion, reason: str) -> CourseChange:
    """Let a course go on with a newer text; the patient reads that it does, and why.

    A version that is not newer is refused, so that a second press changes nothing. Raises
    ToldReasonNeededError, NotNewerError.
    """
    if not reason.strip():
        raise ToldReasonNeededError
    rows = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("programme_version")
    locked = rows.get(pk=enrolment.pk)
    before = locked.programme_version
    _check_newer(before, version)
    locked.programme_version = version
    locked.save(update_fields=["programme_version"])
    _carry_weeks(locked, version)
    _carry_steps(locked, version)
    _close_gaps(locked, version)
    return note_change(
        by=by,
        enrolment=locked,
        kind=CourseChange.Kind.VERSION,
        reason=reason,
        payload={"from": before.number, "to": version.number},
    )


def _check_newer(before: ProgrammeVersion, version: ProgrammeVersion) -> None:
    same = (version.programme_id, version.language) == (before.programme_id, before.language)
    if not (same and version.is_published and version.number > before.number):
        raise NotNewerError


def _carry_weeks(enrolment: Enrolment, version: ProgrammeVersion) -> None:
    new = {module.slug: module for module in Module.objects.filter(version=version)}
    rows = ModuleProgress.objects.filter(enrolment=enrolment).exclude(module__version=version)
    for progress in rows.select_related("module").order_by("-unlocked_at"):
        # One row takes each place; what an even earlier version left behind stays history.
        module = new.pop(progress.module.slug, None)
        if module:
            progress.module = module
            progress.save(update_fields=["module"])


def _carry_steps(enrolment: Enrolment, version: ProgrammeVersion) -> None:
    steps = Step.objects.filter(module__version=version).select_related("module")
    new = {(step.module.slug, step.slug): step for step in steps}
    rows = StepProgress.objects.filter(enrolment=enrolment).exclude(step__module__version=version)
    for progress in rows.select_related("step__module").order_by("-visited_at"):
        step = new.pop((progress.step.module.slug, progress.step.slug), None)
        if step:
            progress.step = step
            progress.save(update_fields=["step"])


def _close_gaps(enrolment: Enrolment, version: ProgrammeVersion) -> None:
    """A week of which only steps were left that are gone now has been read."""
    opened = ModuleProgress.objects.filter(enrolment=enrolment, module__version=version)
    unread = opened.filter(core_completed_at=None, repeated_at=None, first_opened_at__isnull=False)
    done = StepProgress.objects.filter(enrolment=enrolment, done_at__isnull=False).values("step_id")
    for progress in unread:
        core = Step.objects.filter(module_id=progress.module_id, is_core=True)
        if not core.exclude(pk__in=done).exists():
            progress.core_completed_at = clock.now()
            progress.save(update_fields=["core_completed_at"])
