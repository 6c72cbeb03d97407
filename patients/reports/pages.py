"""What the pages of patients and of staff have in common: asking, waiting, fetching the file."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic.access.decorators import ViewerRequest
from painclinic.accounts.models import User
from patients.actions.reports import (
    RequestTakenError,
    TooManyReportsError,
    mark_seen,
    note_download,
    request_report,
)
from patients.models import Enrolment, Report
from patients.presenters.reports import ReportLine, line_of, lines_of, reports_of
from patients.reports.asked import MOST_LOOKS, asked_for, forget, looks_of, remember
from patients.reports.forms import ReportForm


def ask(request: ViewerRequest, enrolment: Enrolment, *, template: str, **extra: Any) -> HttpResponse:
    """Ask for a report and go to its page; what is wrong is said on the list of reports."""
    is_own = enrolment.patient.user_id == request.user.pk
    form = ReportForm(request.POST, is_own=is_own)
    if not form.is_valid():
        reports = reports_of(request.user, enrolment, form=form)
        return render(request, template, {"reports": reports, **extra}, status=422)
    try:
        report = request_report(
            by=request.user,
            enrolment=enrolment,
            edition=form.chosen_edition,
            request_id=form.cleaned_data["request_id"],
            large_print=form.cleaned_data["large_print"],
        )
    except TooManyReportsError:
        messages.warning(request, _("You have asked for many reports today. Please use one of these."))
        return redirect(reports_of(request.user, enrolment).list_url)
    except RequestTakenError:
        messages.error(request, _("This page was out of date. Please ask once more."))
        return redirect(reports_of(request.user, enrolment).list_url)
    remember(request, report)
    return redirect(line_of(report, request.user).page_url)


def detail_context(request: ViewerRequest, report: Report) -> dict[str, Any]:
    """What the page of a report shows: its state, and whether the page keeps looking."""
    looks = looks_of(request)
    return {
        "line": line_of(report, request.user),
        "report": report,
        "looks": looks + 1,
        "keeps_looking": not report.is_finished and looks < MOST_LOOKS,
    }


def fetch(request: ViewerRequest, report: Report) -> HttpResponse:
    """The file, by GET; a POST (the button) notes before that the report was seen.

    A report without a file leads to its page, which says why.
    """
    if not report.is_ready:
        return redirect(line_of(report, request.user).page_url)
    if request.method == "POST":
        see(request, report)
        return redirect(line_of(report, request.user).file_url)
    note_download(by=request.user, report=report)
    return file_response(report)


def see(request: ViewerRequest, report: Report) -> None:
    """Note that the reader knows of it."""
    mark_seen(by=request.user, report=report)
    forget(request, report)


def file_response(report: Report) -> HttpResponse:
    """A PDF that a browser keeps, and neither shows as a page nor stores in its cache.

    The name tells nothing of whom it is about: it will be seen in lists of downloads.
    """
    made_on = timezone.localtime(report.ready_at).date() if report.ready_at else "undated"
    response = HttpResponse(report.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(report)}-{made_on}.pdf"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


def _file_name(report: Report) -> str:
    """What kind of thing it is: of an entry or a log not even which form, which would tell of the person."""
    if report.is_progress:
        return "letter" if report.is_letter else "progress-report"
    tells = report.scope in {Report.Scope.MODULE, Report.Scope.STEP}
    return "-".join([report.scope, *(report.target.split("/") if tells else [])])


@dataclass(frozen=True)
class News:
    """What a page says of reports that were asked for: those that are done, and whether to look again."""

    done: list[ReportLine]
    keeps_looking: bool
    looks: int

    @property
    def all_ready(self) -> bool:
        return all(line.report.is_ready for line in self.done)

    @property
    def title(self) -> str:
        count = len(self.done)
        if count and not any(line.report.is_progress for line in self.done):
            return self._of_prints(count)
        if not self.all_ready:
            return ngettext("A report could not be made", "Your reports are done", count)
        return ngettext("Your report is ready", "Your reports are ready", count)

    def _of_prints(self, count: int) -> str:
        if not self.all_ready:
            return ngettext("A PDF could not be made", "Your PDFs are done", count)
        return ngettext("Your PDF is ready", "Your PDFs are ready", count)


def news(request: HttpRequest) -> News | None:
    """None when there is nothing to say; one query, and only for who asked for a report."""
    ids = asked_for(request)
    if not ids or not isinstance(request.user, User):
        return None
    found = Report.objects.visible_to(request.user).light().filter(pk__in=ids, seen_at=None)
    lines = [line for line in lines_of(found, request.user) if line.page_url != _page_path(request)]
    looks = looks_of(request) if getattr(request, "htmx", False) else 0
    waits = any(not line.report.is_finished for line in lines)
    done = [line for line in lines if line.report.is_finished]
    return News(done, waits and looks < MOST_LOOKS, looks + 1) if done or waits else None


def _page_path(request: HttpRequest) -> str:
    """The page that the reader is on; the page of a report speaks for itself."""
    htmx: Any = getattr(request, "htmx", None)
    if htmx:
        return str(htmx.current_url_abs_path or "").partition("?")[0]
    return request.path


def news_html(request: HttpRequest) -> str:
    """The news as a part of a page; empty when there are none."""
    found = news(request)
    return render_to_string("patients/_report_news.html", {"news": found}, request) if found else ""
