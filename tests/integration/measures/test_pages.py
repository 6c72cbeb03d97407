"""The pages of questionnaires through the client: pressed twice, two devices, corrected, somebody else's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from painclinic import clock
from patients.models import Draft, Occasion, Response
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


def test_nobody_answers_for_somebody_else(cast: Cast, client: Client, occasion: Occasion) -> None:
    client.force_login(cast.other_patient.user, backend=BACKEND)

    for act in (client.get, client.post):
        assert act(address(occasion)).status_code == 404
    assert not Response.objects.exists()
