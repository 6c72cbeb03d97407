"""Pacing: the plan worked out, this week's amount and why, plan and done."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.pacing import LOG_SHEET, PLAN_SHEET, read_tracks
from patients.presenters.pacing import pacing_views
from patients.presenters.practice import open_worksheets


@patient_page(Permission.COURSE_WORK)
@require_safe
def pacing(request: PatientRequest) -> HttpResponse:
    """Every pacing plan of the patient."""
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="pacing")
    tracks = read_tracks(request.user, request.enrolment)
    most = {
        sheet.slug: (sheet.definition.get("log") or {}).get("max_entries")
        for sheet in open_worksheets(request.enrolment)
    }
    context = {
        "plans": pacing_views(tracks, clock.local_today(request.patient.timezone)),
        "all_held": bool(tracks) and all(track.plan.is_held for track in tracks),
        "may_add": PLAN_SHEET in most and len(tracks) < (most[PLAN_SHEET] or 1),
        "may_log": LOG_SHEET in most,
        "plan_sheet": PLAN_SHEET,
        "log_sheet": LOG_SHEET,
    }
    return render(request, "patients/pacing.html", context)
