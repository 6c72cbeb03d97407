"""A member of the team marks one message or one entry: an alert that points to it."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from messaging.actions import send_message
from patients.actions.alerts import flag_risk
from patients.models import Alert
from patients.safety.words import SHOWS
from tests.factories.cast import Cast, open_first_module, real_version
from tests.factories.skills import a_thought, fill, today_of

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def message(cast: Cast) -> Any:
    return send_message(
        by=cast.patient.user, patient=cast.patient, body="It is all too much.", submission_id=uuid4()
    )


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.therapist, backend=BACKEND)
    return client


def form(cast: Cast, **values: str) -> tuple[str, dict[str, str]]:
    return f"/patients/{cast.patient.pk}/alert/", {"level": "2", "reason": "She sounds hopeless", **values}


def test_message_is_marked_from_its_own_link_and_the_alert_points_to_it(
    cast: Cast, desk: Client, message: Any
) -> None:
    link = f"/patients/{cast.patient.pk}/alert/?about=message:{message.pk}"
    assert link in desk.get(f"/patients/{cast.patient.pk}/messages/").content.decode()
    assert link in desk.get(f"/patients/{cast.patient.pk}/").content.decode()
    opened = desk.get(link).content.decode()
    assert "It is all too much." in opened
    url, values = form(cast, shows="thoughts", about=f"message:{message.pk}")
    assert desk.post(url, values).status_code == 302
    alert = Alert.objects.get()
    assert alert.level == 2
    assert alert.snapshot["about"]["id"] == str(message.pk)
    assert len(alert.snapshot["about"]["text_hash"]) == 64
    assert "too much" not in str(alert.snapshot)
    page = desk.get(f"/alerts/{alert.pk}/").content.decode()
    assert f"/patients/{cast.patient.pk}/written/message/{message.pk}/" in page
    assert str(SHOWS["thoughts"][1]) in page


def test_entry_of_a_log_is_marked_and_the_alert_points_to_it(client: Client) -> None:
    cast = Cast(on_programme=real_version)
    open_first_module(cast.enrolment)
    entry = fill(cast.enrolment, "w7-thought-record", a_thought(today_of(cast.enrolment)))
    client.force_login(cast.therapist, backend=BACKEND)
    link = f"/patients/{cast.patient.pk}/alert/?about=entry:{entry.pk}"
    assert link in client.get(f"/patients/{cast.patient.pk}/").content.decode()
    assert client.get(link).status_code == 200
    url, values = form(cast, about=f"entry:{entry.pk}")
    client.post(url, values)
    assert Alert.objects.get().snapshot["about"]["written"] == "entry"


@pytest.mark.parametrize("shows", ["plan", "attempt", "emergency-sign"])
def test_plan_is_of_the_highest_level_whatever_was_chosen(
    cast: Cast, desk: Client, message: Any, shows: str
) -> None:
    url, values = form(cast, shows=shows, about=f"message:{message.pk}")
    refused = desk.post(url, values)
    assert refused.status_code == 422
    assert "at least R3" in refused.content.decode()
    assert not Alert.objects.exists()
    alert = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=1, reason="A plan", shows=shows)
    assert alert.level == 3


@pytest.mark.parametrize("about", ["message:nothing", "message:", "page:1", "entry"])
def test_alert_about_what_is_not_there_is_none(cast: Cast, desk: Client, about: str) -> None:
    url, values = form(cast, about=about)
    assert desk.post(url, values).status_code == 404
    assert desk.get(f"{url}?about={about}").status_code == 404
    assert not Alert.objects.exists()


def test_alert_about_another_patients_message_is_none(cast: Cast, desk: Client) -> None:
    theirs = send_message(
        by=cast.other_patient.user, patient=cast.other_patient, body="Mine", submission_id=uuid4()
    )
    url, values = form(cast, about=f"message:{theirs.pk}")
    assert desk.post(url, values).status_code == 404
    assert not Alert.objects.exists()


def test_second_mark_within_a_day_is_added_and_points_to_its_own_text(
    cast: Cast, desk: Client, message: Any
) -> None:
    later = send_message(by=cast.patient.user, patient=cast.patient, body="Worse", submission_id=uuid4())
    for one in (message, later):
        url, values = form(cast, about=f"message:{one.pk}")
        desk.post(url, values)
    alert = Alert.objects.get()
    page = desk.get(f"/alerts/{alert.pk}/").content.decode()
    for one in (message, later):
        assert f"/written/message/{one.pk}/" in page


def test_colleague_who_takes_it_on_reads_the_reason_and_not_the_record(
    cast: Cast, client: Client, desk: Client, message: Any
) -> None:
    url, values = form(cast, about=f"message:{message.pk}")
    desk.post(url, values)
    alert = Alert.objects.get()
    client.force_login(cast.unassigned_therapist, backend=BACKEND)
    client.post(f"/alerts/{alert.pk}/", {"act": "take"})
    page = client.get(f"/alerts/{alert.pk}/").content.decode()
    assert "She sounds hopeless" in page
    assert "/written/message/" not in page
    assert "Their therapist can open it" in page
