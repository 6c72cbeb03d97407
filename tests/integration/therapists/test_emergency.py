"""Emergency access: by exact identity, for a reason, for an hour, in plain sight (security.md, row 9)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from painclinic import clock
from painclinic.audit.models import Action, AuditEvent
from patients.models import EmergencyAccess
from tests.factories.cast import Cast
from tests.integration.therapists.conftest import signed_in
from therapists.actions import MOST_TRIES

pytestmark = pytest.mark.django_db
PAGE = "/patients/emergency-access/"
REASON = "She called the front desk in tears."


@pytest.fixture
def tom(cast: Cast) -> Client:
    """A therapist of the clinic who does not treat Maria."""
    return signed_in(cast.unassigned_therapist)


def asked(**changes: str) -> dict[str, str]:
    return {"name": "Maria Lund", "date_of_birth": "1979-04-12", "reason": REASON, **changes}


def record_of(cast: Cast) -> str:
    return reverse("therapists:patient-detail", args=[cast.patient.pk])


def test_name_birth_and_reason_open_the_record_for_an_hour(cast: Cast, tom: Client) -> None:
    assert tom.get(record_of(cast)).status_code == 404
    response = tom.post(PAGE, asked(name="  maria   LUND "))
    assert response["Location"] == record_of(cast)
    page = tom.get(record_of(cast))
    assert page.status_code == 200
    assert "You opened this record in an emergency." in page.content.decode()
    # Sessions of staff end after a quarter of an hour without use, hence the new ones.
    with clock.moved(timedelta(minutes=59)):
        assert signed_in(cast.unassigned_therapist).get(record_of(cast)).status_code == 200
    with clock.moved(timedelta(minutes=61)):
        assert signed_in(cast.unassigned_therapist).get(record_of(cast)).status_code == 404


def test_it_leaves_a_row_and_events_that_name_it(cast: Cast, tom: Client) -> None:
    tom.post(PAGE, asked())
    tom.get(record_of(cast))
    access = EmergencyAccess.objects.get()
    assert (access.user, access.patient, access.reason) == (cast.unassigned_therapist, cast.patient, REASON)
    verbs = AuditEvent.objects.filter(action=Action.EMERGENCY, subject_id=cast.patient.pk)
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == ["emergency-open", "patient-view"]


def test_the_patient_sees_who_and_why(cast: Cast, tom: Client) -> None:
    tom.post(PAGE, asked())
    page = signed_in(cast.patient.user).get(reverse("patients:record-access")).content.decode()
    assert "Tom Hale" in page
    assert REASON in page


@pytest.mark.parametrize("reason", ["", "   ", "too short", "x" * 19, " " * 30 + "short"])
def test_without_a_reason_nothing_is_opened_and_the_field_says_why(
    cast: Cast, tom: Client, reason: str
) -> None:
    page = tom.post(PAGE, asked(reason=reason))
    assert page.status_code == 422
    assert page.context["form"].errors["reason"]
    assert page.context["form"]["name"].value() == "Maria Lund"
    assert not EmergencyAccess.objects.exists()
    assert tom.get(record_of(cast)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Maria Lunde"},
        {"name": "Maria"},
        {"date_of_birth": "1979-04-13"},
        {"name": "Lea Far"},  # of another clinic
        {"name": "Nobody Atall"},
    ],
)
def test_a_wrong_name_or_date_gets_the_same_answer_and_leaves_a_trace(
    cast: Cast, tom: Client, wrong: dict[str, str]
) -> None:
    page = tom.post(PAGE, asked(**wrong))
    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == [
        "No record was opened. Check the name and the date of birth."
    ]
    assert not EmergencyAccess.objects.exists()
    event = AuditEvent.objects.get(verb="emergency-not-found")
    assert (event.action, event.subject_id) == (Action.DENIED, None)


def test_two_of_the_same_name_and_birth_open_nothing(cast: Cast, tom: Client) -> None:
    cast.other_patient.name = "Maria Lund"
    cast.other_patient.save()
    assert tom.post(PAGE, asked()).status_code == 422
    assert not EmergencyAccess.objects.exists()


def test_names_cannot_be_tried_out(cast: Cast, tom: Client) -> None:
    for number in range(MOST_TRIES):
        assert tom.post(PAGE, asked(name=f"Guess {number}")).status_code == 422
    assert tom.post(PAGE, asked()).status_code == 429
    assert not EmergencyAccess.objects.exists()


def test_ones_own_patient_needs_no_emergency(cast: Cast, anna: Client) -> None:
    assert anna.post(PAGE, asked())["Location"] == record_of(cast)
    assert not EmergencyAccess.objects.exists()


def test_it_can_be_closed_early(cast: Cast, tom: Client) -> None:
    tom.post(PAGE, asked())
    tom.post(reverse("therapists:emergency-end", args=[cast.patient.pk]))
    assert tom.get(record_of(cast)).status_code == 404
    assert AuditEvent.objects.filter(verb="emergency-end").count() == 1


def test_only_therapists_have_it(cast: Cast) -> None:
    for user in (cast.supervisor, cast.admin, cast.patient.user):
        assert signed_in(user).get(PAGE).status_code == 403
        assert signed_in(user).post(PAGE, asked()).status_code == 403


def test_looking_at_the_form_leaves_nothing(cast: Cast, tom: Client) -> None:
    before = AuditEvent.objects.count()
    assert tom.get(PAGE).status_code == 200
    assert AuditEvent.objects.count() == before
