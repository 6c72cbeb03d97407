"""The gate of every page that a patient uses: it knows which patient, and that they agreed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from painclinic.access.decorators import View, ViewerRequest, requires
from painclinic.access.permissions import Permission
from patients.actions.consent import text_to_agree_to
from patients.models import Alert, Enrolment, Patient

_READING = frozenset({"GET", "HEAD"})


class PatientRequest(ViewerRequest):
    """A request of a patient about themself. The patient comes from the session, never from the address."""

    patient: Patient
    enrolment: Enrolment


def patient_page(
    permission: Permission, *, consent: bool = True, support: bool = True
) -> Callable[[View], View]:
    """`@requires(permission)` for a patient's own page; puts `patient` and `enrolment` on the request.

    While an alert has to be read, no page but the one with the numbers to call is shown, unless
    `support=False`; what is being sent is still stored. Sends patients who still have to agree to a
    consent text to it, unless `consent=False`.
    """

    def decorate(view: View) -> View:
        @requires(permission)
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            own = cast(PatientRequest, request)
            own.enrolment = _own_enrolment(own)
            own.patient = own.enrolment.patient
            if support and request.method in _READING and cast(Any, own.enrolment).has_to_read:
                return _go_to(request, "patients:support")
            if consent and text_to_agree_to(own.patient):
                return _go_to(request, "patients:consent-give")
            return view(request, *args, **kwargs)

        return gated

    return decorate


def _go_to(request: HttpRequest, name: str) -> HttpResponse:
    htmx = getattr(request, "htmx", False)
    return HttpResponseClientRedirect(reverse(name)) if htmx else redirect(name)


def _own_enrolment(request: PatientRequest) -> Enrolment:
    mine = Enrolment.objects.visible_to(request.user).filter(patient__user=request.user)
    to_read = Alert.objects.visible_to(request.user).to_read().filter(enrolment=OuterRef("pk"))
    mine = mine.annotate(has_to_read=Exists(to_read))
    enrolment = mine.select_related("patient", "programme_version").order_by("-created_at").first()
    if enrolment is None:
        raise PermissionDenied
    # The clinic came with the membership through which the row was found.
    clinics = {member.clinic_id: member.clinic for member in request.user.active_memberships}
    enrolment.clinic = enrolment.patient.clinic = clinics[enrolment.clinic_id]
    return enrolment
