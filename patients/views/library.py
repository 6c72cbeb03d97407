"""Extra pages and relaxation: open at any time, whatever week it is."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.presenters.library import relaxation_page, resource_page, resources_of, scripts_of


@patient_page(Permission.COURSE_WORK)
@require_safe
def resource_list(request: PatientRequest) -> HttpResponse:
    """Every extra page of the patient's own version of the programme."""
    return render(request, "patients/resource_list.html", {"resources": resources_of(request.enrolment)})


@patient_page(Permission.COURSE_WORK)
@require_safe
def resource_detail(request: PatientRequest, slug: str) -> HttpResponse:
    """One extra page; one with a worksheet leads to its form and says when it was filled."""
    page = resource_page(request.user, request.enrolment, slug)
    if page is None:
        raise Http404
    open_record(
        request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="resource-view"
    )
    return render(request, "patients/resource_detail.html", {"page": page, "resource": page.resource})


@patient_page(Permission.COURSE_WORK)
@require_safe
def relaxation_list(request: PatientRequest) -> HttpResponse:
    """Every relaxation script, with what it is good for and how long it takes."""
    return render(request, "patients/relaxation_list.html", {"scripts": scripts_of(request.enrolment)})


@patient_page(Permission.COURSE_WORK)
@require_safe
def relaxation_detail(request: PatientRequest, slug: str) -> HttpResponse:
    """One script: what to take care of first, then the guide and the words."""
    page = relaxation_page(request.enrolment, slug)
    if page is None:
        raise Http404
    return render(request, "patients/relaxation_detail.html", {"guide": page, "script": page.script})
