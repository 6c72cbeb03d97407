"""Patients on the admin's desk: who is enrolled, with whom; never what they write."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.actions import enrol_and_invite, send_invitation_again
from clinics.forms import ContactForm, EnrolForm, TherapistForm
from clinics.presenters import PatientRow, needs_words, reminders_of
from clinics.questionnaires import licences_to_renew, renewal_words
from messaging.presenters import delivery_page
from painclinic import clock
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.access.reads import list_records, open_record
from painclinic.accounts.actions import AlreadyMemberError, InvitationError, withdraw_invitation
from painclinic.accounts.models import Invitation
from painclinic.crypto import keys
from patients.actions.enrolment import change_therapist, update_contact
from patients.models import Assignment, ConsentText, Enrolment, Patient
from patients.safety.duty import unmet
from programs.models import ProgrammeVersion

PER_PAGE = 25


@requires(Permission.PATIENT_ENROL)
@require_safe
def patient_list(request: ViewerRequest) -> HttpResponse:
    """All patients of the clinic by name, searched by a part of the name."""
    search = request.GET.get("q", "").strip()[:100]
    patients = Patient.objects.visible_to(request.user).filter(clinic=request.membership.clinic)
    if search:
        patients = patients.filter(name__icontains=search)
    running = Assignment.objects.running().filter(kind="primary").select_related("therapist")
    enrolments = Enrolment.objects.select_related("programme_version").prefetch_related(
        Prefetch("assignments", queryset=running)
    )
    invitations = Invitation.objects.order_by("-created_at")
    patients = patients.order_by("name", "pk").prefetch_related(
        Prefetch("enrolments", queryset=enrolments.order_by("-created_at")),
        Prefetch("user__invitations", queryset=invitations),
    )
    page = Paginator(patients.select_related("user"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [PatientRow.of(patient) for patient in page.object_list]
    list_records(
        request,
        subject_ids=[row.patient.pk for row in rows],
        clinic_id=request.membership.clinic_id,
        verb="desk-patients",
    )
    clinic = request.membership.clinic
    renewals = renewal_words(licences_to_renew(clinic, clock.local_today(clinic.timezone)))
    context = {"rows": rows, "page_obj": page, "search": search, "renewals": renewals}
    return render(request, "clinics/patient_list.html", context)


@requires(Permission.PATIENT_ENROL)
@require_http_methods(["GET", "HEAD", "POST"])
def patient_enrol(request: ViewerRequest) -> HttpResponse:
    """Enrol a patient and invite them. A double click or a reload enrols nobody twice."""
    clinic = request.membership.clinic
    # Without consent no week ever opens; without the others nobody could help in a crisis.
    missing = [] if ConsentText.objects.in_force(clinic, clinic.language) else ["consent"]
    if missing := missing + unmet(clinic):
        return render(
            request, "clinics/patient_enrol_closed.html", {"needs": needs_words(missing)}, status=409
        )
    form = EnrolForm(request.POST if request.method == "POST" else None, clinic=clinic)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            enrolment = enrol_and_invite(
                by=request.user,
                clinic=clinic,
                request_id=data["request_id"],
                person=form.person(),
                programme_version=data["programme"],
                therapist=data["therapist"],
                starts_on=data["starts_on"],
                guidance=data["guidance"],
            )
        except AlreadyMemberError:
            form.add_error("email", _("Somebody with this e-mail address is enrolled or invited already."))
        else:
            messages.success(request, _("Enrolled. The invitation is on its way."))
            if not _reads_in(data["language"], data["programme"]):
                messages.warning(request, _course_is_in_another_language(data["language"]))
            return redirect("clinics:patient-detail", enrolment.patient_id)
    return render(request, "clinics/patient_enrol.html", {"form": form}, status=422 if form.errors else 200)


def _reads_in(language: str, version: ProgrammeVersion) -> bool:
    """Whether the course is in the patient's language; "en-gb" and "en" are one."""
    return language.partition("-")[0] == version.language.partition("-")[0]


def _course_is_in_another_language(language: str) -> str:
    """What the clinic is told when the pages are in one language and the course is in another."""
    spoken = dict(settings.LANGUAGES)[language]
    published = ProgrammeVersion.objects.published().filter(language=language.partition("-")[0])
    if published.exists():
        words = _("The pages are in %(language)s, but you chose a course in another language.")
    else:
        words = _("The pages are in %(language)s, but there is no course in that language yet.")
    return words % {"language": spoken}


def _patient(request: ViewerRequest, patient_id: UUID) -> Patient:
    """A patient of the admin's clinic, or 404; leaves the trace of having been opened."""
    mine = Patient.objects.visible_to(request.user).filter(clinic=request.membership.clinic)
    patient = get_object_or_404(mine.select_related("user", "clinic"), pk=patient_id)
    open_record(request, subject_id=patient.pk, clinic_id=patient.clinic_id, verb="desk-patient")
    keys.prefetch([patient.pk])
    return patient


@requires(Permission.PATIENT_ENROL)
@require_safe
def patient_detail(request: ViewerRequest, patient_id: UUID) -> HttpResponse:
    """Who the patient is, how to reach them, who treats them, and how the invitation stands."""
    patient = _patient(request, patient_id)
    enrolment = patient.enrolments.select_related("programme_version").order_by("-created_at").first()
    context = {
        "patient": patient,
        "enrolment": enrolment,
        "assignments": patient.assignments.select_related("therapist").order_by("-started_at")[:20],
        "invitation": patient.user.invitations.order_by("-created_at").first(),
        "consent": patient.consents.select_related("text").first(),
        "therapist_form": TherapistForm(clinic=patient.clinic),
        "deliveries": delivery_page(reminders_of(request.user, patient), request.GET.get("page")),
    }
    return render(request, "clinics/patient_detail.html", context)


@requires(Permission.PATIENT_ENROL)
@require_http_methods(["GET", "HEAD", "POST"])
def patient_edit(request: ViewerRequest, patient_id: UUID) -> HttpResponse:
    """Correct who the patient is and how to reach them; the sign-in address stays as it is."""
    patient = _patient(request, patient_id)
    initial = {name: getattr(patient, name) for name in ContactForm.PERSON_FIELDS}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=initial)
    # Another address would be another sign-in, and is proven by an invitation.
    form.fields["email"].disabled = True
    form.fields["email"].help_text = _("This is what the patient signs in with. It cannot be changed here.")
    if request.method == "POST" and form.is_valid():
        update_contact(by=request.user, patient=patient, person=form.person())
        messages.success(request, _("Saved."))
        return redirect("clinics:patient-detail", patient.pk)
    context = {"form": form, "patient": patient}
    return render(request, "clinics/patient_edit.html", context, status=422 if form.errors else 200)


@requires(Permission.PATIENT_ENROL)
@require_POST
def patient_hand_over(request: ViewerRequest, patient_id: UUID) -> HttpResponse:
    """Give the patient another therapist."""
    patient = _patient(request, patient_id)
    enrolment = get_object_or_404(patient.enrolments.order_by("-created_at")[:1])
    form = TherapistForm(request.POST, clinic=patient.clinic)
    if form.is_valid():
        change_therapist(by=request.user, enrolment=enrolment, therapist=form.cleaned_data["therapist"])
        messages.success(request, _("Handed over. The patient sees the new name from now on."))
    else:
        messages.error(request, _("Choose who treats the patient from now on."))
    return redirect("clinics:patient-detail", patient.pk)


@requires(Permission.PATIENT_ENROL)
@require_POST
def invitation_send_again(request: ViewerRequest, patient_id: UUID) -> HttpResponse:
    """Send the patient a fresh link."""
    patient = _patient(request, patient_id)
    invitation = get_object_or_404(patient.user.invitations.order_by("-created_at")[:1])
    try:
        send_invitation_again(by=request.user, invitation=invitation)
        messages.success(request, _("A new link is on its way. The older one no longer works."))
    except InvitationError:
        messages.error(request, _("This invitation was used or withdrawn; it cannot be sent again."))
    return redirect("clinics:patient-detail", patient.pk)


@requires(Permission.PATIENT_ENROL)
@require_POST
def invitation_withdraw(request: ViewerRequest, patient_id: UUID) -> HttpResponse:
    """Make the patient's link useless."""
    patient = _patient(request, patient_id)
    invitation = get_object_or_404(patient.user.invitations.order_by("-created_at")[:1])
    try:
        withdraw_invitation(by=request.user, invitation=invitation)
        messages.success(request, _("Withdrawn. The link no longer works."))
    except InvitationError:
        messages.error(request, _("The patient has used this invitation already."))
    return redirect("clinics:patient-detail", patient.pk)
