"""The gate of every page about one patient that staff use."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from painclinic.access.decorators import View, ViewerRequest, requires
from painclinic.access.permissions import Permission, allows
from painclinic.access.reads import list_records, open_record
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.models import EmergencyAccess, Enrolment, Patient

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class PersonRequest(ViewerRequest):
    """A request of staff about one patient whom they may see. `emergency` is set while that is why."""

    patient: Patient
    enrolment: Enrolment
    emergency: EmergencyAccess | None


def person_page(*, verb: str, act: Permission | None = None) -> Callable[[View], View]:
    """For a view of `patient_id`: who may not see the patient's treatment gets a 404.

    Puts `patient`, `enrolment` (the newest) and `emergency` on the request and writes that the
    record was opened; a view without a `verb` writes its own trace. Anything but reading takes
    `act` at the patient's clinic, else 403.
    """

    def decorate(view: View) -> View:
        @requires(Permission.PATIENT_VIEW)
        @wraps(view)
        def gated(request: HttpRequest, patient_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            own = cast(PersonRequest, request)
            own.enrolment = _enrolment(own.user, patient_id)
            own.patient = own.enrolment.patient
            own.membership = next(
                m for m in own.user.active_memberships if m.clinic_id == own.patient.clinic_id
            )
            # It was read with the membership.
            own.enrolment.clinic = own.patient.clinic = own.membership.clinic
            if request.method not in SAFE_METHODS:
                _refuse_unless_allowed(own, act)
            running = EmergencyAccess.objects.visible_to(own.user).running()
            own.emergency = running.filter(user=own.user, patient=own.patient).first()
            if verb:
                leave_trace(own, verb)
            return view(request, *args, **kwargs)

        return gated

    return decorate


def may(request: ViewerRequest, act: Permission) -> bool:
    """Whether the person at the screen may do `act` in the role in which they see this page."""
    return allows(request.membership.role, act)


def leave_list_trace(request: ViewerRequest, patients: Iterable[Patient], verb: str) -> None:
    """Write which patients a list showed: one event, or one for each clinic of somebody who works at two."""
    by_clinic: dict[UUID, list[UUID]] = {request.membership.clinic_id: []}
    for patient in patients:
        by_clinic.setdefault(patient.clinic_id, []).append(patient.pk)
    for clinic_id, ids in by_clinic.items():
        if ids or len(by_clinic) == 1:
            list_records(request, subject_ids=ids, clinic_id=clinic_id, verb=verb)


def _enrolment(user: User, patient_id: UUID) -> Enrolment:
    # Staff see patients as staff only: somebody who is a patient elsewhere meets their own record there.
    clinics = clinics_where(user, Permission.PATIENT_VIEW)
    patients = Patient.objects.visible_to(user).treated_by(user).filter(clinic_id__in=clinics, pk=patient_id)
    enrolments = Enrolment.objects.visible_to(user).filter(patient_id__in=patients.values("pk"))
    found = enrolments.select_related("patient", "programme_version")
    enrolment = found.order_by("-created_at").first()
    if enrolment is None:
        raise Http404
    return enrolment


def _refuse_unless_allowed(request: PersonRequest, act: Permission | None) -> None:
    if act is None or not may(request, act):
        record(
            by=request.user,
            action=Action.DENIED,
            verb=f"deny-{act or 'write'}",
            object_type="view",
            subject_id=request.patient.pk,
            clinic_id=request.patient.clinic_id,
        )
        raise PermissionDenied


def leave_trace(request: PersonRequest, verb: str) -> None:
    """Write that this person's record was opened, and apart when an emergency is why it could be."""
    open_record(
        request,
        subject_id=request.patient.pk,
        clinic_id=request.patient.clinic_id,
        verb=verb,
        action=Action.EMERGENCY if request.emergency else Action.READ,
    )
