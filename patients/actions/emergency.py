"""Opening a record without an assignment, in an emergency."""

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.models import EmergencyAccess, Patient


class ReasonTooShortError(Exception):
    """The reason is shorter than `EmergencyAccess.MIN_REASON` characters."""


@transaction.atomic
def open_in_emergency(*, by: User, patient: Patient, reason: str) -> EmergencyAccess:
    """Give `by` an hour's access to a record. The notices to the administration are planned from this row.

    Raises ReasonTooShortError. While one runs, a second one returns the first.
    """
    reason = reason.strip()
    if len(reason) < EmergencyAccess.MIN_REASON:
        raise ReasonTooShortError
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    running = EmergencyAccess.objects.running().filter(patient=patient, user=by).first()
    if running:
        return running
    now = clock.now()
    access = EmergencyAccess.objects.create(
        patient=patient,
        clinic_id=patient.clinic_id,
        user=by,
        reason=reason,
        started_at=now,
        ends_at=now + EmergencyAccess.LASTS,
    )
    record(by=by, action=Action.EMERGENCY, verb="emergency-open", obj=access)
    return access


@transaction.atomic
def end_emergency_access(*, by: User, access: EmergencyAccess) -> None:
    """End an emergency access before its hour is over."""
    access = EmergencyAccess.objects.select_for_update(no_key=True).get(pk=access.pk)
    if access.is_running:
        access.ended_at = clock.now()
        access.save()
        record(by=by, action=Action.EMERGENCY, verb="emergency-end", obj=access)


@transaction.atomic
def review_emergency_access(*, by: User, access: EmergencyAccess) -> None:
    """Note that the administration has looked at an emergency access."""
    access = EmergencyAccess.objects.select_for_update(no_key=True).get(pk=access.pk)
    if access.reviewed_at is None:
        access.reviewed_at, access.reviewed_by = clock.now(), by
        access.save()
        record(by=by, action=Action.WRITE, verb="emergency-review", obj=access)
