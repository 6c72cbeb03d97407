"""The admin enrols a patient: faults beside the field, nothing lost, nobody twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from messaging.models import Reminder
from painclinic.accounts.models import Invitation, Role
from patients.models import Enrolment, Patient
from tests.factories.cast import Cast, make_clinic, make_staff

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ENROL = "/desk/patients/enrol/"


def a_form(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Grace Obi",
        "date_of_birth": "1980-02-29",
        "email": "grace@example.org",
        "mobile": "07700 900321",
        "timezone": "Europe/London",
        "language": "en-gb",
        "address": "2 Hill Road, Derby",
        "emergency_contact_name": "Sam Obi",
        "emergency_contact_phone": "07700 900654",
        "gp_name": "Dr Wu",
        "gp_contact": "01332 496 0000",
        "programme": str(cast.version.pk),
        "therapist": str(cast.therapist.pk),
        "starts_on": cast.enrolment.starts_on.isoformat(),
        "request_id": str(uuid4()),
        **changes,
    }


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin, backend=BACKEND)
    return client


@pytest.mark.django_db
def test_enrol_valid_form_creates_patient_and_plans_one_invitation(cast: Cast, desk: Client) -> None:
    response = desk.post(ENROL, a_form(cast))
    patient = Patient.objects.get(email="grace@example.org")
    assert response["Location"] == reverse("clinics:patient-detail", args=[patient.pk])
    assert patient.address == "2 Hill Road, Derby"
    planned = Reminder.objects.filter(user=patient.user)
    assert [r.kind for r in planned] == [Reminder.Kind.PATIENT_INVITATION]
    assert desk.get(response["Location"]).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "full name"),
        ("date_of_birth", "", "date of birth"),
        ("date_of_birth", "31/31/1980", "real date"),
        ("date_of_birth", "2990-01-01", "future"),
        ("date_of_birth", "2015-01-01", "18 and over"),
        ("date_of_birth", "1800-01-01", "year of birth"),
        ("email", "grace", "whole e-mail"),
        ("email", "maria@example.org", "invited already"),
        ("mobile", "call me", "phone number"),
        ("timezone", "Mars/Base", "Select a valid choice"),
        ("address", "", "address"),
        ("emergency_contact_phone", "12", "phone number"),
        ("gp_name", "", "GP"),
        ("programme", "", "programme"),
        ("therapist", "", "who treats"),
        ("starts_on", "2001-01-01", "half a year ahead"),
    ],
)
def test_enrol_fault_is_explained_beside_the_field_and_keeps_the_rest(
    cast: Cast, desk: Client, field: str, value: str, words: str
) -> None:
    before = Patient.objects.count()
    response = desk.post(ENROL, a_form(cast, **{field: value}))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    kept = "2 Hill Road, Derby" if field != "address" else "Grace Obi"
    assert kept in page
    assert Patient.objects.count() == before


@pytest.mark.django_db
def test_enrol_without_a_consent_text_leads_to_writing_one(db: None, client: Client) -> None:
    clinic = make_clinic()
    admin = make_staff(clinic, Role.CLINIC_ADMIN, "admin@bare.test", "Ada Min")
    client.force_login(admin, backend=BACKEND)
    for response in (client.get(ENROL), client.post(ENROL, {})):
        assert response.status_code == 409
        assert reverse("clinics:consent-text-edit") in response.content.decode()


@pytest.mark.django_db
def test_enrol_therapist_of_another_clinic_is_no_choice(cast: Cast, desk: Client) -> None:
    response = desk.post(ENROL, a_form(cast, therapist=str(cast.elsewhere_therapist.pk)))
    assert response.status_code == 422


@pytest.mark.django_db
def test_enrol_same_form_twice_enrols_once_and_leads_to_the_same_patient(cast: Cast, desk: Client) -> None:
    form = a_form(cast)
    first, second = desk.post(ENROL, form), desk.post(ENROL, form)
    assert first["Location"] == second["Location"]
    assert Invitation.objects.filter(user__email="grace@example.org").count() == 1


@pytest.mark.django_db
def test_enrol_same_name_and_birthday_asks_whether_it_is_somebody_else(cast: Cast, desk: Client) -> None:
    form = a_form(cast, name="maria lund", date_of_birth="1979-04-12")
    assert desk.post(ENROL, form).status_code == 422
    assert desk.post(ENROL, form | {"is_somebody_else": "on"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_enrol_double_click_at_the_same_moment_enrols_once(cast: Cast) -> None:
    form = a_form(cast)
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(cast.admin, backend=BACKEND)

    def press(client: Client) -> int:
        try:
            return client.post(ENROL, form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(press, clients))
    assert Enrolment.objects.filter(patient__email="grace@example.org").count() == 1
    assert statuses.count(302) == 2


@pytest.mark.django_db
def test_patient_list_costs_the_same_for_many_patients(
    cast: Cast, desk: Client, django_assert_num_queries: Any
) -> None:
    desk.get("/desk/patients/")
    with _counted() as few:
        desk.get("/desk/patients/")
    for number in range(6):
        desk.post(ENROL, a_form(cast, name=f"P {number}", email=f"p{number}@example.org"))
    # The page after a success also shows, and puts away, what is said about it.
    desk.get("/desk/patients/")
    with _counted() as many:
        page = desk.get("/desk/patients/")
    assert "P 5" in page.content.decode()
    assert len(many) == len(few)


def _counted() -> Any:
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)
