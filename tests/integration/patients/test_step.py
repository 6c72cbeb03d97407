"""The player: every kind of step, remembered on every device, and nothing blocks the way."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import CheckAnswer, Enrolment, Entry, StepProgress, StepRating
from tests.factories.cast import Cast
from tests.integration.patients.test_course import finish, queries, steps
from tests.integration.patients.test_practice import a_log, a_map, hidden

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HTMX = {"HTTP_HX_REQUEST": "true"}
CHECK, EXERCISE, SHEET, LOG, HOPE, PLAN, SUMMARY = 7, 4, 8, 9, 10, 11, 12


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


def url(step: int, act: str = "") -> str:
    return f"/course/1/{step}/{act}/" if act else f"/course/1/{step}/"


def visited(enrolment: Enrolment) -> list[int]:
    rows = StepProgress.objects.filter(enrolment=enrolment).order_by("visited_at")
    return list(rows.values_list("step__number", flat=True))


@pytest.mark.parametrize("number", range(13))
def test_every_step_of_the_first_week_has_one_heading_and_one_way_on(patient: Client, number: int) -> None:
    page = patient.get(url(number))
    html = page.content.decode()
    assert page.status_code == 200
    assert html.count("<h1") == 1
    assert len(re.findall(r'id="go-on"', html)) == 1
    assert "<script>" not in html
    assert " style=" not in html.replace("text-anchor", "")


def test_going_on_marks_the_step_and_leads_to_the_next(real_cast: Cast, patient: Client) -> None:
    for _ in range(2):
        assert patient.post(url(1, "finish"))["Location"] == url(2)
    progress = StepProgress.objects.get(enrolment=real_cast.enrolment, step__number=1)
    assert progress.done_at is not None
    assert f'href="{url(1)}"' in patient.get(url(2)).content.decode()


def test_another_device_goes_on_where_this_one_was(real_cast: Cast, patient: Client) -> None:
    patient.post(url(1, "finish"))
    assert patient.post(url(5, "visit"), **HTMX).status_code == 204
    tablet = Client()
    tablet.force_login(real_cast.patient.user, backend=BACKEND)
    page = tablet.get("/course/1/").content.decode()
    assert "Step 5: " in page
    assert "Go on where you were" in page


def test_looking_back_moves_nobody_back(real_cast: Cast, patient: Client) -> None:
    finish(real_cast.enrolment, *steps(real_cast.enrolment)[:3])
    patient.post(url(2, "visit"), **HTMX)
    assert "Step 4: " in patient.get("/course/1/").content.decode()


def test_reading_alone_remembers_nothing(real_cast: Cast, patient: Client) -> None:
    patient.get(url(3))
    assert visited(real_cast.enrolment) == []


def test_last_step_leads_to_the_homework_with_a_word(real_cast: Cast, patient: Client) -> None:
    finish(real_cast.enrolment, *steps(real_cast.enrolment)[:-1])
    response = patient.post(url(SUMMARY, "finish"), follow=True)
    assert response.redirect_chain[0][0] == "/course/1/homework/"
    assert "You have been through all of week 1" in response.content.decode()


def test_last_step_with_others_left_leads_back_to_them(patient: Client) -> None:
    response = patient.post(url(SUMMARY, "finish"), follow=True)
    assert response.redirect_chain[0][0] == "/course/1/"
    assert "The ones still open are below" in response.content.decode()


def test_short_version_stands_beside_the_path(real_cast: Cast, patient: Client) -> None:
    page = patient.get(url(0)).content.decode()
    assert "The short version" in page
    assert "Step 0" not in page
    assert patient.post(url(0, "finish"))["Location"] == "/course/1/"
    assert "Step 1: " in patient.get("/course/1/").content.decode()


@pytest.mark.parametrize("act", ["", "finish", "visit", "answer", "rate"])
def test_step_of_a_closed_week_leads_to_the_week_and_keeps_nothing(
    cast: Cast, client: Client, act: str
) -> None:
    client.force_login(cast.patient.user, backend=BACKEND)
    address = f"/course/2/1/{act}/" if act else "/course/2/1/"
    answer = client.post(address, {"question": "q", "option": "0"}) if act else client.get(address)
    assert answer.status_code in (302, 404)
    if answer.status_code == 302:
        assert answer["Location"] == "/course/2/"
    assert not StepProgress.objects.exists()


def test_no_such_step_is_not_found(patient: Client) -> None:
    assert patient.get(url(13)).status_code == 404
    assert patient.post(url(13, "finish")).status_code == 404


# --- check questions ---


def question_of(real_cast: Cast, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = steps(real_cast.enrolment)[CHECK - 1].questions[index]
    return found


def test_answer_is_explained_beside_it_and_again_on_another_device(real_cast: Cast, patient: Client) -> None:
    asked = question_of(real_cast)
    response = patient.post(url(CHECK, "answer"), {"question": asked["id"], "option": "0"})
    assert response["Location"] == f"{url(CHECK)}#question-{asked['id']}"
    page = patient.get(url(CHECK)).content.decode()
    assert asked["options"][0]["feedback"] in page.replace("&#x27;", "'")
    assert asked["options"][1]["feedback"] not in page.replace("&#x27;", "'")
    assert "Try another answer" in page


def test_fragment_is_what_the_full_page_shows(real_cast: Cast, patient: Client) -> None:
    asked = question_of(real_cast)
    data = {"question": asked["id"], "option": "1"}
    fragment = patient.post(url(CHECK, "answer"), data, **HTMX).content.decode()
    form = f'<form class="check" id="question-{asked["id"]}"'
    whole = patient.get(url(CHECK)).content.decode()

    def without_token(text: str) -> str:
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text).split("</form>")[0].strip()

    assert without_token(fragment) == without_token(form + whole.split(form)[1])


def test_wrong_answer_blocks_nothing_and_every_try_is_kept(real_cast: Cast, patient: Client) -> None:
    asked = question_of(real_cast)
    for option in ("0", "0", "1"):
        patient.post(url(CHECK, "answer"), {"question": asked["id"], "option": option})
    kept = CheckAnswer.objects.filter(enrolment=real_cast.enrolment).order_by("answered_at")
    assert [(answer.option, answer.is_correct) for answer in kept] == [(0, False), (1, True)]
    assert patient.post(url(CHECK, "finish"))["Location"] == url(8)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_pressing_without_an_answer_says_what_to_do(
    real_cast: Cast, patient: Client, headers: dict[str, str]
) -> None:
    response = patient.post(url(CHECK, "answer"), {"question": question_of(real_cast)["id"]}, **headers)
    assert response.status_code == 422
    assert "Choose the answer that seems best to you" in response.content.decode()
    assert not CheckAnswer.objects.exists()


@pytest.mark.parametrize("data", [{"question": "no-such", "option": "0"}, {"option": "7"}, {}])
def test_answers_that_nobody_asked_for_are_not_found(
    real_cast: Cast, patient: Client, data: dict[str, str]
) -> None:
    data = {"question": question_of(real_cast)["id"], **data} if data else {"question": "x"}
    assert patient.post(url(CHECK, "answer"), data, **HTMX).status_code == 404


# --- ratings ---


def test_numbers_are_kept_as_chosen_and_compared_without_judgement(real_cast: Cast, patient: Client) -> None:
    assert "Saved." in patient.post(url(EXERCISE, "rate"), {"before": "6"}, **HTMX).content.decode()
    said = patient.post(url(EXERCISE, "rate"), {"after": "8"}, **HTMX).content.decode()
    assert said == "It was 6 before and is 8 now."
    newest = StepRating.objects.filter(enrolment=real_cast.enrolment).order_by("rated_at").last()
    assert newest is not None
    assert (newest.before, newest.after) == (6, 8)


def test_without_scripts_going_on_keeps_the_numbers(real_cast: Cast, patient: Client) -> None:
    assert patient.post(url(EXERCISE, "finish"), {"before": "4", "after": "4"})["Location"] == url(5)
    page = patient.get(url(EXERCISE)).content.decode()
    assert "It was 4 before and is 4 now: the same." in page
    assert len(re.findall(r'value="4" checked', page)) == 2


def test_going_on_without_a_number_is_fine(patient: Client) -> None:
    assert patient.post(url(EXERCISE, "finish"))["Location"] == url(5)
    assert not StepRating.objects.exists()


@pytest.mark.parametrize(("step", "data"), [(EXERCISE, {"before": "11"}), (1, {"before": "3"})])
def test_other_numbers_and_other_steps_take_no_rating(
    patient: Client, step: int, data: dict[str, str]
) -> None:
    assert patient.post(url(step, "rate"), data).status_code == 404
    assert not StepRating.objects.exists()


# --- worksheets and logs ---


def hand_in(client: Client, address: str, data: dict[str, str]) -> Any:
    return client.post(address, hidden(client.get(address)) | data)


def test_worksheet_stands_beside_its_example_and_is_handed_in(real_cast: Cast, patient: Client) -> None:
    page = patient.get(url(SHEET)).content.decode()
    assert page.index("How Winston filled it in") < page.index('name="situation"')
    assert hand_in(patient, url(SHEET), a_map())["Location"] == url(LOG)
    assert StepProgress.objects.get(enrolment=real_cast.enrolment, step__number=SHEET).done_at
    page = patient.get(url(SHEET)).content.decode()
    assert "On the stairs" in page
    assert 'name="situation"' not in page
    assert "Change it" in page


def test_changed_worksheet_takes_the_place_of_the_first(real_cast: Cast, patient: Client) -> None:
    hand_in(patient, url(SHEET), a_map())
    change = f"{url(SHEET)}?change=1"
    assert "On the stairs" in patient.get(change).content.decode()
    assert hand_in(patient, change, a_map(situation="In the queue")).status_code == 302
    entries = Entry.objects.filter(enrolment=real_cast.enrolment)
    assert entries.count() == 2
    newest = entries.current().get()
    assert (newest.version, newest.answers["situation"]) == (2, "In the queue")


def test_missing_answer_is_said_beside_it_and_the_rest_stays(patient: Client) -> None:
    response = hand_in(patient, url(SHEET), a_map(thoughts=""))
    html = response.content.decode()
    assert response.status_code == 422
    assert "On the stairs" in html
    assert 'href="#id-thoughts"' in html
    assert not Entry.objects.exists()


def test_saving_for_later_keeps_the_text_and_hands_nothing_in(patient: Client) -> None:
    response = hand_in(patient, url(SHEET), {"situation": "Half a sentence", "save_only": "1"})
    assert response["Location"] == "/course/1/"
    assert not Entry.objects.exists()
    assert "Half a sentence" in patient.get(url(SHEET)).content.decode()


def test_two_presses_hand_in_once(patient: Client) -> None:
    data = hidden(patient.get(url(SHEET))) | a_map()
    assert [patient.post(url(SHEET), data).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.count() == 1


def test_steps_without_a_form_take_none(patient: Client) -> None:
    assert patient.post(url(1), a_map()).status_code == 404
    assert patient.post(url(LOG), a_log()).status_code == 404


def test_log_shows_its_example_and_the_lines_so_far(patient: Client) -> None:
    page = patient.get(url(LOG)).content.decode()
    assert "Saturday: washing, three loads" in page
    assert "Write the first one" in page
    address = f"/practice/w3-activity-log/new/?next={url(LOG)}"
    assert hand_in(patient, address, a_log() | {"next": url(LOG)})["Location"] == url(LOG)
    page = patient.get(url(LOG)).content.decode()
    assert "Washing up" in page
    assert "Add another one" in page


@pytest.mark.parametrize("step", [1, EXERCISE, CHECK, LOG])
def test_player_costs_the_same_however_much_was_done(real_cast: Cast, patient: Client, step: int) -> None:
    def one_more() -> None:
        hand_in(patient, "/practice/w3-activity-log/new/", a_log())
        patient.post(url(EXERCISE, "rate"), {"before": "6"})
        patient.post(url(CHECK, "answer"), {"question": question_of(real_cast)["id"], "option": "0"})

    one_more()
    patient.get(url(step))
    few = queries(patient, url(step))
    finish(real_cast.enrolment, *steps(real_cast.enrolment))
    for index, asked in enumerate(steps(real_cast.enrolment)[CHECK - 1].questions):
        patient.post(url(CHECK, "answer"), {"question": asked["id"], "option": str(index % 2)})
    for _ in range(4):
        one_more()
    # The words "Saved." wait in the session until a page has shown them.
    patient.get(url(step))
    assert queries(patient, url(step)) == few


def test_player_stays_within_a_small_number_of_queries(patient: Client) -> None:
    patient.get(url(1))
    with CaptureQueriesContext(connection) as captured:
        patient.get(url(1))
    assert len(captured) <= 30
