"""The way walked so far."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.presenters.progress import progress_page


@patient_page(Permission.COURSE_WORK)
@require_safe
def progress(request: PatientRequest) -> HttpResponse:
    """The path, what was done, the logs as pictures, and the report."""
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="progress")
    context = {"page": progress_page(request.user, request.enrolment)}
    return render(request, "patients/progress.html", context)
