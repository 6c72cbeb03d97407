"""A letter to the referrer or GP: written, looked at, and only then made."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic import pdf
from painclinic.access.permissions import Permission
from patients.actions.reports import RequestTakenError, TooManyReportsError, request_report
from patients.models import Report
from patients.presenters.reports import line_of
from patients.reports.asked import remember
from patients.reports.letter import letter_contents
from therapists.access import PersonRequest, may, person_page
from therapists.report_forms import LetterForm


@person_page(verb="report-letter", act=Permission.REPORT_MAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def report_letter(request: PersonRequest) -> HttpResponse:
    """The form with the GP on file; a POST shows the letter, and one that confirms it has it made."""
    patient = request.patient
    if request.method != "POST":
        first = {"name": patient.gp_name or "", "address": patient.gp_contact or ""}
        return _page(request, LetterForm(initial=first))
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _make(request, form) if "confirm" in request.POST else _page(request, form)


def _page(request: PersonRequest, form: LetterForm, status: int = 200) -> HttpResponse:
    clinic = request.patient.clinic
    is_shown = form.is_bound and form.is_valid()
    contents = None
    if is_shown:
        # In the clinic's language and zone, as the file will be; the page around it keeps the reader's.
        with translation.override(clinic.language), timezone.override(ZoneInfo(clinic.timezone)):
            contents = letter_contents(request.user, request.enrolment, form.letter)
    context = {
        "patient": request.patient,
        "clinic": clinic,
        "emergency": request.emergency,
        "may_make": may(request, Permission.REPORT_MAKE),
        "can_make": pdf.available(),
        "form": form,
        "c": contents,
    }
    return render(request, "therapists/report_letter.html", context, status=status)


def _make(request: PersonRequest, form: LetterForm) -> HttpResponse:
    try:
        report = request_report(
            by=request.user,
            enrolment=request.enrolment,
            edition=Report.Edition.REFERRER,
            request_id=form.cleaned_data["request_id"],
            letter=form.letter,
        )
    except TooManyReportsError:
        messages.warning(request, _("You have asked for many reports today. Please use one of these."))
        return redirect("therapists:report-list", request.patient.pk)
    except RequestTakenError:
        messages.error(request, _("This page was out of date. Please ask once more."))
        return redirect("therapists:report-list", request.patient.pk)
    remember(request, report)
    return redirect(line_of(report, request.user).page_url)
