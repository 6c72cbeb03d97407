"""The course as a whole, and one week of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.homework import task_states
from patients.actions.progress import ModuleClosedError, open_module
from patients.presenters.changes import said_changes
from patients.presenters.course import ModuleStop, read_course


@patient_page(Permission.COURSE_WORK)
@require_safe
def course(request: PatientRequest) -> HttpResponse:
    """The path of all weeks: walked, here, ahead, and when the next one opens."""
    _trace(request, "course-view")
    view = read_course(request.user, request.enrolment)
    context = {"course": view, "changes": said_changes(view.changes)}
    return render(request, "patients/course.html", context)


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def module_detail(request: PatientRequest, module: int) -> HttpResponse:
    """One week: what it is for, its steps and homework; or, while it is closed, why and until when.

    A POST begins it and leads to its first step.
    """
    view = read_course(request.user, request.enrolment)
    stop = view.stop(module)
    if stop is None:
        raise Http404
    if request.method == "POST":
        return _begin(request, stop)
    _trace(request, "module-view")
    context: dict[str, Any] = {"course": view, "stop": stop, "module": stop.module}
    if not stop.is_open:
        return render(request, "patients/module_closed.html", context)
    context["tasks"] = task_states(request.enrolment, stop.module)
    return render(request, "patients/module_detail.html", context)


def _begin(request: PatientRequest, stop: ModuleStop) -> HttpResponse:
    try:
        open_module(by=request.user, enrolment=request.enrolment, module=stop.module)
    except ModuleClosedError:
        messages.info(request, stop.why_closed_sentence)
        return redirect("patients:course")
    if stop.resume is None:
        return redirect("patients:module-detail", stop.number)
    return redirect(stop.resume.url)


def _trace(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)
