"""Practice: logs and worksheets, filled, read, corrected, taken out."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.entries import SupersededError, withdraw_entry
from patients.log_reading import CARDS, CATCHER, THOUGHTS
from patients.models import Entry
from patients.pacing import LOG_SHEET, read_tracks
from patients.presenters.cards import card_from, record_from
from patients.presenters.library import said_in_address
from patients.presenters.practice import (
    offered_again,
    often_written,
    own_page,
    practice_page,
    writable_worksheets,
)
from patients.worksheet_forms import Outcome, build, receive
from programs.models import Worksheet
from programs.worksheets import answers_for, derived_lines


def _trace(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)


@patient_page(Permission.COURSE_WORK)
@require_safe
def practice(request: PatientRequest) -> HttpResponse:
    """Every log and worksheet of the open weeks; with `until`, the two weeks that end on that day."""
    _trace(request, "practice")
    page = practice_page(request.user, request.enrolment, _day(request.GET.get("until", "")))
    return render(request, "patients/practice.html", {"page": page})


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _worksheet(request: PatientRequest, slug: str) -> Worksheet:
    found = next((sheet for sheet in writable_worksheets(request.enrolment) if sheet.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _back(request: PatientRequest) -> str:
    """Where the form was opened from; only addresses of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else reverse("patients:practice")


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: PatientRequest, slug: str) -> HttpResponse:
    """A new line of a log, or a worksheet that is filled once (then its newest entry is corrected)."""
    worksheet = _worksheet(request, slug)
    if not worksheet.is_log:
        mine = Entry.objects.visible_to(request.user).current().filter(enrolment=request.enrolment)
        newest = mine.of(worksheet.slug).order_by("-submitted_at").first()
        if newest:
            change = reverse("patients:entry-change", args=[newest.pk])
            # Back to the homework, if that is where the form was opened from.
            return redirect(f"{change}?{urlencode({'next': _back(request)})}")
    elif request.method != "POST" and Entry.objects.visible_to(request.user).fill_up(
        request.enrolment, worksheet
    ):
        messages.info(request, _("There is no room for one more. Change one of those that are there."))
        return redirect(_back(request))
    return _form(request, worksheet, None)


def _own_entry(request: PatientRequest, entry_id: UUID) -> Entry:
    mine = Entry.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    return get_object_or_404(mine.select_related("worksheet", "enrolment__patient"), pk=entry_id)


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def entry_change(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """Correct an entry: the new one takes its place, the old one stays as history."""
    entry = _own_entry(request, entry_id)
    # What was written on an earlier text of the programme is corrected on today's form of it.
    version = request.enrolment.programme_version_id
    worksheet = entry.worksheet
    if worksheet.version_id != version:
        worksheet = get_object_or_404(Worksheet, version_id=version, slug=worksheet.slug)
    return _form(request, worksheet, entry)


def _form(request: PatientRequest, worksheet: Worksheet, corrects: Entry | None) -> HttpResponse:
    _trace(request, "worksheet")
    outcome: Outcome | None = None
    if request.method == "POST":
        outcome = receive(request, worksheet, corrects=corrects)
        if outcome.kind == "superseded":
            messages.info(request, _("You have changed this on another page. Here is the newest version."))
            return redirect("patients:practice")
        if outcome.kind in ("submitted", "saved"):
            messages.success(
                request, _("Saved.") if outcome.kind == "submitted" else _("Saved. Go on whenever you like.")
            )
            return redirect(_back(request))
    is_new_line = worksheet.is_log and corrects is None
    offered = _offered(request, worksheet) if is_new_line else {}
    tracks = read_tracks(request.user, request.enrolment) if worksheet.slug == LOG_SHEET else []
    plan = _id(request.GET.get("plan", ""))
    form = build(
        request, worksheet, corrects=corrects, offered=offered, outcome=outcome, tracks=tracks, plan=plan
    )
    # What is being typed already is not to be swept aside by a press on an earlier line.
    again = often_written(request.user, request.enrolment, worksheet) if is_new_line else []
    context = {"form": form, "worksheet": worksheet, "back": _back(request), "corrects": corrects}
    # A line of a plan is filled in by its plan.
    context["again"] = [] if form.draft.data or tracks else again
    context["plans"] = tracks if is_new_line and len(tracks) > 1 else []
    return render(request, "patients/entry_form.html", context, status=422 if form.errors else 200)


def _offered(request: PatientRequest, worksheet: Worksheet) -> dict[str, object]:
    """What a new line of a log begins with; `like` names an earlier line, the address may say the rest."""
    wanted = _id(request.GET.get("like", ""))
    mine = Entry.objects.visible_to(request.user).filter(enrolment=request.enrolment).of(worksheet.slug)
    like = mine.filter(pk=wanted).first() if wanted else None
    thought = _id(request.GET.get("thought", "")) if worksheet.slug == CARDS else None
    if thought:
        record = Entry.objects.visible_to(request.user).filter(enrolment=request.enrolment).of(THOUGHTS)
        found = record.select_related("worksheet").filter(pk=thought).first()
        return card_from(found) if found else {}
    caught = _id(request.GET.get("caught", "")) if worksheet.slug == THOUGHTS else None
    if caught:
        mine = Entry.objects.visible_to(request.user).current().filter(enrolment=request.enrolment)
        found = mine.of(CATCHER).filter(pk=caught).first()
        return record_from(found) if found else {}
    offered = offered_again(worksheet, like, clock.local_now(request.patient.timezone).hour)
    return offered | said_in_address(worksheet, request.GET.dict())


@patient_page(Permission.COURSE_WORK)
@require_safe
def entry_detail(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """An entry to read, with the newest one behind it if it was corrected."""
    entry = _own_entry(request, entry_id)
    _trace(request, "entry")
    newest = Entry.objects.visible_to(request.user).filter(supersedes=entry).first()
    context = {
        "entry": entry,
        "newest": newest,
        "answers": answers_for(entry.worksheet.definition, entry.answers),
        "derived": derived_lines(entry.worksheet.definition, entry.answers),
        "page": own_page(entry.worksheet.slug),
    }
    return render(request, "patients/entry_detail.html", context)


@patient_page(Permission.COURSE_WORK)
@require_POST
def entry_withdraw(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """Take a log line out."""
    entry = _own_entry(request, entry_id)
    if not entry.worksheet.is_log:
        raise Http404
    try:
        withdraw_entry(by=request.user, entry=entry)
        messages.success(request, _("Taken out."))
    except SupersededError:
        messages.info(request, _("You have changed this on another page. Here is the newest version."))
    return redirect("patients:practice")
