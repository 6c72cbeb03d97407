"""The sleep-window tools of one patient."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from patients.actions.sleep import turn_off_sleep_window, turn_on_sleep_window
from patients.models import SleepWindow
from patients.presenters.sleep_window import newest_window
from therapists.access import PersonRequest, may, person_page
from therapists.sleep_forms import WindowOffForm, WindowOnForm

# Two forms of one page must not share ids.
ON, OFF = "on_%s", "off_%s"


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "HEAD", "POST"])
def sleep_window(request: PersonRequest) -> HttpResponse:
    """Whether the tools are on, since when and why; on or off by a form that asks for the reason."""
    if request.method == "POST":
        return _act(request)
    return _page(request, WindowOnForm(auto_id=ON), WindowOffForm(auto_id=OFF))


def _act(request: PersonRequest) -> HttpResponse:
    if request.POST.get("act") == "off":
        off = WindowOffForm(request.POST, auto_id=OFF)
        if not off.is_valid():
            return _page(request, WindowOnForm(auto_id=ON), off, status=422)
        turn_off_sleep_window(by=request.user, enrolment=request.enrolment, reason=off.cleaned_data["reason"])
        messages.success(request, _("The sleep-window tools are off. The patient sees no bed time any more."))
    else:
        on = WindowOnForm(request.POST, auto_id=ON)
        if not on.is_valid():
            return _page(request, on, WindowOffForm(auto_id=OFF), status=422)
        turn_on_sleep_window(
            by=request.user,
            enrolment=request.enrolment,
            reason=on.cleaned_data["reason"],
            ruled_out=on.cleaned_data["ruled_out"],
            minimum=int(on.cleaned_data["minimum"]),
        )
        messages.success(request, _("The sleep-window tools are on. The patient reads why."))
    return redirect("therapists:patient-detail", patient_id=request.patient.pk)


def _page(request: PersonRequest, on: WindowOnForm, off: WindowOffForm, *, status: int = 200) -> HttpResponse:
    rows = SleepWindow.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "window": newest_window(request.user, request.enrolment),
        "past": list(rows.select_related("by").order_by("-at")[1:11]),
        "on_form": on,
        "off_form": off,
        "may_steer": may(request, Permission.COURSE_STEER),
    }
    return render(request, "therapists/sleep_window.html", context, status=status)
