"""Consent: text, version and time kept; a new text asks again (GDPR Art. 7(1))."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from painclinic.audit.actions import System
from patients.actions.consent import publish_consent_text, withdraw_consent
from patients.models import Consent
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def patient_client(cast: Cast, client: Client) -> Client:
    client.force_login(cast.patient.user, backend=BACKEND)
    return client


def _publish(cast: Cast) -> None:
    publish_consent_text(
        by=System("test"), clinic=cast.clinic, language="en-gb", title="New", body="New words"
    )


def test_new_text_asks_again_and_keeps_both(cast: Cast, patient_client: Client) -> None:
    _publish(cast)
    page = patient_client.get(reverse("patients:consent-give"))
    assert "New words" in page.content.decode()
    patient_client.post(reverse("patients:consent-give"), {"version": "2", "agree": "yes"})
    kept = list(cast.patient.consents.order_by("decided_at").values_list("text__version", flat=True))
    assert kept == [1, 2]


def test_agreeing_to_a_text_that_changed_meanwhile_shows_the_new_one(
    cast: Cast, patient_client: Client
) -> None:
    _publish(cast)
    response = patient_client.post(reverse("patients:consent-give"), {"version": "1", "agree": "yes"})
    assert response.status_code == 422
    assert cast.patient.consents.count() == 1


def test_not_ticking_the_box_is_explained(cast: Cast, patient_client: Client) -> None:
    _publish(cast)
    response = patient_client.post(reverse("patients:consent-give"), {"version": "2"})
    assert response.status_code == 422
    assert "Tick the box" in response.content.decode()


def test_consent_taken_back_gates_the_course(cast: Cast, patient_client: Client) -> None:
    withdraw_consent(by=cast.patient.user, patient=cast.patient)
    response = patient_client.get("/home/")
    assert response["Location"] == reverse("patients:consent-give")


def test_consent_cannot_be_changed_even_by_sql(cast: Cast) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(patient=cast.patient).update(decision="withdrawn")
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(patient=cast.patient).delete()
