"""The clinic itself: settings, what was sent, who opened records."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.actions import update_clinic
from clinics.forms import ClinicForm, ConsentTextForm, CrisisLineFormSet
from clinics.presenters import looked_at, openings_of
from clinics.questionnaires import licences_to_renew, renewal_words
from messaging.models import Reminder
from messaging.presenters import delivery_page
from painclinic import clock
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.access.reads import list_records
from painclinic.accounts.models import Clinic
from painclinic.crypto import keys
from patients.actions.consent import publish_consent_text
from patients.actions.emergency import review_emergency_access
from patients.models import ConsentText, EmergencyAccess


@requires(Permission.DESK_VIEW)
@require_safe
def desk(request: ViewerRequest) -> HttpResponse:
    """The admin's day begins with the patients."""
    return redirect("clinics:patient-list")


@requires(Permission.CLINIC_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def clinic_edit(request: ViewerRequest) -> HttpResponse:
    """Hours, answering times, crisis numbers, colour."""
    clinic = Clinic.objects.get(pk=request.membership.clinic_id)
    lines = [{"label": c.label, "number": c.number, "note": c.note} for c in clinic.crisis_lines.all()]
    data = request.POST if request.method == "POST" else None
    form = ClinicForm(data, instance=clinic)
    line_forms = CrisisLineFormSet(data, initial=lines, prefix="lines")
    if request.method == "POST" and form.is_valid() and line_forms.is_valid():
        kept = [
            f for f in line_forms.forms if f.cleaned_data.get("number") and not f.cleaned_data.get("DELETE")
        ]
        update_clinic(
            by=request.user,
            clinic=clinic,
            values=form.cleaned_data,
            crisis_lines=[{k: f.cleaned_data[k] for k in ("label", "number", "note")} for f in kept],
        )
        messages.success(request, _("Saved."))
        return redirect("clinics:clinic-edit")
    is_wrong = request.method == "POST"
    text = ConsentText.objects.in_force(clinic, clinic.language)
    ending = licences_to_renew(clinic, clock.local_today(clinic.timezone))
    context = {"form": form, "line_forms": line_forms, "text": text, "renewals": renewal_words(ending)}
    return render(request, "clinics/clinic_edit.html", context, status=422 if is_wrong else 200)


@requires(Permission.CLINIC_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_text_edit(request: ViewerRequest) -> HttpResponse:
    """Put a new consent text in force; patients are asked again."""
    clinic = request.membership.clinic
    text = ConsentText.objects.in_force(clinic, clinic.language)
    initial = {"title": text.title, "body": text.body} if text else {}
    form = ConsentTextForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        publish_consent_text(by=request.user, clinic=clinic, language=clinic.language, **form.cleaned_data)
        messages.success(request, _("In force. Patients are asked when they next sign in."))
        return redirect("clinics:clinic-edit")
    context = {"form": form, "text": text}
    return render(request, "clinics/consent_text_edit.html", context, status=422 if form.errors else 200)


@requires(Permission.ACCESS_REVIEW)
@require_safe
def delivery_list(request: ViewerRequest) -> HttpResponse:
    """What was sent to whom and when, and what failed."""
    state = request.GET.get("state", "")
    reminders = Reminder.objects.visible_to(request.user).filter(clinic=request.membership.clinic)
    failed = reminders.filter(state=Reminder.State.FAILED, channel=Reminder.Channel.EMAIL).count()
    if state in Reminder.State.values:
        reminders = reminders.filter(state=state)
    page = delivery_page(reminders, request.GET.get("page"))
    _leave_trace(request, {row.patient_id for row in page.object_list}, "desk-deliveries")
    context = {"page": page, "state": state, "states": Reminder.State.choices, "failed": failed}
    return render(request, "clinics/delivery_list.html", context)


@requires(Permission.ACCESS_REVIEW)
@require_safe
def access_list(request: ViewerRequest) -> HttpResponse:
    """Records opened in an emergency, to be looked at; and who opened records lately."""
    clinic = request.membership.clinic
    emergencies = EmergencyAccess.objects.visible_to(request.user).filter(clinic=clinic)
    emergencies = emergencies.select_related("user", "patient", "reviewed_by").order_by("-started_at")[:50]
    keys.prefetch({access.patient_id for access in emergencies})
    page = Paginator(openings_of(clinic), 50).get_page(request.GET.get("page"))
    shown = {access.patient_id for access in emergencies} | {row["subject_id"] for row in page.object_list}
    for row in page.object_list:
        row["looked_at"] = looked_at(row["verb"])
    _leave_trace(request, shown, "desk-openings")
    context = {"emergencies": emergencies, "page_obj": page}
    return render(request, "clinics/access_list.html", context)


def _leave_trace(request: ViewerRequest, shown: set[UUID | None], verb: str) -> None:
    """These lists name patients, so they leave the trace of a list; mails to staff are about nobody."""
    ids = sorted(patient_id for patient_id in shown if patient_id)
    list_records(request, subject_ids=ids, clinic_id=request.membership.clinic_id, verb=verb)


@requires(Permission.ACCESS_REVIEW)
@require_POST
def emergency_review(request: ViewerRequest, access_id: UUID) -> HttpResponse:
    """Note that the administration has looked at an emergency access."""
    mine = EmergencyAccess.objects.visible_to(request.user).filter(clinic=request.membership.clinic)
    review_emergency_access(by=request.user, access=get_object_or_404(mine, pk=access_id))
    messages.success(request, _("Noted that you have looked at it."))
    return redirect("clinics:access-list")
