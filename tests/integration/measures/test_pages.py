"""The pages of questionnaires through the client: pressed twice, two devices, corrected, somebody else's."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from painclinic import clock
from patients.measures.asked import window_of_patient
from patients.measures.due import open_sets
from patients.models import Draft, Enrolment, Occasion, Patient, Response
from tests.factories.cast import Cast, real_version
from tests.factories.instruments import load_builtins
from tests.integration.measures.test_submit import PEG, START, occasion_of

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    with clock.moved(START - clock.now()):
        load_builtins()
        yield Cast(on_programme=real_version)


@pytest.fixture
def occasion(cast: Cast) -> Occasion:
    return occasion_of(cast.enrolment)


@pytest.fixture
def patient(cast: Cast, client: Client) -> Client:
    client.force_login(cast.patient.user, backend=BACKEND)
    return client


def address(occasion: Occasion, slug: str = "peg") -> str:
    return f"/questions/{occasion.pk}/{slug}/"


def sent(occasion: Occasion, more: str = "", **answers: str) -> dict[str, Any]:
    draft = str(Draft.id_for(occasion.enrolment.patient.user_id, f"measure:{occasion.pk}:peg{more}", 0))
    return {"draft": draft, "base_rev": "0", "submission_id": draft, "draft_tab": "t1"} | PEG | answers


def test_second_press_leads_on_and_says_nothing(patient: Client, occasion: Occasion) -> None:
    for _press in range(2):
        answer = patient.post(address(occasion), sent(occasion), follow=True)
        assert answer.status_code == 200
        assert "You have answered this on another page" not in answer.content.decode()

    assert Response.objects.count() == 1


def test_second_device_is_told_in_plain_words_and_changes_nothing(
    patient: Client, occasion: Occasion
) -> None:
    patient.post(address(occasion), sent(occasion))
    other = sent(occasion, p="9")
    other["draft"] = other["submission_id"] = str(
        Draft.id_for(occasion.enrolment.patient.user_id, f"measure:{occasion.pk}:peg", 1)
    )

    answer = patient.post(address(occasion), other, follow=True)

    assert "answered this on another page or device" in answer.content.decode()
    assert Response.objects.get().answers == {"p": 5, "e": 6, "g": 7}


def test_correction_is_a_new_response_and_the_form_shows_what_was_answered(
    patient: Client, occasion: Occasion
) -> None:
    patient.post(address(occasion), sent(occasion))
    first = Response.objects.get()
    assert 'name="p" value="5" checked' in patient.get(address(occasion)).content.decode()

    patient.post(address(occasion), sent(occasion, f":{first.pk}", p="2"))
    patient.post(address(occasion), sent(occasion, f":{first.pk}", p="2"))

    newest = Response.objects.current().get()
    assert (newest.supersedes, newest.answers["p"]) == (first, 2)


def test_missing_answer_is_said_beside_it_and_the_rest_is_kept(patient: Client, occasion: Occasion) -> None:
    raw = sent(occasion)
    del raw["g"]

    answer = patient.post(address(occasion), raw)

    assert answer.status_code == 422
    assert 'name="p" value="5" checked' in answer.content.decode()
    assert not Response.objects.exists()


def test_answer_that_was_never_on_offer_is_refused_in_plain_words(
    patient: Client, occasion: Occasion
) -> None:
    answer = patient.post(address(occasion), sent(occasion, g="11"))

    assert answer.status_code == 422
    assert 'name="p" value="5" checked' in answer.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("days", "words"),
    [(7, "The time for these questions is over."), (-40, "It is too early for these questions.")],
)
def test_questions_outside_their_days_are_refused_in_plain_words(
    cast: Cast, client: Client, occasion: Occasion, days: int, words: str
) -> None:
    with clock.moved(timedelta(days=days)):
        client.force_login(cast.patient.user, backend=BACKEND)
        answer = client.post(address(occasion), sent(occasion), follow=True)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London"])
def test_questions_open_and_close_at_the_patients_own_midnight(cast: Cast, zone: str) -> None:
    """In London the clocks go forward in the night after the window opens."""
    Patient.objects.filter(pk=cast.patient.pk).update(timezone=zone)
    day = date(2026, 3, 28)
    occasion = occasion_of(cast.enrolment, opens_on=day, due_on=day, closes_on=day + timedelta(days=1))
    enrolment = Enrolment.objects.get(pk=cast.enrolment.pk)
    edges = [
        (datetime(2026, 3, 27, 23, 59), "early"),
        (datetime(2026, 3, 28, 0, 1), "open"),
        (datetime(2026, 3, 29, 23, 59), "open"),
        (datetime(2026, 3, 30, 0, 1), "over"),
    ]
    for at, window in edges:
        moment = at.replace(tzinfo=ZoneInfo(zone))
        with clock.moved(moment - clock.now()):
            assert window_of_patient(occasion, enrolment.patient) == window
            shown = [one.occasion.pk for one in open_sets(cast.patient.user, enrolment)]
        assert (occasion.pk in shown) == (window == "open")


def test_nobody_answers_for_somebody_else(cast: Cast, client: Client, occasion: Occasion) -> None:
    client.force_login(cast.other_patient.user, backend=BACKEND)

    for act in (client.get, client.post):
        assert act(address(occasion)).status_code == 404
    assert not Response.objects.exists()
