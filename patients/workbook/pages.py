"""Asking for a print, from the pages of patients and of staff."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from painclinic.access.decorators import ViewerRequest
from patients.actions.reports import RequestTakenError, TooManyReportsError, request_report
from patients.models import Enrolment, Report
from patients.presenters.reports import line_of, reports_of
from patients.reports.asked import remember
from patients.workbook.forms import PrintForm
from patients.workbook.wanted import Wanted, find


def ask_print(request: ViewerRequest, enrolment: Enrolment) -> HttpResponse:
    """Ask for a print and go to its page. What is not there, or not open to the reader, is a 404."""
    form = PrintForm(request.POST)
    wanted = _wanted(request, enrolment, form) if form.is_valid() else None
    if wanted is None:
        raise Http404
    try:
        report = request_report(
            by=request.user,
            enrolment=enrolment,
            edition=Report.Edition.THERAPIST,
            request_id=form.cleaned_data["request_id"],
            large_print=bool(form.cleaned_data["large_print"]),
            printed=wanted,
            is_named=form.cleaned_data["is_named"],
        )
    except TooManyReportsError:
        messages.warning(request, _("You have asked for many prints today. Please use one of these."))
        return redirect(reports_of(request.user, enrolment).list_url)
    except RequestTakenError:
        messages.error(request, _("This page was out of date. Please ask once more."))
        return redirect(reports_of(request.user, enrolment).list_url)
    remember(request, report)
    return redirect(line_of(report, request.user).page_url)


def _wanted(request: ViewerRequest, enrolment: Enrolment, form: PrintForm) -> Wanted | None:
    return find(request.user, enrolment, form.cleaned_data["scope"], form.cleaned_data["target"])
