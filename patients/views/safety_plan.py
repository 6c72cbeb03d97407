"""The patient's own safety plan: to read, with numbers to tap, and to write."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.plans import PlanInvalidError, save_safety_plan
from patients.drafts import draft_from_post, form_state
from patients.models import Draft, SafetyPlan
from patients.presenters.safety_plan import plan_page
from patients.safety.plan import plan_form
from programs.worksheets import FormField, fields_for


@patient_page(Permission.COURSE_WORK, consent=False)
@require_safe
def safety_plan(request: PatientRequest) -> HttpResponse:
    """The plan on one page. It never waits for anything: not for consent, not for a week to open."""
    _trace(request, "safety-plan")
    return render(request, "patients/safety_plan.html", {"page": plan_page(request.user, request.patient)})


@patient_page(Permission.COURSE_WORK, consent=False)
@require_http_methods(["GET", "HEAD", "POST"])
def safety_plan_write(request: PatientRequest) -> HttpResponse:
    """Write the plan, or change it: a new version takes the place of the last."""
    if request.method != "POST":
        _trace(request, "safety-plan-write")
        return _form(request)
    posted = draft_from_post(request, request.patient, purpose=Draft.Purpose.PLAN, target=_target(request))
    if "add_row" in request.POST:
        return _form(request, blank_rows=2)
    if posted.wants_only_save and not posted.is_conflict:
        messages.success(request, _("Saved. Go on whenever you like."))
        return redirect("patients:safety-plan")
    if not posted.may_submit:
        return _form(request, errors=posted.errors, typed=posted.data if posted.errors else None)
    try:
        save_safety_plan(by=request.user, patient=request.patient, raw=request.POST, submission_id=posted.id)
    except PlanInvalidError as invalid:
        return _form(request, errors=invalid.errors)
    messages.success(request, _("Saved. Your care team can read it too."))
    return redirect("patients:safety-plan")


def _target(request: PatientRequest) -> str:
    return f"plan:{request.patient.pk}"


def _form(
    request: PatientRequest,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
    blank_rows: int = 1,
) -> HttpResponse:
    form = plan_form()
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.PLAN,
        target=_target(request),
        labels={field.name: field.label for field in form.fields},
    )
    newest = SafetyPlan.objects.visible_to(request.user).newest_of(request.patient.pk)
    begun = newest.texts if newest else {}
    fields = fields_for(form, typed or draft.data or begun, errors or {}, blank_rows=blank_rows)
    context = {
        "fields": [_quiet(field) for field in fields],
        "draft": draft,
        "newest": newest,
        "faults": [
            (field.id, field.label, field.error)
            for shown in fields
            for field in (shown, *(part for row in shown.rows for part in row.fields))
            if field.error
        ],
    }
    return render(request, "patients/safety_plan_write.html", context, status=422 if errors else 200)


def _quiet(field: FormField) -> FormField:
    """The field without the word "optional": the page says once, on top, that every part is."""
    rows = tuple(replace(row, fields=tuple(map(_quiet, row.fields))) for row in field.rows)
    empty = field.empty_row
    empty = replace(empty, fields=tuple(map(_quiet, empty.fields))) if empty else None
    return replace(field, required=True, rows=rows, empty_row=empty)


def _trace(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)
