"""The patient's reports; and what every reader of a report needs while it is made."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.models import Report
from patients.models.reports import ReportQuerySet
from patients.presenters.reports import line_of, reports_of
from patients.reports import pages
from patients.workbook.pages import ask_print


@patient_page(Permission.OWN_RECORD)
@require_safe
def report_list(request: PatientRequest) -> HttpResponse:
    """All reports that the patient asked for."""
    _opened(request, "report-list")
    context = {"reports": reports_of(request.user, request.enrolment)}
    return render(request, "patients/report_list.html", context)


@patient_page(Permission.OWN_RECORD)
@require_POST
def report_create(request: PatientRequest) -> HttpResponse:
    """Ask for a report."""
    return pages.ask(request, request.enrolment, template="patients/report_list.html")


@patient_page(Permission.OWN_RECORD)
@require_POST
def print_create(request: PatientRequest) -> HttpResponse:
    """Ask for a part of the programme, or of what was written in it, on paper."""
    return ask_print(request, request.enrolment)


@patient_page(Permission.OWN_RECORD)
@require_safe
def report_detail(request: PatientRequest, report_id: UUID) -> HttpResponse:
    """One report: how far it is, and the file when it is ready."""
    report = _own(request, report_id)
    _opened(request, "report-view")
    return render(request, "patients/report_detail.html", pages.detail_context(request, report))


@patient_page(Permission.OWN_RECORD)
@require_http_methods(["GET", "POST"])
def report_download(request: PatientRequest, report_id: UUID) -> HttpResponse:
    """The file."""
    return pages.fetch(request, _own(request, report_id))


@requires(Permission.ACCOUNT_KEEP)
@require_safe
def report_progress(request: ViewerRequest, report_id: UUID) -> HttpResponse:
    """How far a report is, for the page that waits for it. Nothing of a record is in it."""
    report = get_object_or_404(_visible(request), pk=report_id)
    context = pages.detail_context(request, report) | {"is_news": report.is_finished}
    return render(request, "patients/_report_state.html", context)


@requires(Permission.ACCOUNT_KEEP)
@require_POST
def report_seen(request: ViewerRequest, report_id: UUID) -> HttpResponse:
    """The reader knows that the report is ready."""
    report = get_object_or_404(_visible(request), pk=report_id)
    pages.see(request, report)
    return HttpResponse(status=204) if request.htmx else redirect(line_of(report, request.user).page_url)


@requires(Permission.ACCOUNT_KEEP)
@require_safe
def report_news(request: ViewerRequest) -> HttpResponse:
    """For the timer of any page: what to say of reports asked for in this session."""
    return HttpResponse(pages.news_html(request))


def _visible(request: ViewerRequest) -> ReportQuerySet:
    return Report.objects.visible_to(request.user).light().select_related("patient")


def _own(request: PatientRequest, report_id: UUID) -> Report:
    return get_object_or_404(_visible(request).filter(patient=request.patient), pk=report_id)


def _opened(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)
