"""Adverse events of one patient: the list, a new one, and one with its assessment and history."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.crypto import keys
from painclinic.ids import new_id
from patients.actions.adverse import (
    ChangedMeanwhileError,
    EventInvalidError,
    InErrorError,
    LeadNeededError,
    add_event,
    assess_event,
    mark_in_error,
)
from patients.models import AdverseEvent
from patients.presenters.register import EventPage, event_page, events_of, first_words
from therapists.access import PersonRequest, may, person_page
from therapists.adverse_forms import AssessmentForm, ErrorForm, NewEventForm, initial_of


@person_page(verb="adverse-list")
@require_safe
def adverse_list(request: PersonRequest) -> HttpResponse:
    """All events of the patient, as they stand."""
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "lines": events_of(request.user, request.patient),
        "may_record": may(request, Permission.ADVERSE_RECORD),
    }
    return render(request, "therapists/adverse_list.html", context)


@person_page(verb="adverse-list", act=Permission.ADVERSE_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def adverse_add(request: PersonRequest) -> HttpResponse:
    """Write down what somebody of the team was told of, or saw."""
    today = clock.local_today(request.patient.clinic.timezone)
    form = NewEventForm(request.POST or None, initial={"known_on": today, "submission_id": new_id()})
    if form.is_bound and form.is_valid():
        sent = {name: form.cleaned_data[name] for name in ("known_on", "submission_id")}
        try:
            event = add_event(by=request.user, enrolment=request.enrolment, found=form.found(), **sent)
        except EventInvalidError as refused:
            _explain(form, refused)
        else:
            messages.success(request, _("Kept in the register."))
            return redirect("therapists:adverse-detail", request.patient.pk, event.pk)
    context = {"patient": request.patient, "emergency": request.emergency, "form": form}
    return render(request, "therapists/adverse_add.html", context, status=422 if form.errors else 200)


@person_page(verb="adverse-view", act=Permission.ADVERSE_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def adverse_detail(request: PersonRequest, event_id: UUID) -> HttpResponse:
    """One event: what was reported, how it stands, what to do next, and every version before."""
    keys.prefetch([request.patient.pk])
    mine = AdverseEvent.objects.visible_to(request.user).filter(patient=request.patient)
    related = mine.select_related(
        "clinic", "response__superseded_by", "response__instrument_version__instrument"
    )
    event = get_object_or_404(related, pk=event_id)
    page = event_page(request.user, event)
    if request.method == "POST":
        return _post(request, page)
    return _page(request, page)


def _post(request: PersonRequest, page: EventPage) -> HttpResponse:
    if request.POST.get("act") == "error":
        error_form = ErrorForm(request.POST, auto_id="error_%s")
        if not error_form.is_valid():
            return _page(request, page, error_form=error_form)
        return _do(request, page, error_form)
    form = AssessmentForm(request.POST)
    if not form.is_valid():
        return _page(request, page, form=form)
    return _do(request, page, form)


def _do(request: PersonRequest, page: EventPage, form: AssessmentForm | ErrorForm) -> HttpResponse:
    by, event, based_on = request.user, page.event, form.cleaned_data["based_on"] or 0
    try:
        if isinstance(form, ErrorForm):
            mark_in_error(by=by, event=event, based_on=based_on, reason=form.cleaned_data["reason"])
        else:
            assess_event(by=by, event=event, based_on=based_on, found=form.found())
    except EventInvalidError as refused:
        _explain(form, refused)
        if isinstance(form, ErrorForm):
            return _page(request, page, error_form=form)
        return _page(request, page, form=form)
    except ChangedMeanwhileError:
        messages.error(request, _("A colleague was quicker. Look at what they wrote, then write yours."))
    except InErrorError:
        messages.error(request, _("This event was marked as entered in error and stays as it is."))
    except LeadNeededError:
        messages.error(request, _("It is or was serious: only the clinical lead can mark it as an error."))
    else:
        messages.success(request, _("Kept in the register."))
    return redirect("therapists:adverse-detail", request.patient.pk, page.event.pk)


def _explain(form: forms.Form, refused: EventInvalidError) -> None:
    for field, words in refused.errors.items():
        form.add_error(field if field in form.fields else None, words)


def _page(
    request: PersonRequest,
    page: EventPage,
    *,
    form: AssessmentForm | None = None,
    error_form: ErrorForm | None = None,
) -> HttpResponse:
    version = page.version
    may_record = may(request, Permission.ADVERSE_RECORD) and not version.is_error
    is_lead = may(request, Permission.ADVERSE_LEAD)
    filled = form or AssessmentForm(initial=initial_of(version, first_words(page.event)))
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "page": page,
        "form": filled if may_record else None,
        "error_form": error_form or ErrorForm(initial={"based_on": version.number}, auto_id="error_%s"),
        "is_lead": is_lead,
        "is_open": bool(form) or page.line.is_reported or (is_lead and version.waits_for_lead),
        "error_open": bool(error_form),
    }
    status = 422 if form or error_form else 200
    return render(request, "therapists/adverse_detail.html", context, status=status)
