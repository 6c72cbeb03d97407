"""Reports that staff ask for on a patient."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from painclinic.access.permissions import Permission
from patients.models import Report
from patients.presenters.reports import reports_of
from patients.reports import pages
from patients.workbook.pages import ask_print
from therapists.access import PersonRequest, may, person_page


@person_page(verb="report-list")
@require_safe
def report_list(request: PersonRequest) -> HttpResponse:
    """The reports on this patient that the reader asked for."""
    context = {"reports": reports_of(request.user, request.enrolment), **_who(request)}
    return render(request, "therapists/report_list.html", context)


@person_page(verb="report-list", act=Permission.REPORT_MAKE)
@require_POST
def report_create(request: PersonRequest) -> HttpResponse:
    """Ask for a report."""
    return pages.ask(request, request.enrolment, template="therapists/report_list.html", **_who(request))


@person_page(verb="report-list", act=Permission.REPORT_MAKE)
@require_POST
def print_create(request: PersonRequest) -> HttpResponse:
    """Ask for the programme, or a part of it, on paper."""
    return ask_print(request, request.enrolment)


@person_page(verb="report-view")
@require_safe
def report_detail(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """One report: how far it is, and the file when it is ready."""
    context = pages.detail_context(request, _own(request, report_id)) | _who(request)
    return render(request, "therapists/report_detail.html", context)


# The file leaves a trace of its own: that it was exported, and which one.
@person_page(verb="", act=Permission.REPORT_MAKE)
@require_http_methods(["GET", "POST"])
def report_download(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """The file."""
    return pages.fetch(request, _own(request, report_id))


def _own(request: PersonRequest, report_id: UUID) -> Report:
    """A report of the reader on just this patient."""
    own = Report.objects.visible_to(request.user).light().filter(patient=request.patient)
    return get_object_or_404(own.select_related("patient"), pk=report_id)


def _who(request: PersonRequest) -> dict[str, object]:
    return {
        "patient": request.patient,
        "emergency": request.emergency,
        "may_make": may(request, Permission.REPORT_MAKE),
    }
