"""Short forms: a log line in a few taps, and how a planned activity went."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from painclinic.ids import new_id
from patients.access import PatientRequest, patient_page
from patients.actions.entries import EntryInvalidError, SupersededError, amend_entry, submit_entry
from patients.log_reading import PLANS
from patients.models import Entry
from patients.pacing import LOG_SHEET, read_tracks
from patients.presenters.practice import log_line, own_page, writable_worksheets
from patients.presenters.quick import OUTCOME, Short, ShortForm, earlier_lines, short_for, short_form
from programs.models import Worksheet


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def quick_entry(request: PatientRequest, slug: str) -> HttpResponse:
    """A line of a log by its short form; logs that have none go to their whole form."""
    worksheet = next((one for one in writable_worksheets(request.enrolment) if one.slug == slug), None)
    if worksheet is None:
        raise Http404
    short = short_for(worksheet)
    if short is None:
        return redirect(reverse("patients:entry-new", args=[slug]))
    _trace(request, "quick-entry")
    if request.method != "POST":
        return _show(request, _form(request, worksheet, short))
    try:
        submit_entry(
            by=request.user,
            enrolment=request.enrolment,
            worksheet=worksheet,
            raw=request.POST,
            submission_id=_submission(request),
        )
    except EntryInvalidError as invalid:
        form = _form(request, worksheet, short, typed=request.POST, errors=invalid.errors)
        return _show(request, form, status=422)
    # Home says what was saved and when, for as long as the day lasts.
    return redirect("patients:home")


def _form(request: PatientRequest, worksheet: Worksheet, short: Short, **more: Any) -> ShortForm:
    tracks = read_tracks(request.user, request.enrolment) if worksheet.slug == LOG_SHEET else []
    now = clock.local_now(request.patient.timezone)
    return short_form(
        worksheet,
        short,
        today=now.date(),
        now=now,
        lines=[] if tracks else earlier_lines(request.user, request.enrolment, worksheet, short),
        like=_id(request.GET.get("like", "")),
        tracks=tracks,
        plan=_id(request.GET.get("plan", "")),
        **more,
    )


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_outcome(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """How a planned activity went. What was planned stays; the outcome is added to it."""
    mine = Entry.objects.visible_to(request.user).filter(enrolment=request.enrolment).of(PLANS)
    entry = get_object_or_404(mine.select_related("worksheet", "superseded_by"), pk=entry_id)
    short = short_for(entry.worksheet, OUTCOME)
    if short is None or entry.is_withdrawn:
        raise Http404
    _trace(request, "plan-outcome")
    today = clock.local_today(request.patient.timezone)
    if request.method != "POST":
        if hasattr(entry, "superseded_by"):
            return redirect("patients:plans")
        form = short_form(entry.worksheet, short, today=today, typed=entry.answers)
        return _show(request, form, entry=entry)
    try:
        said = {name: request.POST.get(name, "") for name in short.fields}
        amend_entry(by=request.user, entry=entry, changed=said, submission_id=_submission(request))
        messages.success(request, _("Saved."))
    except EntryInvalidError as invalid:
        form = short_form(entry.worksheet, short, today=today, typed=request.POST, errors=invalid.errors)
        return _show(request, form, entry=entry, status=422)
    except SupersededError:
        messages.info(request, _("You have changed this on another page. Here is the newest version."))
    return redirect("patients:plans")


def _show(
    request: PatientRequest, form: ShortForm, *, entry: Entry | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "worksheet": form.worksheet,
        "planned": log_line(form.worksheet, entry) if entry else None,
        "submission": _submission(request),
        "page": None if entry else own_page(form.worksheet.slug),
        "back": reverse("patients:plans" if entry else "patients:home"),
    }
    return render(request, "patients/quick_form.html", context, status=status)


def _submission(request: PatientRequest) -> UUID:
    """The id that makes a second press of the same button harmless."""
    return _id(request.POST.get("submission_id", "")) or new_id()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _trace(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)
