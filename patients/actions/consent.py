"""Consent: shown, given, kept, taken back."""

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.models import Consent, ConsentText, Patient


@transaction.atomic
def publish_consent_text(*, by: Actor, clinic: Clinic, language: str, title: str, body: str) -> ConsentText:
    """Put a new text in force; every patient who reads this language is asked again.

    Publishing the text that is in force already changes nothing.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    newest = ConsentText.objects.filter(clinic=clinic, language=language).order_by("-version").first()
    if newest and (newest.title, newest.body) == (title, body):
        return newest
    text = ConsentText.objects.create(
        clinic=clinic,
        language=language,
        version=newest.version + 1 if newest else 1,
        title=title,
        body=body,
        published_at=clock.now(),
        published_by=by if isinstance(by, User) else None,
    )
    record(by=by, action=Action.WRITE, verb="consent-text-publish", obj=text)
    return text


@transaction.atomic
def give_consent(*, by: User, patient: Patient, text: ConsentText) -> Consent:
    """Keep that the patient agreed to exactly this text (GDPR Art. 7(1)). Agreeing twice is once."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    newest = patient.consents.first()
    if newest and newest.text_id == text.pk and newest.decision == Consent.Decision.GIVEN:
        return newest
    return _decide(by=by, patient=patient, text=text, decision=Consent.Decision.GIVEN)


@transaction.atomic
def withdraw_consent(*, by: User, patient: Patient) -> Consent | None:
    """Keep that the patient takes their consent back; None when there is none to take back."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    newest = patient.consents.select_related("text").first()
    if newest is None or newest.decision == Consent.Decision.WITHDRAWN:
        return None
    return _decide(by=by, patient=patient, text=newest.text, decision=Consent.Decision.WITHDRAWN)


def _decide(*, by: User, patient: Patient, text: ConsentText, decision: Consent.Decision) -> Consent:
    consent = Consent.objects.create(
        patient=patient,
        clinic_id=patient.clinic_id,
        text=text,
        text_digest=text.digest,
        decision=decision,
        decided_at=clock.now(),
    )
    record(by=by, action=Action.WRITE, verb=f"consent-{decision}", obj=consent)
    return consent


def text_to_agree_to(patient: Patient) -> ConsentText | None:
    """The text this patient has to read and agree to before going on; None when nothing is due."""
    text = ConsentText.objects.in_force(patient.clinic, patient.language)
    if text is None:
        return None
    newest = patient.consents.first()
    agreed = newest is not None and newest.text_id == text.pk and newest.decision == Consent.Decision.GIVEN
    return None if agreed else text
