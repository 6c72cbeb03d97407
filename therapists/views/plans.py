"""A patient's safety plan, as those who treat them read it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from patients.actions.plans import offer_safety_plan
from patients.models import SafetyPlan
from patients.presenters.safety_plan import plan_page
from therapists.access import PersonRequest, leave_trace, may, person_page

MOST_VERSIONS = 20


@person_page(verb="", act=Permission.ALERT_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def safety_plan(request: PersonRequest) -> HttpResponse:
    """The plan that counts and when it was written; a POST suggests to write it together."""
    if request.method == "POST":
        offer_safety_plan(by=request.user, patient=request.patient)
        messages.success(request, _("The patient sees your suggestion on their start page."))
        return redirect("therapists:safety-plan", request.patient.pk)
    leave_trace(request, "safety-plan")
    versions = SafetyPlan.objects.visible_to(request.user).filter(patient=request.patient)
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "page": plan_page(request.user, request.patient),
        "versions": list(versions.defer("texts").order_by("-version")[:MOST_VERSIONS]),
        "may_offer": may(request, Permission.ALERT_HANDLE),
    }
    return render(request, "therapists/safety_plan.html", context)
