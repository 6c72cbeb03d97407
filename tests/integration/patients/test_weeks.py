"""Pages over logs: nights, thought records and cards, weeks, planned activities; and the short forms."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from painclinic import clock
from patients.actions.cards import NotACardError, try_card
from patients.actions.entries import SupersededError, amend_entry
from patients.models import Enrolment, Entry
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import (
    a_night,
    a_plan,
    a_practice,
    a_thought,
    fill,
    skills_version,
    today_of,
)
from tests.integration.patients.test_practice import BACKEND, a_log, post

pytestmark = pytest.mark.django_db
# The morning after the clocks went forward in London.
START = datetime(2026, 3, 30, 9, tzinfo=UTC)
CARD = "w8-coping-card"


@pytest.fixture
def enrolment(db: None, tmp_path: Path) -> Iterator[Enrolment]:
    with clock.moved(START - clock.now()):
        cast = Cast(on_programme=lambda: skills_version(tmp_path))
        open_first_module(cast.enrolment)
        yield cast.enrolment


@pytest.fixture
def patient(enrolment: Enrolment, client: Client) -> Client:
    client.force_login(enrolment.patient.user, backend=BACKEND)
    return client


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def nights(enrolment: Enrolment, count: int) -> None:
    for back in range(count):
        fill(enrolment, "w9-sleep-diary", a_night(today_of(enrolment) - timedelta(days=back)))


def a_card(enrolment: Enrolment, **changed: str) -> Entry:
    raw = {"made_on": today_of(enrolment).isoformat(), "helpful_sentence": "Slowly is fine."} | changed
    return fill(enrolment, CARD, raw)


def test_two_nights_show_times_and_no_efficiency(enrolment: Enrolment, patient: Client) -> None:
    nights(enrolment, 2)

    page = text(patient, "/sleep/")

    assert "5 hours 45 minutes" in page
    assert "With 1 more night" in page
    assert "sleep efficiency" not in page


def test_three_nights_show_both_efficiencies_also_over_a_clock_change(
    enrolment: Enrolment, patient: Client
) -> None:
    nights(enrolment, 3)

    page = text(patient, "/sleep/")

    assert "<strong>66%</strong> of your time in bed" in page
    assert "it is 73%" in page


def test_impossible_night_says_so_beside_the_field_and_keeps_the_rest(
    enrolment: Enrolment, patient: Client
) -> None:
    typed = a_night(today_of(enrolment), waso_min="500", note="Storm outside")

    response = post(patient, "/practice/w9-sleep-diary/new/", typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert "A smaller guess fits" in page[page.index('id="id-waso_min-error"') :][:300]
    assert 'value="22:30"' in page
    assert "Storm outside" in page
    assert not Entry.objects.exists()


def test_sleep_page_walks_back_and_takes_any_day(enrolment: Enrolment, patient: Client) -> None:
    nights(enrolment, 1)

    assert "No night written down here" in text(patient, "/sleep/?until=2026-03-16")
    for odd in ("nonsense", "2026-02-31", "0001-01-01", "9999-12-31", ""):
        assert "Morning of Monday 30 March" in text(patient, f"/sleep/?until={odd}")


def test_thought_record_shows_belief_and_feelings_before_and_after(
    enrolment: Enrolment, patient: Client
) -> None:
    fill(enrolment, "w7-thought-record", a_thought(today_of(enrolment)))

    page = text(patient, "/thoughts/")

    assert "Belief in the thought: before 90%, after 30%." in page
    assert "Sad: before 80%, after 45%." in page


def test_card_made_from_a_thought_record_is_filled_with_its_balanced_thought(
    enrolment: Enrolment, patient: Client
) -> None:
    thought = fill(enrolment, "w7-thought-record", a_thought(today_of(enrolment)))
    url = f"/practice/{CARD}/new/?thought={thought.pk}&next=/cards/"
    assert url.replace("&", "&amp;") in text(patient, "/thoughts/")

    form = patient.get(url).context["form"]

    offered = {field.key: field.value for field in form.fields}
    assert offered["helpful_sentence"] == "Some days work, some do not"
    assert offered["trigger"] == "The bus did not come"
    saved = {name: offered[name] for name in ("made_on", "trigger", "helpful_sentence")}
    assert post(patient, url, saved | {"next": "/cards/"}).url == "/cards/"
    assert "Some days work, some do not" in text(patient, "/cards/")


def test_card_of_a_foreign_or_unknown_thought_starts_empty(enrolment: Enrolment, patient: Client) -> None:
    form = patient.get(f"/practice/{CARD}/new/?thought={uuid4()}").context["form"]

    assert not any(field.value for field in form.fields if field.key == "helpful_sentence")


def test_trying_a_card_counts_once_per_press_and_keeps_the_earlier_version(
    enrolment: Enrolment, patient: Client
) -> None:
    card = a_card(enrolment)

    for _press in range(2):
        assert patient.post(f"/cards/{card.pk}/tried/", {"helped": "7"}).url == "/cards/"

    newest = Entry.objects.current().get()
    assert (newest.values["tried_count"], newest.values["helped"]) == (1, 7)
    assert newest.supersedes_id == card.pk
    assert newest.answers["helpful_sentence"] == "Slowly is fine."
    assert "Tried 1 time, helped 7 of 10 the last time" in text(patient, "/cards/")
    patient.post(f"/cards/{newest.pk}/tried/", {"helped": ""})
    assert Entry.objects.current().get().values == newest.values | {"tried_count": 2}


@pytest.mark.parametrize("helped", [-1, 11])
def test_rating_out_of_range_changes_nothing(enrolment: Enrolment, helped: int) -> None:
    card = a_card(enrolment)

    with pytest.raises(NotACardError):
        try_card(by=enrolment.patient.user, card=card, helped=helped)
    assert Entry.objects.count() == 1


def test_card_made_long_ago_can_still_be_tried(enrolment: Enrolment, patient: Client) -> None:
    card = a_card(enrolment)
    clock.set_shift(clock._shift + timedelta(days=60))
    tried = try_card(by=enrolment.patient.user, card=card, helped=3)

    assert tried.on_date == card.on_date
    assert tried.values["made_on"] == card.values["made_on"]


def test_amending_an_entry_that_was_changed_meanwhile_is_refused(enrolment: Enrolment) -> None:
    card, user = a_card(enrolment), enrolment.patient.user
    amend_entry(by=user, entry=card, changed={"helped": "1"}, submission_id=uuid4())

    with pytest.raises(SupersededError):
        amend_entry(by=user, entry=card, changed={"helped": "2"}, submission_id=uuid4())


def test_activity_week_shows_each_day_and_the_swing_in_kind_words(
    enrolment: Enrolment, patient: Client
) -> None:
    today = today_of(enrolment)
    for back, minutes in ((3, "60"), (2, "60"), (1, "240"), (0, "20")):
        line = a_log(date=(today - timedelta(days=back)).isoformat(), minutes=minutes)
        fill(enrolment, "w3-activity-log", line)

    page = text(patient, "/activity/")

    assert "active 4 hours, resting 0 minutes" in page
    assert "much more than usual" in page
    assert "you were active for 4 hours, and on the day after for 20 minutes" in page
    assert page.count("nothing written, which is fine") == 3


def test_relaxation_week_counts_days_and_tension(enrolment: Enrolment, patient: Client) -> None:
    today = today_of(enrolment)
    fill(enrolment, "w5-relaxation-log", a_practice(today))
    fill(enrolment, "w5-relaxation-log", a_practice(today, tension_before="5", tension_after="3"))
    fill(enrolment, "w5-relaxation-log", a_practice(today - timedelta(days=2)))

    page = text(patient, "/relaxation-log/")

    assert "You practised on 2 of 7 days." in page
    assert "from 6.3 to 3.7" in page
    assert "3 times, 30 minutes" in page


def plan(enrolment: Enrolment, days: int) -> Entry:
    day = today_of(enrolment) + timedelta(days=days)
    raw = {"activity": "Tea with Pat", "planned_date": day.isoformat(), "expected_enjoyment": "3"}
    return fill(enrolment, "w6-activity-plan", raw)


def test_looking_back_on_a_plan_keeps_what_was_planned(enrolment: Enrolment, patient: Client) -> None:
    planned = plan(enrolment, -1)
    url = f"/plans/{planned.pk}/"
    assert url in text(patient, "/plans/")
    submission = str(patient.get(url).context["submission"])
    said = {"submission_id": submission, "done": "yes", "actual_enjoyment": "7"}

    for _press in range(2):
        assert patient.post(url, said).url == "/plans/"

    newest = Entry.objects.current().get()
    assert newest.answers["activity"] == "Tea with Pat"
    assert newest.values["expected_enjoyment"] == 3
    assert newest.values["actual_enjoyment"] == 7
    page = text(patient, "/plans/")
    assert "1 of 1 activity was enjoyed more than expected" in page
    assert "Tea with Pat: expected 3, in the end 7." in page


def test_wrong_outcome_is_said_and_what_was_typed_stays(enrolment: Enrolment, patient: Client) -> None:
    planned = plan(enrolment, 0)
    typed = {"done": "perhaps", "what_got_in_the_way": "Rain all day"}

    response = patient.post(f"/plans/{planned.pk}/", typed)

    assert response.status_code == 422
    assert "Rain all day" in response.content.decode()
    assert Entry.objects.count() == 1


def test_plan_to_come_is_not_asked_about(enrolment: Enrolment, patient: Client) -> None:
    plan(enrolment, 2)

    page = text(patient, "/plans/")

    assert "To come" in page
    assert "How did it go?" not in page


def test_quick_entry_of_activity_takes_three_taps(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w3-activity-log", a_log(activity="Ironing", minutes="25"))
    form = patient.get("/quick/w3-activity-log/").context["form"]
    sent = {field.name: field.value for field in form.fields} | {form.press.name: "4"}

    assert patient.post("/quick/w3-activity-log/", sent).url == "/home/"

    newest = Entry.objects.latest("submitted_at")
    assert (newest.answers["activity"], newest.values["minutes"], newest.values["pain_after"]) == (
        "Ironing",
        25,
        4,
    )


def test_quick_entry_sent_twice_is_one_line(enrolment: Enrolment, patient: Client) -> None:
    sent = a_log(submission_id=str(uuid4()))

    for _press in range(2):
        assert patient.post("/quick/w3-activity-log/", sent).status_code == 302

    assert Entry.objects.count() == 1


@pytest.mark.parametrize(("back", "status"), [(0, 302), (7, 302), (8, 422), (-1, 422)])
def test_quick_entry_goes_back_seven_days(
    enrolment: Enrolment, patient: Client, back: int, status: int
) -> None:
    day = (today_of(enrolment) - timedelta(days=back)).isoformat()

    assert patient.post("/quick/w3-activity-log/", a_log(date=day)).status_code == status
    assert Entry.objects.count() == (status == 302)


def test_quick_entry_with_a_fault_keeps_what_was_typed(enrolment: Enrolment, patient: Client) -> None:
    response = patient.post("/quick/w3-activity-log/", a_log(activity="Long walk", minutes="many"))

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Long walk"' in page
    assert "Enter a whole number" in page
    assert not Entry.objects.exists()


def test_enter_in_a_quick_form_chooses_no_number(enrolment: Enrolment, patient: Client) -> None:
    """The first button of the form says nothing: a browser presses it when Enter is hit in a field."""
    page = text(patient, "/quick/w3-activity-log/")
    form = page[page.index('<form class="form"') :]
    first = form[form.index("<button") : form.index("</button>")]

    assert "name=" not in first
    sent = a_log()
    del sent["pain_after"]
    assert patient.post("/quick/w3-activity-log/", sent).status_code == 422


def test_relaxation_is_noted_with_the_last_technique_offered_again(
    enrolment: Enrolment, patient: Client
) -> None:
    practised = a_practice(today_of(enrolment), technique="imagery", minutes="12")
    fill(enrolment, "w5-relaxation-log", practised)

    offered = {f.name: f.value for f in patient.get("/quick/w5-relaxation-log/").context["form"].fields}

    assert (offered["technique"], offered["minutes"]) == ("imagery", "12")
    assert offered["tension_before"] == ""


def test_pacing_line_as_planned_is_one_press(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    form = patient.get("/quick/w4b-pacing-log/").context["form"]
    sent = {field.name: field.value for field in form.fields} | {"kept_to_plan": "stopped-on-plan"}

    assert patient.post("/quick/w4b-pacing-log/", sent).status_code == 302

    line = Entry.objects.of("w4b-pacing-log").get()
    assert (line.values["done"], line.values["target"]) == (12, 12)


def test_night_is_like_the_one_before_only_when_chosen(enrolment: Enrolment, patient: Client) -> None:
    earlier = fill(
        enrolment, "w9-sleep-diary", a_night(today_of(enrolment) - timedelta(days=1), into_bed="21:45")
    )

    def offered(query: str) -> Any:
        form = patient.get(f"/quick/w9-sleep-diary/{query}").context["form"]
        return next(field.value for field in form.fields if field.name == "into_bed")

    assert offered("") == ""
    assert offered(f"?like={earlier.pk}") == "21:45"


def test_log_without_a_short_form_leads_to_its_whole_form(enrolment: Enrolment, patient: Client) -> None:
    response = patient.get("/quick/w7-thought-record/")

    assert response.url == "/practice/w7-thought-record/new/"
    assert patient.get("/quick/nothing-of-this-name/").status_code == 404
