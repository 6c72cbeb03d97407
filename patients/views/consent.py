"""Reading and giving consent; taking it back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from patients.access import PatientRequest, patient_page
from patients.actions.consent import give_consent, text_to_agree_to, withdraw_consent
from patients.models import ConsentText


@patient_page(Permission.CONSENT_GIVE, consent=False)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_give(request: PatientRequest) -> HttpResponse:
    """Show the text that waits for agreement; agreeing keeps text, version and time."""
    text = text_to_agree_to(request.patient)
    if text is None:
        return redirect("patients:home")
    # A text that was put in force while this one was being read has to be read as well.
    is_same = request.POST.get("version") == str(text.version)
    if request.method == "POST" and is_same and request.POST.get("agree") == "yes":
        give_consent(by=request.user, patient=request.patient, text=text)
        return redirect("patients:home")
    is_missing = request.method == "POST"
    newest = request.patient.consents.first()
    context = {"text": text, "is_missing": is_missing, "is_new_text": newest is not None}
    return render(request, "patients/consent_give.html", context, status=422 if is_missing else 200)


@patient_page(Permission.CONSENT_GIVE, consent=False)
@require_http_methods(["GET", "HEAD", "POST"])
def consent_detail(request: PatientRequest) -> HttpResponse:
    """What the patient agreed to and when; here they can take it back."""
    if request.method == "POST":
        if withdraw_consent(by=request.user, patient=request.patient):
            messages.success(request, _("You have taken back your consent. Your clinic has been told."))
        return redirect("patients:consent-detail")
    consents = list(request.patient.consents.select_related("text")[:50])
    text: ConsentText | None = consents[0].text if consents else None
    return render(request, "patients/consent_detail.html", {"consents": consents, "text": text})
