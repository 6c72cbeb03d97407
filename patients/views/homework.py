"""Homework: what is asked, handing in, and the therapist's feedback where the homework is."""

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
from patients.drafts import PostedDraft, draft_from_post, form_state
from patients.models import Draft, Homework, ModuleProgress
from patients.presenters.homework import asked_tasks, version_views
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
        posted = draft_from_post(
            request, request.patient, purpose=Draft.Purpose.ENTRY, target=_target(request, week)
        )
        fault = _hand_in(request, week, posted)
        if not fault:
            return redirect("patients:homework-detail", module)
    context = {**_shown(request, week), "fault": fault}
    return render(request, "patients/homework_detail.html", context, status=422 if fault else 200)


def _target(request: PatientRequest, module: Module) -> str:
    """The name of the draft in which the note is kept while it is typed."""
    return f"entry:{request.enrolment.pk}:homework-{module.slug}"


def _shown(request: PatientRequest, module: Module) -> dict[str, object]:
    mine = Homework.objects.visible_to(request.user).filter(enrolment=request.enrolment).of_week(module)
    versions = version_views(mine)
    newest = versions[0] if versions else None
    states = task_states(request.enrolment, module)
    ready = {entry.pk for state in states for entry in state.entries}
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.ENTRY,
        target=_target(request, module),
        labels={"note": _("Anything you want to add")},
    )
    return {
        "module": module,
        "asked": asked_tasks(states, newest),
        "is_complete": all(state.is_done for state in states),
        "has_anything": bool(ready),
        "is_asked": newest is None or newest.wants_another_look,
        "has_changes": newest is not None and ready != newest.entry_ids,
        "versions": versions,
        "newest": newest,
        "draft": draft,
        "note": draft.data.get("note", ""),
        "max_note": MAX_NOTE,
        "therapist": request.enrolment.therapist,
    }


def _hand_in(request: PatientRequest, module: Module, posted: PostedDraft) -> str:
    """Hand in what may be handed in; the sentence that says why not, or nothing."""
    note = str(posted.data.get("note", ""))
    if posted.errors or len(note) > MAX_NOTE:
        return _("The note is too long. Keep it to %(n)d characters, or send the rest as a message.") % {
            "n": MAX_NOTE
        }
    if not posted.may_submit:
        messages.info(request, _("Your note is saved. Nothing has been sent yet."))
        return ""
    try:
        submit_homework(
            by=request.user,
            enrolment=request.enrolment,
            module=module,
            submission_id=posted.id,
            note=note,
            is_partial="partial" in request.POST,
        )
    except HomeworkIncompleteError as incomplete:
        if "partial" in request.POST:
            return _("There is nothing to send yet. One line in the log, or one worksheet, is enough.")
        parts = ", ".join(state.task.title for state in incomplete.missing)
        return _("Still open: %(parts)s. You can also send what you have.") % {"parts": parts}
    except NothingNewError:
        return _("You have sent this already. Your therapist will look at it.")
    messages.success(request, _("Sent. Well done for getting this far."))
    return ""
