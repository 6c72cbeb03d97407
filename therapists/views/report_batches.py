"""Reports on many patients at once: chosen on one page, made in the background, fetched together."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from painclinic import pdf
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from patients.actions.report_batches import (
    MAX_IN_BATCH,
    NoAddresseeError,
    TooManyInBatchError,
    request_batch,
)
from patients.actions.reports import RequestTakenError, TooManyReportsError, note_download
from patients.models import Patient, Report, ReportBatch
from patients.presenters.reports import ReportLine, line_of
from patients.reports.asked import MOST_LOOKS, looks_of
from patients.reports.bundle import TooHeavyError, bundle, bundle_response
from therapists.access import leave_list_trace
from therapists.report_forms import BatchForm

MAX_SHOWN = 300
MAX_BEFORE = 5


@requires(Permission.REPORT_MAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def report_batch_create(request: ViewerRequest) -> HttpResponse:
    """Whom to make reports on, and which; a POST asks for them."""
    search = request.GET.get("q", "").strip()[:120]
    found = _people(request, search)
    shown = found[:MAX_SHOWN]
    form = BatchForm(request.POST if request.method == "POST" else None, people=shown)
    if request.method == "POST" and form.is_valid():
        batch = _ask(request, form)
        if batch:
            return redirect("therapists:report-batch-detail", batch.pk)
    leave_list_trace(request, shown, "report-batch-choose")
    context = {
        "form": form,
        "search": search,
        "shown": bool(shown),
        "has_more": len(found) > MAX_SHOWN,
        "most": MAX_IN_BATCH,
        "can_make": pdf.available(),
        "batches": list(ReportBatch.objects.visible_to(request.user)[:MAX_BEFORE]),
    }
    status = 422 if form.is_bound else 200
    return render(request, "therapists/report_batch_create.html", context, status=status)


def _people(request: ViewerRequest, search: str) -> list[Patient]:
    """Those whose treatment the reader sees, by name, and one more than fit."""
    clinics = clinics_where(request.user, Permission.REPORT_MAKE)
    people = Patient.objects.treated_by(request.user).filter(clinic_id__in=clinics)
    for word in search.split()[:5]:
        people = people.filter(name__icontains=word)
    return list(people.exclude(enrolments=None).order_by("name", "pk")[: MAX_SHOWN + 1])


def _ask(request: ViewerRequest, form: BatchForm) -> ReportBatch | None:
    """The batch; None with what is wrong noted on the form."""
    try:
        return request_batch(
            by=request.user,
            patients=form.chosen,
            made_for=form.cleaned_data["made_for"],
            request_id=form.cleaned_data["request_id"],
        )
    except TooManyInBatchError:
        form.add_error("people", _("Please choose at most %(most)s people.") % {"most": MAX_IN_BATCH})
    except NoAddresseeError as error:
        text = _("No GP is on file for %(names)s. Leave them out, or write to somebody else by hand.")
        form.add_error("people", text % {"names": ", ".join(error.names[:5])})
    except TooManyReportsError:
        form.add_error(None, _("You have asked for many reports today. Please go on tomorrow."))
    except RequestTakenError:
        form.add_error(None, _("This page was out of date. Please ask once more."))
    return None


@dataclass(frozen=True)
class BatchLine:
    """One report of a batch; its page only for who may read it."""

    line: ReportLine
    url: str

    @property
    def report(self) -> Report:
        return self.line.report

    @property
    def state(self) -> str:
        return self.line.state

    @property
    def about(self) -> str:
        edition = str(self.report.get_edition_display())
        return edition if self.url else _("%(edition)s, in their account") % {"edition": edition}


@requires(Permission.REPORT_MAKE)
@require_safe
def report_batch_detail(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """Each report of a batch, and how far all of them are."""
    batch = _own(request, batch_id)
    rows = Report.objects.asked_by(request.user).filter(batch=batch).select_related("patient")
    lines = [_line(request, report) for report in rows.order_by("patient__name", "pk")]
    leave_list_trace(request, (line.report.patient for line in lines), "report-batch-view")
    can_fetch = any(line.report.is_ready and line.url for line in lines)
    context = {**_state(request, batch), "lines": lines, "can_fetch": can_fetch}
    return render(request, "therapists/report_batch_detail.html", context)


@requires(Permission.REPORT_MAKE)
@require_safe
def report_batch_progress(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """How far a batch is, for the page that waits for it; that page is loaded anew when all are done."""
    context = _state(request, _own(request, batch_id))
    response = render(request, "therapists/_report_batch_state.html", context)
    count = context["count"]
    if count["done"] == count["total"] and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@requires(Permission.REPORT_MAKE)
@require_http_methods(["GET", "POST"])
def report_batch_download(request: ViewerRequest, batch_id: UUID) -> HttpResponse:
    """What is ready for the reader, in one file; each report in it leaves its own trace."""
    batch = _own(request, batch_id)
    if request.method == "POST":
        return redirect("therapists:report-batch-download", batch.pk)
    mine = Report.objects.visible_to(request.user).filter(batch=batch, reader=request.user)
    ready = mine.filter(state=Report.State.READY).select_related("patient").order_by("patient__name", "pk")
    try:
        content = bundle(ready, name_of=lambda report: slugify(report.patient.name)[:60])
    except TooHeavyError:
        messages.warning(request, _("Together they are too large. Please fetch them one by one."))
        return redirect("therapists:report-batch-detail", batch.pk)
    for report in ready.light():
        note_download(by=request.user, report=report)
    return bundle_response(content, batch)


def _own(request: ViewerRequest, batch_id: UUID) -> ReportBatch:
    return get_object_or_404(ReportBatch.objects.visible_to(request.user), pk=batch_id)


def _line(request: ViewerRequest, report: Report) -> BatchLine:
    is_mine = report.reader_id == request.user.pk
    args = [report.patient_id, report.pk]
    return BatchLine(
        line_of(report, request.user), reverse("therapists:report-detail", args=args) if is_mine else ""
    )


def _state(request: ViewerRequest, batch: ReportBatch) -> dict[str, Any]:
    finished = Q(state__in=[Report.State.READY, Report.State.FAILED])
    count = (
        Report.objects.asked_by(request.user)
        .filter(batch=batch)
        .aggregate(
            total=Count("pk"),
            done=Count("pk", filter=finished),
            failed=Count("pk", filter=Q(state=Report.State.FAILED)),
        )
    )
    looks = looks_of(request)
    return {
        "batch": batch,
        "count": count | {"percent": round(100 * count["done"] / count["total"]) if count["total"] else 100},
        "looks": looks + 1,
        "keeps_looking": count["done"] < count["total"] and looks < MOST_LOOKS,
    }
