"""Who has opened my record (EHDS: a person may learn who saw their data, and when)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.presenters.record_access import opened_by_day, opening_events


@patient_page(Permission.OWN_RECORD, consent=False)
@require_safe
def record_access(request: PatientRequest) -> HttpResponse:
    """List every opening of the own record by somebody else: who, in which role, when, and why."""
    open_record(
        request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="access-log"
    )
    page = Paginator(opening_events(request.patient), 50).get_page(request.GET.get("page"))
    emergencies = request.patient.emergency_accesses.select_related("user").order_by("-started_at")[:20]
    context = {"page_obj": page, "days": opened_by_day(page.object_list), "emergencies": emergencies}
    return render(request, "patients/record_access.html", context)
