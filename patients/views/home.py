"""The page a patient comes home to: what to do now, what comes next, and when."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.presenters.home import home_page


@patient_page(Permission.COURSE_WORK)
@require_safe
def home(request: PatientRequest) -> HttpResponse:
    """Greets, offers one thing to do, and shows the way walked so far."""
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="home")
    context = {"page": home_page(request.user, request.enrolment), "patient": request.patient}
    return render(request, "patients/home.html", context)
