"""What the patient sees at once, and what stays in their way until it is read."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from painclinic import clock
from patients.models import Alert, DutyShift
from tests.access.world import BACKEND
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.outbox import until

pytestmark = pytest.mark.django_db
MONDAY = "2026-03-02T10:00+00:00"
GATED = ["/home/", "/course/", "/practice/", "/messages/", "/progress/", "/goals/", "/reports/"]
CALM = {"thoughts": "no", "how": "no", "intend": "no", "safe": "yes"}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until(MONDAY)):
        yield


@pytest.fixture
def phone(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.patient.user, backend=BACKEND)
    return client


def text(client: Client, path: str = "/support/") -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize("item", [1, 2, 3])
@pytest.mark.parametrize("path", GATED)
def test_every_page_leads_to_the_numbers_until_they_are_read(
    cast: Cast, phone: Client, item: int, path: str
) -> None:
    store(cast.enrolment, mood(item))
    response = phone.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/support/")
    phone.post("/support/read/")
    assert phone.get(path).status_code == 200


def test_fragment_of_a_page_leads_to_the_numbers_too(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(3))
    response = phone.get("/messages/", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == "/support/"


@pytest.mark.parametrize("name", ["help-now", "account_logout"])
def test_help_and_signing_out_stay_open(cast: Cast, phone: Client, name: str) -> None:
    store(cast.enrolment, mood(3))
    assert phone.get(reverse(name)).status_code == 200


def test_answer_without_risk_is_in_nobodys_way(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(0, 3))
    assert phone.get("/home/").status_code == 200


def test_numbers_come_first_and_work_by_tap(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(1))
    page = text(phone)
    for number in ("tel:999", "tel:116123", "tel:01154960000", "tel:07700900456"):
        assert number in page
    main = page[page.index("<main") :]
    assert main.index("<h1") < main.index('id="call"') < main.index('id="happens"') < main.index('id="asks"')
    assert "autofocus" in main[: main.index("</h1>")]


def test_highest_level_fills_the_screen_and_asks_nothing_before_it_is_read(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(3))
    page = text(phone)
    assert 'class="site-nav' not in page
    assert 'name="thoughts"' not in page
    assert "I have read this" in page
    after = phone.post("/support/read/", follow=True).content.decode()
    assert 'name="thoughts"' in after
    assert 'class="site-nav' in after
    assert Alert.objects.get().patient_read_at


def test_lower_level_turned_highest_by_the_answers_fills_the_screen(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(1))
    after = phone.post("/support/", CALM | {"intend": "yes"}, follow=True).content.decode()
    assert "I have read this" in after
    assert 'class="site-nav' not in after
    assert phone.get("/home/").status_code == 302
    phone.post("/support/read/")
    assert phone.get("/home/").status_code == 200


def test_answers_are_stored_and_the_way_is_free(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(1))
    assert 'name="thoughts"' not in phone.post("/support/", CALM, follow=True).content.decode()
    assert Alert.objects.get().events.get(kind="follow-up").details == {"answers": CALM}
    assert phone.get("/home/").status_code == 200


def test_question_left_out_is_asked_for_again_with_the_numbers_above(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(1))
    response = phone.post("/support/", {"thoughts": "no"})
    assert response.status_code == 422
    assert b"tel:999" in response.content
    assert not Alert.objects.get().events.filter(kind="follow-up").exists()


def marked(client: Client) -> str:
    """What a press on the page of this moment says that it is about."""
    return text(client).split('name="alert" value="')[1].split('"')[0]


def test_press_that_arrives_late_is_never_taken_for_a_newer_alert(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(3))
    before = marked(phone)
    phone.post("/support/read/", {"alert": before})
    with clock.moved(timedelta(minutes=10)):
        store(cast.enrolment, mood(3))
        phone.post("/support/read/", {"alert": before})
        assert phone.get("/home/").status_code == 302
        phone.post("/support/read/", {"alert": marked(phone)})
        assert phone.get("/home/").status_code == 200


def test_answers_that_arrive_late_are_kept_with_the_alert_they_were_about(cast: Cast, phone: Client) -> None:
    _, first = store(cast.enrolment, mood(1))
    assert first
    waiting = marked(phone)
    store(cast.enrolment, {"saddle": 1}, slug="new-symptoms")
    phone.post("/support/", CALM | {"alert": waiting, "intend": "yes"})
    first.refresh_from_db()
    assert first.level == Alert.Level.R3
    assert first.events.filter(kind="follow-up").count() == 1
    phone.post("/support/", CALM | {"alert": waiting})
    assert first.events.filter(kind="follow-up").count() == 1


@pytest.mark.parametrize(("intend", "alerts"), [("yes", 2), ("no", 1)])
def test_answers_that_arrive_after_the_alert_was_closed_raise_their_own_if_they_are_a_risk(
    cast: Cast, phone: Client, intend: str, alerts: int
) -> None:
    from patients.actions import alert_handling as acts

    _, alert = store(cast.enrolment, mood(1))
    assert alert
    waiting = marked(phone)
    acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")
    acts.resolve(by=cast.therapist, alert=alert, outcome="no-action", note="Spoke")
    phone.post("/support/", CALM | {"alert": waiting, "intend": intend})
    assert Alert.objects.count() == alerts
    if intend == "yes":
        newest = Alert.objects.open().get()
        assert newest.level == Alert.Level.R3
        assert phone.get("/home/").status_code == 302


@pytest.mark.parametrize("mark", ["nonsense", "@", "00000000-0000-0000-0000-000000000000@x"])
def test_mark_that_names_nothing_changes_nothing(cast: Cast, phone: Client, mark: str) -> None:
    store(cast.enrolment, mood(1))
    assert phone.post("/support/", CALM | {"alert": mark}).status_code == 302
    phone.post("/support/read/", {"alert": mark})
    alert = Alert.objects.get()
    assert alert.patient_read_at is None
    assert not alert.events.filter(kind="follow-up").exists()


def test_outside_hours_the_page_says_that_nobody_is_watching(cast: Cast, phone: Client) -> None:
    DutyShift.objects.all().delete()
    with clock.moved(timedelta(hours=12)):
        store(cast.enrolment, mood(3))
        page = text(phone)
    assert "Nobody at the clinic is looking at this right now" in page
    assert "tomorrow at 09:00" in page
    assert "tomorrow at 10:00" in page


def test_within_hours_the_page_says_by_when_somebody_calls(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(3))
    page = text(phone)
    assert "Nobody at the clinic" not in page
    assert "tries to call you today at 11:00" in page


def test_sign_of_illness_says_where_to_go_and_asks_no_questions_about_mood(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, {"saddle": 1}, slug="new-symptoms")
    page = text(phone)
    assert "Please get medical help now" in page
    assert "Your life matters" not in page
    assert 'name="thoughts"' not in phone.post("/support/read/", follow=True).content.decode()


def test_what_is_being_sent_is_stored_although_something_is_to_be_read(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(3))
    assert phone.post("/flare-up/start/").status_code == 302
    assert cast.enrolment.respites.exists()


def test_page_never_shows_level_score_or_item(cast: Cast, phone: Client) -> None:
    store(cast.enrolment, mood(3, 20))
    page = text(phone) + phone.post("/support/read/", follow=True).content.decode()
    for word in ("R3", "PHQ", "item 9", "Item 9", "score of", "severe"):
        # As a word: the token of a form can hold any two characters.
        assert not re.search(rf"\b{word}\b", page)


def test_closed_alert_is_in_nobodys_way(cast: Cast, phone: Client) -> None:
    from patients.actions import alert_handling as acts

    _, alert = store(cast.enrolment, mood(1))
    assert alert
    acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")
    acts.resolve(by=cast.therapist, alert=alert, outcome="no-action", note="Spoke")
    assert phone.get("/home/").status_code == 200
    assert "Whom you can call" in text(phone)
