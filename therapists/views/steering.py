from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from patients.actions.steering import (
    NotNextModuleError,
    StandingHoldError,
    next_module,
    place_hold,
    release_hold,
    unlock_early,
)
from patients.models import ModuleHold
from therapists.access import PersonRequest, person_page
from therapists.forms import ToldReasonForm


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "POST"])
def hold_place(request: PersonRequest) -> HttpResponse:
    """Wait with the next module, for a reason."""

    def place(reason: str, told: str) -> str:
        place_hold(by=request.user, enrolment=request.enrolment, reason=reason, told=told)
        return _("The next week waits until you release it.")

    return _with_reason(request, "therapists/hold_place.html", place)


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "POST"])
def hold_release(request: PersonRequest) -> HttpResponse:
    """Let the course go on by its rule again."""
    if request.method == "POST":
        if release_hold(by=request.user, enrolment=request.enrolment):
            messages.success(request, _("The course goes on by its rule again."))
        return _back(request)
    holds = ModuleHold.objects.visible_to(request.user).standing().filter(enrolment=request.enrolment)
    hold = holds.select_related("placed_by").first()
    context = {"patient": request.patient, "emergency": request.emergency, "hold": hold}
    return render(request, "therapists/hold_release.html", context)


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "POST"])
def module_unlock(request: PersonRequest) -> HttpResponse:
    """Open the next module before its time, for a reason."""
    module = next_module(request.enrolment)
    if module is None:
        messages.info(request, _("All weeks are open already."))
        return _back(request)

    def unlock(reason: str, told: str) -> str:
        try:
            unlock_early(
                by=request.user, enrolment=request.enrolment, module=module, reason=reason, told=told
            )
        except StandingHoldError:
            return _("The course is on hold. Release it first.")
        except NotNextModuleError:
            return _("This week is open already.")
        return _("Week %(number)s is open now.") % {"number": module.number}

    return _with_reason(request, "therapists/module_unlock.html", unlock, module=module)


def _with_reason(
    request: PersonRequest, template: str, act: Callable[[str, str], str], **extra: Any
) -> HttpResponse:
    """The page that asks why, and the act once that is said."""
    form = ToldReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, act(form.cleaned_data["reason"], form.cleaned_data["told"]))
        return _back(request)
    context = {"patient": request.patient, "emergency": request.emergency, "form": form, **extra}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _back(request: PersonRequest) -> HttpResponse:
    return redirect("therapists:patient-detail", patient_id=request.patient.pk)
