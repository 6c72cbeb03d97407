"""The page of an alert: what triggered it, what was done, and what to do next."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from painclinic.access.scoping import clinics_where
from painclinic.audit.models import Action
from patients.actions import alert_handling as acts
from patients.actions.alerts import flag_risk
from patients.actions.plans import offer_safety_plan
from patients.models import Alert, EmergencyAccess
from therapists.access import PersonRequest, leave_trace, person_page
from therapists.alert_forms import (
    ContactForm,
    DowngradeForm,
    FlagForm,
    OutcomeForm,
    RiskNoteForm,
    SendBackForm,
)
from therapists.presenters.alerts import AlertLine, alert_page
from therapists.presenters.written import WrittenText
from therapists.views.written import text_or_404

_FORMS: dict[str, type[forms.Form]] = {
    "contact": ContactForm,
    "risk-note": RiskNoteForm,
    "downgrade": DowngradeForm,
    "outcome": OutcomeForm,
    "send-back": SendBackForm,
}
_DO: dict[str, Callable[..., Alert]] = {
    "contact": acts.note_contact,
    "risk-note": lambda by, alert, **note: acts.write_risk_note(by=by, alert=alert, note=note),
    "downgrade": acts.downgrade,
    "outcome": acts.resolve,
    "send-back": acts.send_back,
}


@requires(Permission.ALERT_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def alert_detail(request: ViewerRequest, alert_id: UUID) -> HttpResponse:
    """One alert of the clinic. Whose it is stands there for those who treat, were called or took it on."""
    mine = clinics_where(request.user, Permission.ALERT_HANDLE)
    seen = Alert.objects.visible_to(request.user).filter(clinic_id__in=mine)
    alert = get_object_or_404(
        seen.select_related("patient", "clinic", "acknowledged_by", "resolved_by"), pk=alert_id
    )
    is_handled = seen.handled_by(request.user).filter(pk=alert.pk).exists()
    if request.method == "POST":
        return _post(request, alert, is_handled)
    if not is_handled:
        _trace(request, alert, "alert-notice")
        return render(request, "therapists/alert_notice.html", {"line": AlertLine(alert, False)})
    _trace(request, alert, "alert-view")
    return _page(request, alert)


def _trace(request: ViewerRequest, alert: Alert, verb: str) -> None:
    running = EmergencyAccess.objects.visible_to(request.user).running()
    is_emergency = running.filter(user=request.user, patient=alert.patient_id).exists()
    open_record(
        request,
        subject_id=alert.patient_id,
        clinic_id=alert.clinic_id,
        verb=verb,
        action=Action.EMERGENCY if is_emergency else Action.READ,
    )


@person_page(verb="", act=Permission.ALERT_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def alert_flag(request: PersonRequest, *args: Any) -> HttpResponse:
    """Mark as a risk what was read or heard: an alert like any other, with its clock.

    `about` names one message or entry, which the alert then points to.
    """
    text = _text_about(request)
    form = FlagForm(request.POST if request.method == "POST" else None, initial={"level": 2})
    if form.is_bound and form.is_valid():
        about = text.about if text else None
        alert = flag_risk(by=request.user, enrolment=request.enrolment, about=about, **form.cleaned_data)
        return redirect("therapists:alert-detail", alert.pk)
    leave_trace(request, "alert-flag")
    context = {"patient": request.patient, "form": form, "emergency": request.emergency, "text": text}
    return render(request, "therapists/alert_flag.html", context, status=422 if form.errors else 200)


def _text_about(request: PersonRequest) -> WrittenText | None:
    """The text that the form is about; 404 for one that is not there."""
    written, _colon, text_id = (request.POST.get("about") or request.GET.get("about", "")).partition(":")
    if not written:
        return None
    try:
        return text_or_404(request, written, UUID(text_id))
    except ValueError as error:
        raise Http404 from error


def _post(request: ViewerRequest, alert: Alert, is_handled: bool) -> HttpResponse:
    act = request.POST.get("act", "")
    again = redirect("therapists:alert-detail", alert.pk)
    if act == "take" or not is_handled:
        # Whoever has not taken it on does that first, whatever the form said.
        return _do(request, again, lambda: acts.acknowledge(by=request.user, alert=alert))
    if act == "sign-off":
        return _do(request, again, lambda: acts.sign_off(by=request.user, alert=alert))
    if act == "offer-plan":
        offer_safety_plan(by=request.user, patient=alert.patient)
        return again
    if act not in _FORMS:
        return again
    form = _form(act, alert, request.POST)
    if not form.is_valid():
        return _page(request, alert, {act: form}, status=422)
    return _do(request, again, lambda: _DO[act](by=request.user, alert=alert, **form.cleaned_data))


def _do(request: ViewerRequest, again: HttpResponse, act: Callable[[], Alert]) -> HttpResponse:
    try:
        act()
    except acts.AlertClosedError:
        messages.error(request, _("This alert is closed and stays as it is."))
    except acts.NotYetError:
        messages.error(
            request, _("First try to reach the person, or write a risk note. Then say how it ended.")
        )
    except acts.SecondPersonNeededError:
        messages.error(request, _("A colleague has to agree with the outcome, not you yourself."))
    return again


def _form(act: str, alert: Alert, data: Any = None) -> forms.Form:
    options: dict[str, Any] = {"alert": alert} if act == "downgrade" else {}
    return _FORMS[act](data, auto_id=f"{act}_%s", **options)


def _page(
    request: ViewerRequest, alert: Alert, filled: dict[str, forms.Form] | None = None, *, status: int = 200
) -> HttpResponse:
    sheets = {act: _form(act, alert) for act in _FORMS} | (filled or {})
    context = {
        "page": alert_page(request.user, alert),
        "alert": alert,
        "patient": alert.patient,
        "forms": {act.replace("-", "_"): form for act, form in sheets.items()},
        "opened": next(iter(filled or {}), ""),
        "is_second": alert.resolved_by_id is not None and alert.resolved_by_id != request.user.pk,
    }
    return render(request, "therapists/alert_detail.html", context, status=status)
