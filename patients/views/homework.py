"""Homework: what is asked, handing in, and the therapist's feedback where the homework is."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.homework import (
    MAX_NOTE,
    HomeworkIncompleteError,
    NothingNewError,
    submit_homework,
    task_states,
)
from patients.models import Homework, ModuleProgress
from patients.presenters.homework import version_views
from programs.models import Module


def _open_module(request: PatientRequest, number: int) -> Module:
    opened = ModuleProgress.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    progress = get_object_or_404(opened.select_related("module"), module__number=number)
    return progress.module


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def homework_detail(request: PatientRequest, module: int) -> HttpResponse:
    """One page for a week's homework: what is ready, handing in, and what came back."""
    week = _open_module(request, module)
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="homework")
    fault = ""
    if request.method == "POST":
        fault = _hand_in(request, week)
        if not fault:
            return redirect("patients:homework-detail", module)
    mine = Homework.objects.visible_to(request.user).filter(enrolment=request.enrolment, module=week)
    versions = version_views(mine)
    states = task_states(request.enrolment, week)
    context = {
        "module": week,
        "states": states,
        "is_complete": all(state.is_done for state in states),
        "has_anything": any(state.entries for state in states),
        "versions": versions,
        "newest": versions[0] if versions else None,
        "has_changes": _has_changes(versions, states),
        "submission_id": uuid4(),
        "note": request.POST.get("note", "")[:MAX_NOTE],
        "max_note": MAX_NOTE,
        "fault": fault,
        "therapist": request.enrolment.therapist,
    }
    return render(request, "patients/homework_detail.html", context, status=422 if fault else 200)


def _hand_in(request: PatientRequest, module: Module) -> str:
    """Hand in; the sentence that says why not, or nothing."""
    try:
        submission_id = UUID(request.POST.get("submission_id", ""))
    except ValueError:
        return _("Please press the button once more.")
    note = request.POST.get("note", "")
    if len(note) > MAX_NOTE:
        return _("The note is too long. Keep it to %(n)d characters, or send the rest as a message.") % {
            "n": MAX_NOTE
        }
    try:
        submit_homework(
            by=request.user,
            enrolment=request.enrolment,
            module=module,
            submission_id=submission_id,
            note=note,
            is_partial="partial" in request.POST,
        )
    except HomeworkIncompleteError:
        return _("Something is still missing. You can also hand in what you have.")
    except NothingNewError:
        return _("You have handed this in already. Your therapist will look at it.")
    messages.success(request, _("Handed in. Well done for getting this far."))
    return ""


def _has_changes(versions: list, states: list) -> bool:  # type: ignore[type-arg]  # of the two lists above
    """Whether there is something that the newest version does not hold."""
    if not versions:
        return True
    handed_in = {part.entry.pk for part in versions[0].parts}
    return handed_in != {entry.pk for state in states for entry in state.entries}
