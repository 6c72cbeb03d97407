"""A therapist's hand on the course: wait with the next module, or open it early (clinical.md 1.2)."""

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.changes import note_change
from patients.actions.progress import course_facts, unlock_module
from patients.models import CourseChange, Enrolment, ModuleHold, ModuleProgress
from patients.unlocking import following
from programs.models import Module

Kind = CourseChange.Kind


class ReasonNeededError(Exception):
    """Steering by hand takes a reason, so that colleagues understand it later."""


class StandingHoldError(Exception):
    """A hold stands; it has to be released before a module is opened."""


class NotNextModuleError(Exception):
    """The module is open already, or is not the next one of this course."""


def _reason(text: str) -> str:
    reason = text.strip()[: ModuleHold._meta.get_field("reason").max_length]
    if not reason:
        raise ReasonNeededError
    return reason


@transaction.atomic
def place_hold(*, by: User, enrolment: Enrolment, reason: str, told: str = "") -> ModuleHold:
    """Wait with the next module until the hold is released.

    `told` is the reason that the patient reads. While one stands, a second returns the
    first. Raises ReasonNeededError.
    """
    reason = _reason(reason)
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    standing = ModuleHold.objects.standing().filter(enrolment=enrolment).first()
    if standing:
        return standing
    hold = ModuleHold.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        placed_by=by,
        placed_at=clock.now(),
        reason=reason,
    )
    record(by=by, action=Action.WRITE, verb="hold-place", obj=hold)
    note_change(by=by, enrolment=enrolment, kind=Kind.HOLD, reason=told)
    return hold


@transaction.atomic
def release_hold(*, by: User, enrolment: Enrolment) -> ModuleHold | None:
    """Let the course go on by its rule again; None when no hold stands."""
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    hold = ModuleHold.objects.standing().filter(enrolment=enrolment).first()
    if hold:
        hold.released_at, hold.released_by = clock.now(), by
        hold.save(update_fields=["released_at", "released_by"])
        record(by=by, action=Action.WRITE, verb="hold-release", obj=hold)
    return hold


def next_module(enrolment: Enrolment) -> Module | None:
    """The first module of the patient's own course that is not open yet; None when all are."""
    number = following(course_facts(enrolment))
    if number is None:
        return None
    return Module.objects.filter(version_id=enrolment.programme_version_id, number=number).first()


@transaction.atomic
def unlock_early(
    *, by: User, enrolment: Enrolment, module: Module, reason: str, told: str = ""
) -> ModuleProgress:
    """Open the next module before its time. The reason stands in the audit trail, `told` is the patient's.

    Raises ReasonNeededError, StandingHoldError, NotNextModuleError.
    """
    reason = _reason(reason)
    enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    if ModuleHold.objects.standing().filter(enrolment=enrolment).exists():
        raise StandingHoldError
    following = next_module(enrolment)
    if following is None or following.pk != module.pk:
        raise NotNextModuleError
    progress = unlock_module(by=by, enrolment=enrolment, module=module)
    record(by=by, action=Action.WRITE, verb="module-unlock-early", obj=progress, purpose=reason)
    note_change(by=by, enrolment=enrolment, kind=Kind.UNLOCK, reason=told, module=module)
    return progress
