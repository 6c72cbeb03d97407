"""Enrolling patients and deciding who treats them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.actions import AlreadyMemberError, invite
from painclinic.accounts.models import Clinic, Invitation, Role, User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from painclinic.crypto import keys
from painclinic.ids import new_id
from patients.actions.measures import plan_occasions
from patients.models import Assignment, Enrolment, Patient
from programs.models import ProgrammeVersion


@dataclass(frozen=True)
class Person:
    """Who is enrolled and how to reach them and their people in an emergency (clinical.md 4.1)."""

    name: str
    date_of_birth: date
    email: str
    mobile: str
    timezone: str
    language: str
    address: str
    emergency_contact_name: str
    emergency_contact_phone: str
    gp_name: str
    gp_contact: str


class NotATherapistError(Exception):
    """The person chosen to treat does not work as a therapist at this clinic."""


def _check_therapist(therapist: User, clinic: Clinic) -> None:
    working = therapist.memberships.active().filter(clinic=clinic, role=Role.THERAPIST)
    if not therapist.is_active or not working.exists():
        raise NotATherapistError


@transaction.atomic
def enrol_patient(
    *,
    by: User,
    clinic: Clinic,
    request_id: UUID,
    person: Person,
    programme_version: ProgrammeVersion,
    therapist: User,
    starts_on: date,
    guidance: str = Enrolment.Guidance.REGULAR,
) -> tuple[Enrolment, Invitation | None]:
    """Enrol a new patient and invite them; sending the invitation is the caller's part.

    The same `request_id` again (a double click, a reload) returns what the first one made, with
    no invitation. Raises AlreadyMemberError when the e-mail address is taken, NotATherapistError
    when the therapist is not one at this clinic. The programme version must be published.
    """
    # One enrolment at a time in a clinic, so that of two presses the second meets what the first made.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    before = Enrolment.objects.filter(patient__enrolment_request_id=request_id, clinic=clinic).first()
    if before:
        return before, None
    _check_therapist(therapist, clinic)
    if not programme_version.is_published:
        raise ValueError("only a published programme version can be enrolled on")
    invitation = invite(
        by=by,
        clinic=clinic,
        role=Role.PATIENT,
        email=person.email,
        name=person.name,
        language=person.language,
        timezone=person.timezone,
    )
    patient = _create_patient(
        by=by, clinic=clinic, request_id=request_id, person=person, user=invitation.user
    )
    enrolment = Enrolment.objects.create(
        patient=patient,
        clinic=clinic,
        programme_version=programme_version,
        starts_on=starts_on,
        guidance=Enrolment.Guidance(guidance),
    )
    assignment = Assignment.objects.create(
        patient=patient, clinic=clinic, enrolment=enrolment, therapist=therapist, started_at=clock.now()
    )
    plan_occasions(by=by, enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="enrolment-create", obj=enrolment)
    record(by=by, action=Action.WRITE, verb="assignment-start", obj=assignment)
    return enrolment, invitation


def _create_patient(*, by: User, clinic: Clinic, request_id: UUID, person: Person, user: User) -> Patient:
    if Patient.objects.filter(user=user).exists():
        raise AlreadyMemberError
    patient = Patient(id=new_id(), clinic=clinic, user=user, created_by=by, enrolment_request_id=request_id)
    for name, value in vars(person).items():
        setattr(patient, name, value)
    patient.email = person.email.strip().lower()
    keys.create(patient.pk)
    patient.save(force_insert=True)
    record(by=by, action=Action.WRITE, verb="patient-create", obj=patient, subject_id=patient.pk)
    return patient


@transaction.atomic
def update_contact(*, by: User, patient: Patient, person: Person) -> Patient:
    """Correct who a patient is and how to reach them. The e-mail address for signing in stays."""
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    changed = []
    for name, value in vars(person).items():
        if name != "email" and getattr(patient, name) != value:
            setattr(patient, name, value)
            changed.append(name)
    if changed:
        patient.save()
        User.objects.filter(pk=patient.user_id).update(
            name=patient.name, timezone=patient.timezone, language=patient.language
        )
        record(by=by, action=Action.WRITE, verb="patient-update", obj=patient, subject_id=patient.pk)
    return patient


@transaction.atomic
def change_therapist(*, by: User, enrolment: Enrolment, therapist: User) -> Assignment:
    """Hand a patient over: the running assignment ends, and the new one begins, at once.

    Raises NotATherapistError when the new one is not a therapist at the patient's clinic.
    Handing over to the one who already treats changes nothing.
    """
    enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    _check_therapist(therapist, enrolment.clinic)
    running = enrolment.assignments.filter(ended_at=None, kind=Assignment.Kind.PRIMARY).first()
    if running and running.therapist_id == therapist.pk:
        return running
    if running:
        end_assignment(by=by, assignment=running)
    assignment = Assignment.objects.create(
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        enrolment=enrolment,
        therapist=therapist,
        started_at=clock.now(),
    )
    record(by=by, action=Action.WRITE, verb="assignment-start", obj=assignment)
    return assignment


@transaction.atomic
def end_assignment(*, by: User, assignment: Assignment) -> None:
    """End who treats a patient; access ends with the next request."""
    assignment = Assignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    if assignment.ended_at is None:
        assignment.ended_at = clock.now()
        assignment.save()
        record(by=by, action=Action.WRITE, verb="assignment-end", obj=assignment)


def note_activity(*, enrolment: Enrolment) -> None:
    """Remember that the patient did something now. Part of other actions; leaves no event of its own."""
    Enrolment.objects.filter(pk=enrolment.pk).update(last_activity_at=clock.now())
