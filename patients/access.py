"""The gate of every page that a patient uses: it knows which patient, and that they agreed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from painclinic.access.decorators import View, ViewerRequest, requires
from painclinic.access.permissions import Permission
from patients.actions.consent import text_to_agree_to
from patients.models import Enrolment, Patient


class PatientRequest(ViewerRequest):
    """A request of a patient about themself. The patient comes from the session, never from the address."""

    patient: Patient
    enrolment: Enrolment


def patient_page(permission: Permission, *, consent: bool = True) -> Callable[[View], View]:
    """`@requires(permission)` for a patient's own page; puts `patient` and `enrolment` on the request.

    Sends patients who still have to agree to a consent text to it, unless `consent=False`.
    """

    def decorate(view: View) -> View:
        @requires(permission)
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            own = cast(PatientRequest, request)
            own.enrolment = _own_enrolment(own)
            own.patient = own.enrolment.patient
            if consent and text_to_agree_to(own.patient):
                htmx = getattr(request, "htmx", False)
                return HttpResponseClientRedirect("/consent/") if htmx else redirect("patients:consent-give")
            return view(request, *args, **kwargs)

        return gated

    return decorate


def _own_enrolment(request: PatientRequest) -> Enrolment:
    mine = Enrolment.objects.visible_to(request.user).filter(patient__user=request.user)
    enrolment = mine.select_related("patient", "programme_version").order_by("-created_at").first()
    if enrolment is None:
        raise PermissionDenied
    # The clinic came with the membership through which the row was found.
    clinics = {member.clinic_id: member.clinic for member in request.user.active_memberships}
    enrolment.clinic = enrolment.patient.clinic = clinics[enrolment.clinic_id]
    return enrolment
