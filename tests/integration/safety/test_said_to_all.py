"""What is said beside every text box, and what a clinic that leaves item 9 out says to everybody."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.alerts import flag_risk
from patients.models import Occasion
from tests.factories.cast import Cast, open_first_module, real_version
from tests.factories.instruments import load_builtins

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOURS = "read in working hours only: Monday to Friday, 09:00 to 17:00"
NOT_ASKED = "These questions do not ask about thoughts of ending your life"
STAFF = "leaves item 9 out"


@pytest.fixture
def cast() -> Cast:
    made = Cast(on_programme=real_version)
    load_builtins()
    open_first_module(made.enrolment)
    return made


def read(client: Client, user: User, path: str) -> str:
    client.force_login(user, backend=BACKEND)
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def occasion(cast: Cast) -> Occasion:
    today = clock.local_today("Europe/London")
    return Occasion.objects.create(
        enrolment=cast.enrolment,
        patient=cast.patient,
        clinic=cast.clinic,
        kind="extra",
        slug="extra-1",
        instruments=["phq-9", "satisfaction"],
        opens_on=today,
        due_on=today,
        closes_on=today + timedelta(days=3),
    )


@pytest.mark.parametrize(
    "path",
    [
        "/course/1/8/",
        "/practice/w3-activity-log/new/",
        "/quick/w3-activity-log/",
        "/messages/",
        "/safety-plan/write/",
    ],
)
def test_page_with_a_text_box_says_when_it_is_read_and_whom_to_call(
    cast: Cast, client: Client, path: str
) -> None:
    page = read(client, cast.patient.user, path)
    assert re.search(r"<textarea|type=\"text\"", page)
    assert "Monday to Friday, 09:00 to 17:00" in page
    assert "/help-now/" in page.split("<main", 1)[1]


def test_question_with_a_text_box_says_when_it_is_read(cast: Cast, client: Client) -> None:
    asked = occasion(cast)
    assert HOURS in read(client, cast.patient.user, f"/questions/{asked.pk}/satisfaction/")


def test_patient_of_a_clinic_without_item_nine_is_told_what_is_not_asked_and_where_to_turn(
    cast: Cast, client: Client
) -> None:
    asked = occasion(cast)
    pages = {slug: f"/questions/{asked.pk}/{slug}/" for slug in ("phq-9", "phq-8")}
    assert NOT_ASKED not in read(client, cast.patient.user, pages["phq-9"])
    assert NOT_ASKED not in read(client, cast.patient.user, "/questions/")
    cast.clinic.uses_item_nine = False
    cast.clinic.save()
    for path in (pages["phq-8"], "/questions/"):
        page = read(client, cast.patient.user, path)
        assert NOT_ASKED in page
        assert "/help-now/" in page.split(NOT_ASKED, 1)[1]


@pytest.mark.parametrize(
    ("reader", "path"),
    [
        ("therapist", "/patients/{patient}/"),
        ("therapist", "/alerts/{alert}/"),
        ("therapist", "/clinic/rules/"),
        ("supervisor", "/clinic/results/"),
        ("admin", "/clinic/results/"),
        ("admin", "/clinic/rules/"),
        ("admin", "/desk/settings/"),
        ("admin", "/desk/duty/"),
    ],
)
def test_staff_of_a_clinic_without_item_nine_are_told_on_every_page_that_it_concerns(
    cast: Cast, client: Client, reader: str, path: str
) -> None:
    alert = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=2, reason="What she said")
    path = path.format(patient=cast.patient.pk, alert=alert.pk)
    assert STAFF not in read(client, getattr(cast, reader), path)
    cast.clinic.uses_item_nine = False
    cast.clinic.save()
    assert STAFF in read(client, getattr(cast, reader), path)
