"""What the admin's desk does across apps: enrol and invite, hand over and end, set up."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from clinics.closed_days import check, still_kept
from messaging.actions import cancel_reminders, end_ways, queue_invitation
from painclinic import clock
from painclinic.accounts.actions import end_membership, invite, renew_invitation
from painclinic.accounts.models import Clinic, CrisisLine, Invitation, Membership, Role, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.actions.enrolment import Person, change_therapist, enrol_patient
from patients.models import Assignment, Enrolment
from patients.safety.duty import unmet
from programs.models import ProgrammeVersion


class SuccessorNeededError(Exception):
    """A therapist with patients cannot leave before somebody takes them over."""


class LastAdminError(Exception):
    """The last clinic admin cannot be taken away: nobody could let anybody in any more."""


class ClinicNotReadyError(Exception):
    """Nobody is enrolled before there are crisis numbers, two people on the rota, and signed rules.

    `missing` says what.
    """

    def __init__(self, missing: list[str]) -> None:
        super().__init__("clinic not ready")
        self.missing = missing


@transaction.atomic
def enrol_and_invite(
    *,
    by: User,
    clinic: Clinic,
    request_id: UUID,
    person: Person,
    programme_version: ProgrammeVersion,
    therapist: User,
    starts_on: date,
    guidance: str = Enrolment.Guidance.REGULAR,
) -> Enrolment:
    """Enrol a patient and plan the invitation in the same transaction: one is never there without the other.

    Raises ClinicNotReadyError (clinical reference, 4.1), and what `enrol_patient` raises.
    """
    if missing := unmet(clinic):
        raise ClinicNotReadyError(missing)
    enrolment, invitation = enrol_patient(
        by=by,
        clinic=clinic,
        request_id=request_id,
        person=person,
        programme_version=programme_version,
        therapist=therapist,
        starts_on=starts_on,
        guidance=guidance,
    )
    if invitation is not None:
        queue_invitation(by=by, invitation=invitation)
    return enrolment


@transaction.atomic
def open_clinic(*, by: Actor, values: dict[str, Any], admin_name: str, admin_email: str) -> Invitation:
    """Create a clinic and invite its first admin, who does the rest at the desk.

    `values` are fields of `Clinic`. Raises AlreadyMemberError when the address is taken.
    """
    clinic = Clinic.objects.create(**values, created_at=clock.now())
    record(by=by, action=Action.WRITE, verb="clinic-create", obj=clinic, clinic_id=clinic.pk)
    invitation = invite(by=by, clinic=clinic, role=Role.CLINIC_ADMIN, email=admin_email, name=admin_name)
    queue_invitation(by=by, invitation=invitation)
    return invitation


@transaction.atomic
def invite_staff(*, by: User, clinic: Clinic, role: Role, email: str, name: str) -> Invitation:
    """Invite a colleague. Raises AlreadyMemberError when the address is taken or invited already."""
    invitation = invite(by=by, clinic=clinic, role=role, email=email, name=name)
    queue_invitation(by=by, invitation=invitation)
    return invitation


@transaction.atomic
def send_invitation_again(*, by: User, invitation: Invitation) -> Invitation:
    """Send a fresh link; the older one stops working. Raises InvitationError when it is no use any more."""
    renewed = renew_invitation(by=by, invitation=invitation)
    queue_invitation(by=by, invitation=renewed)
    return renewed


@transaction.atomic
def end_staff_membership(*, by: User, membership: Membership, successor: User | None) -> int:
    """End a colleague's role and hand their patients over; returns how many patients moved.

    Raises SuccessorNeededError while a therapist has patients and nobody is named, LastAdminError
    for the last clinic admin, NotATherapistError when the successor is none.
    """
    # Locked so that of two admins who end each other's role one stays.
    list(
        Membership.objects.select_for_update(no_key=True).filter(
            clinic_id=membership.clinic_id, ended_at=None
        )
    )
    membership.refresh_from_db()
    if membership.ended_at is None and membership.role == Role.CLINIC_ADMIN:
        admins = Membership.objects.active().filter(clinic_id=membership.clinic_id, role=Role.CLINIC_ADMIN)
        if admins.count() == 1:
            raise LastAdminError
    running = Assignment.objects.running().filter(therapist=membership.user_id, clinic=membership.clinic_id)
    moved = 0
    for assignment in running.select_related("enrolment"):
        if successor is None:
            raise SuccessorNeededError
        change_therapist(by=by, enrolment=assignment.enrolment, therapist=successor)
        moved += 1
    end_membership(by=by, membership=membership)
    if not Membership.objects.active().filter(user=membership.user_id).exists():
        cancel_reminders(by=by, user=membership.user)
        end_ways(by=by, user=membership.user)
    return moved


@transaction.atomic
def update_clinic(
    *, by: User, clinic: Clinic, values: dict[str, Any], crisis_lines: list[dict[str, str]]
) -> Clinic:
    """Keep the clinic's settings and its crisis numbers, in the order given."""
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    for name, value in values.items():
        setattr(clinic, name, value)
    clinic.save()
    clinic.crisis_lines.all().delete()
    CrisisLine.objects.bulk_create(
        CrisisLine(clinic=clinic, position=position, **line) for position, line in enumerate(crisis_lines)
    )
    record(by=by, action=Action.WRITE, verb="clinic-update", obj=clinic, clinic_id=clinic.pk)
    return clinic


@transaction.atomic
def close_days(*, by: User, clinic: Clinic, days: Mapping[date, str]) -> int:
    """The clinic does not work on these days; returns how many are new. Clocks that run already stay.

    Raises ClosedTooLongError, TooManyDaysError.
    """
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    check(clinic, days)
    today = clock.local_today(clinic.timezone)
    new = {day.isoformat(): name for day, name in days.items() if day.isoformat() not in clinic.closed_days}
    clinic.closed_days = still_kept(clinic.closed_days | new, today)
    clinic.save(update_fields=["closed_days"])
    record(by=by, action=Action.WRITE, verb="clinic-close-days", obj=clinic, clinic_id=clinic.pk)
    return len(new)


@transaction.atomic
def reopen_day(*, by: User, clinic: Clinic, day: date) -> None:
    """The clinic works on a day on which it was going to be closed."""
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    clinic.closed_days.pop(day.isoformat(), None)
    clinic.save(update_fields=["closed_days"])
    record(by=by, action=Action.WRITE, verb="clinic-reopen-day", obj=clinic, clinic_id=clinic.pk)
