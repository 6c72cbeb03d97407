"""Hard days and pauses: begin with one tap, end with one tap."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.respite import (
    change_flare_up,
    end_flare_up,
    pause_course,
    resume_course,
    start_flare_up,
)
from patients.forms import DaysForm
from patients.models import Respite
from patients.presenters.course import moment_in_words
from patients.presenters.respite import flare_up_page


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def flare_up(request: PatientRequest) -> HttpResponse:
    """What helps on a hard day: the short version, the own plan. A POST changes how long it lasts."""
    page = flare_up_page(request.user, request.enrolment)
    data = request.POST if request.method == "POST" else None
    form = DaysForm(data, least=page.least, most=page.most, initial={"days": page.days})
    if form.is_bound and form.is_valid():
        changed = change_flare_up(
            by=request.user, enrolment=request.enrolment, days=form.cleaned_data["days"]
        )
        if changed:
            messages.success(request, _("Saved. Your deadlines have moved with it."))
        return redirect("patients:flare-up")
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="flare-up")
    context = {"page": page, "form": form}
    return render(request, "patients/flare_up.html", context, status=422 if form.is_bound else 200)


@patient_page(Permission.COURSE_WORK)
@require_POST
def flare_up_start(request: PatientRequest) -> HttpResponse:
    """One tap, from any page: a flare-up begins, for as long as is usual at the clinic."""
    start_flare_up(by=request.user, enrolment=request.enrolment)
    return redirect("patients:flare-up")


@patient_page(Permission.COURSE_WORK)
@require_POST
def flare_up_end(request: PatientRequest) -> HttpResponse:
    """One tap: the hard days are over."""
    if end_flare_up(by=request.user, enrolment=request.enrolment):
        messages.success(request, _("Good to have you back. Go on wherever you like, in small steps."))
    return redirect("patients:home")


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: PatientRequest) -> HttpResponse:
    """Let the course rest for some days; while it does, the page says until when."""
    running = Respite.objects.visible_to(request.user).running().pauses().filter(enrolment=request.enrolment)
    most = request.enrolment.clinic.pause_days_most
    data = request.POST if request.method == "POST" else None
    form = DaysForm(data, least=1, most=most, initial={"days": min(7, most)})
    if form.is_bound and form.is_valid():
        days = form.cleaned_data["days"]
        paused = pause_course(by=request.user, enrolment=request.enrolment, days=days)
        day = _goes_on(request, paused)
        messages.success(request, _("Your course is paused. It goes on by itself %(day)s.") % {"day": day})
        return redirect("patients:home")
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="pause")
    now = running.select_related("started_by").first()
    context = {
        "form": form,
        "pause": now,
        "goes_on": _goes_on(request, now) if now else "",
        "is_own": now is not None and now.started_by_id == request.user.pk,
    }
    return render(request, "patients/pause.html", context, status=422 if form.is_bound else 200)


def _goes_on(request: PatientRequest, paused: Respite) -> str:
    return moment_in_words(paused.ends_at, zone=request.patient.timezone, now=clock.now())


@patient_page(Permission.COURSE_WORK)
@require_POST
def pause_end(request: PatientRequest) -> HttpResponse:
    """One tap: the course goes on."""
    if resume_course(by=request.user, enrolment=request.enrolment):
        messages.success(request, _("Your course goes on. Start wherever you like."))
    return redirect("patients:home")
