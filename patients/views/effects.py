"""A patient reports that something got worse, and sees that it was looked at."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.adverse import EventInvalidError, report_effect
from patients.drafts import draft_from_post, form_state
from patients.models import Draft
from patients.presenters.effects import own_reports
from patients.safety.effects import report_form
from programs.worksheets import fields_for


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def effects(request: PatientRequest) -> HttpResponse:
    """The form, and below it what was reported so far."""
    if request.method != "POST":
        patient = request.patient
        open_record(request, subject_id=patient.pk, clinic_id=patient.clinic_id, verb="unwanted-effects")
        return _page(request)
    posted = draft_from_post(request, request.patient, purpose=Draft.Purpose.EFFECT, target=_target(request))
    if posted.wants_only_save and not posted.is_conflict:
        messages.success(request, _("Saved, not sent. Go on whenever you like."))
        return redirect("patients:effects")
    if not posted.may_submit:
        return _page(request, errors=posted.errors, typed=posted.data if posted.errors else None)
    try:
        report_effect(by=request.user, enrolment=request.enrolment, raw=request.POST, submission_id=posted.id)
    except EventInvalidError as invalid:
        return _page(request, errors=invalid.errors)
    messages.success(request, _("Thank you for telling us. Below you see when it is read."))
    return redirect("patients:effects")


def _target(request: PatientRequest) -> str:
    return f"effect:{request.patient.pk}"


def _page(
    request: PatientRequest,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    form = report_form()
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.EFFECT,
        target=_target(request),
        labels={field.name: field.label for field in form.fields},
    )
    fields = fields_for(form, typed or draft.data, errors or {})
    context = {
        "fields": fields,
        "draft": draft,
        "reports": own_reports(request.user, request.patient),
        "faults": [(field.id, field.label, field.error) for field in fields if field.error],
    }
    return render(request, "patients/effects.html", context, status=422 if errors else 200)
