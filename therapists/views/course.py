"""Changing the course of one patient: one page, one change at a time, each with its reason."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from painclinic.access.permissions import Permission
from patients.actions import changes
from patients.actions.respite import pause_course, resume_course
from patients.models import CourseChange
from patients.presenters.course import CourseView
from programs.models import Module, Step, Worksheet
from therapists.access import PersonRequest, may, person_page
from therapists.presenters.steering import SteeringPage, steering_page

Given = dict[str, Any]


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "HEAD", "POST"])
def course_change(request: PersonRequest) -> HttpResponse:
    """How the course stands for this patient, and everything that can be changed in it."""
    slug = request.POST.get("change", "")
    data = request.POST if request.method == "POST" else None
    page = steering_page(request.user, request.enrolment, slug=slug, data=data)
    section = page.section(slug)
    if data is not None and section is None:
        messages.info(request, _("This cannot be changed any more. Here is how it stands now."))
        return redirect("therapists:course-change", patient_id=request.patient.pk)
    if section and section.form and section.form.is_valid():
        try:
            _ACTS[slug](request, page.course, section.form.cleaned_data)
            messages.success(
                request, _("Changed. %(name)s reads what and why.") % {"name": request.patient.first_name}
            )
        except changes.ChangeRefusedError:
            messages.info(request, _("This cannot be changed any more. Here is how it stands now."))
        return redirect("therapists:course-change", patient_id=request.patient.pk)
    return _show(request, page, status=422 if section else 200)


@person_page(verb="", act=Permission.COURSE_STEER)
@require_POST
def course_change_undo(request: PersonRequest, change_id: UUID) -> HttpResponse:
    """Take one change back."""
    own = CourseChange.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    change = get_object_or_404(own.select_related("enrolment__patient", "module"), pk=change_id)
    try:
        changes.undo_change(by=request.user, change=change, reason=request.POST.get("reason", ""))
        messages.success(request, _("Taken back. The patient can see it."))
    except changes.ChangeRefusedError:
        messages.info(request, _("This has been taken back already."))
    return redirect("therapists:course-change", patient_id=request.patient.pk)


@person_page(verb="", act=Permission.COURSE_STEER)
@require_POST
def course_resume(request: PersonRequest) -> HttpResponse:
    """Let a paused course go on."""
    if resume_course(by=request.user, enrolment=request.enrolment):
        messages.success(request, _("The course goes on."))
    return redirect("therapists:course-change", patient_id=request.patient.pk)


def _show(request: PersonRequest, page: SteeringPage, *, status: int) -> HttpResponse:
    context = {
        "page": page,
        "patient": request.patient,
        "emergency": request.emergency,
        "may_steer": may(request, Permission.COURSE_STEER),
    }
    return render(request, "therapists/course_change.html", context, status=status)


def _week(course: CourseView, given: Given, name: str = "module") -> Module:
    stop = course.stop(int(given[name]))
    if stop is None:
        raise Http404
    return stop.module


def _who(request: PersonRequest, given: Given) -> dict[str, Any]:
    return {"by": request.user, "enrolment": request.enrolment, "reason": given["reason"]}


def _of_week(act: Callable[..., Any]) -> Callable[[PersonRequest, CourseView, Given], None]:
    def change(request: PersonRequest, course: CourseView, given: Given) -> None:
        act(**_who(request, given), module=_week(course, given))

    return change


def _add_step(request: PersonRequest, course: CourseView, given: Given) -> None:
    step = Step.objects.select_related("module").get(pk=given["step"])
    changes.add_step(**_who(request, given), step=step)


def _add_worksheet(request: PersonRequest, course: CourseView, given: Given) -> None:
    version = request.enrolment.programme_version_id
    sheet = Worksheet.objects.get(version_id=version, slug=given["worksheet"])
    changes.add_worksheet(**_who(request, given), worksheet=sheet, days=given["days"])


def _reorder(request: PersonRequest, course: CourseView, given: Given) -> None:
    one, other = int(given["module"]), int(given["other"])
    swap = {one: other, other: one}
    order = [swap.get(number, number) for number in course.plan.order]
    changes.reorder_modules(**_who(request, given), order=order)


def _extend_homework(request: PersonRequest, course: CourseView, given: Given) -> None:
    changes.extend_homework(**_who(request, given), module=_week(course, given), days=given["days"])


def _extend_window(request: PersonRequest, course: CourseView, given: Given) -> None:
    changes.extend_window(**_who(request, given), days=given["days"])


def _feedback(request: PersonRequest, course: CourseView, given: Given) -> None:
    changes.require_feedback(**_who(request, given), is_required=not course.plan.wants_feedback)


def _pause(request: PersonRequest, course: CourseView, given: Given) -> None:
    pause_course(**_who(request, given), days=given["days"])


def _end(request: PersonRequest, course: CourseView, given: Given) -> None:
    changes.end_treatment(**_who(request, given), ending=given["ending"])


def _resume(request: PersonRequest, course: CourseView, given: Given) -> None:
    changes.resume_treatment(**_who(request, given))


_ACTS: dict[str, Callable[[PersonRequest, CourseView, Given], None]] = {
    "add-module": _of_week(changes.add_module),
    "add-step": _add_step,
    "add-worksheet": _add_worksheet,
    "skip": _of_week(changes.skip_module),
    "reorder": _reorder,
    "repeat": _of_week(changes.repeat_module),
    "extend-homework": _extend_homework,
    "extend-window": _extend_window,
    "feedback": _feedback,
    "pause": _pause,
    "end": _end,
    "resume": _resume,
}
