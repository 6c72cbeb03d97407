"""Quick entry: what is offered again and what is not, whose it is, and what home says afterwards."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.entries import withdraw_entry
from patients.actions.progress import finish_step
from patients.models import Enrolment, Entry
from programs.models import Step
from tests.factories.cast import Cast, a_person, make_patient, open_first_module
from tests.factories.outbox import until
from tests.factories.skills import a_night, a_plan, a_practice, fill, skills_version, today_of
from tests.integration.patients.test_practice import BACKEND, a_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Iterator[Cast]:
    with clock.moved(until("2026-03-04T14:05+00:00")):
        people = Cast(on_programme=lambda: skills_version(tmp_path))
        open_first_module(people.enrolment)
        _begin(people.enrolment)
        yield people


@pytest.fixture
def enrolment(cast: Cast) -> Enrolment:
    return cast.enrolment


@pytest.fixture
def patient(enrolment: Enrolment, client: Client) -> Client:
    client.force_login(enrolment.patient.user, backend=BACKEND)
    return client


@pytest.fixture
def other(cast: Cast) -> Enrolment:
    """Another patient of the same clinic and therapist, on the same programme."""
    person = a_person("Hugo Brandt", "hugo@example.org")
    enrolment = make_patient(cast.clinic, cast.admin, cast.therapist, person, cast.version)
    open_first_module(enrolment)
    return enrolment


def _begin(enrolment: Enrolment) -> None:
    first = Step.objects.get(module__version=enrolment.programme_version, module__number=1, number=1)
    finish_step(by=_user(enrolment), enrolment=enrolment, step=first)


def _user(enrolment: Enrolment) -> User:
    return enrolment.patient.user


def offered(patient: Client, url: str) -> dict[str, str]:
    return {one.name: one.value for one in patient.get(url).context["form"].fields}


def home(patient: Client) -> str:
    return patient.get("/home/").content.decode()


# --- whose it is ---


def _secrets(day: date) -> dict[str, dict[str, str]]:
    caught = {"when": f"{day}T08:00", "thought": "nobody may read this", "belief_before": "90"}
    return {
        "w3-activity-log": a_log(activity="Visiting the oncologist", minutes="77", date=day.isoformat()),
        "w5-relaxation-log": a_practice(day, technique="imagery", minutes="43"),
        "w9-sleep-diary": a_night(day, into_bed="21:45"),
        "w7a-thought-catcher": caught,
    }


@pytest.mark.parametrize(
    "slug", ["w3-activity-log", "w5-relaxation-log", "w9-sleep-diary", "w7a-thought-catcher"]
)
@pytest.mark.parametrize("address", ["/quick/{slug}/", "/practice/{slug}/new/"])
def test_line_of_another_patient_offers_nothing(
    other: Enrolment, patient: Client, address: str, slug: str
) -> None:
    theirs = fill(other, slug, _secrets(today_of(other))[slug])
    url = address.format(slug=slug)

    response = patient.get(f"{url}?like={theirs.pk}&caught={theirs.pk}&thought={theirs.pk}&plan={theirs.pk}")

    assert response.status_code == 200
    assert {one.name: one.value for one in response.context["form"].fields} == offered(patient, url)
    page = response.content.decode()
    assert not any(words in page for words in ("oncologist", "21:45", "nobody may read this", 'value="43"'))


def test_thought_that_another_patient_caught_begins_no_record(
    enrolment: Enrolment, other: Enrolment, patient: Client
) -> None:
    raw = {"when": f"{today_of(other)}T08:00", "thought": "nobody may read this", "belief_before": "90"}
    theirs = fill(other, "w7a-thought-catcher", raw)

    page = patient.get(f"/practice/w7-thought-record/new/?caught={theirs.pk}").content.decode()

    assert "nobody may read this" not in page


def test_plan_of_another_patient_is_not_the_plan_of_a_line(
    enrolment: Enrolment, other: Enrolment, patient: Client
) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    theirs = fill(other, "w4-pacing-plan", a_plan(today_of(other), activity="Their walk"))

    page = patient.get(f"/quick/w4b-pacing-log/?plan={theirs.pk}").content.decode()

    assert "Their walk" not in page
    assert '<p class="given">Walking</p>' in page


def test_home_says_nothing_of_what_another_patient_saved(
    enrolment: Enrolment, other: Enrolment, patient: Client
) -> None:
    fill(other, "w3-activity-log", a_log(date=today_of(other).isoformat(), activity="Their ironing"))

    assert "saved-today" not in home(patient)


# --- what is offered ---


def test_first_line_is_offered_with_suggestions_that_are_named_as_such(patient: Client) -> None:
    page = patient.get("/quick/w5-relaxation-log/")

    assert offered(patient, "/quick/w5-relaxation-log/") == {
        "date": "2026-03-04",
        "technique": "belly-breathing",
        "minutes": "10",
        "tension_before": "",
    }
    assert page.content.decode().count("A suggestion. Change it if it was different.") == 2


def test_suggestions_give_way_to_what_was_done_before(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w5-relaxation-log", a_practice(today_of(enrolment), technique="imagery", minutes="12"))

    page = patient.get("/quick/w5-relaxation-log/").content.decode()

    assert "A suggestion" not in page


def test_thought_is_caught_with_the_moment_of_now(enrolment: Enrolment, patient: Client) -> None:
    assert offered(patient, "/quick/w7a-thought-catcher/")["when"] == "2026-03-04T14:05"

    sent = {"when": "2026-02-26T09:00", "thought": "Not again", "belief_before": "70"}
    assert patient.post("/quick/w7a-thought-catcher/", sent)["Location"] == "/home/"

    caught = Entry.objects.of("w7a-thought-catcher").get()
    assert (caught.on_date, caught.values["belief_before"]) == (date(2026, 2, 26), 70)


def test_caught_thought_goes_on_as_a_thought_record(enrolment: Enrolment, patient: Client) -> None:
    sent = {"when": "2026-03-04T13:00", "thought": "It will never end", "belief_before": "80"}
    patient.post("/quick/w7a-thought-catcher/", sent)
    caught = Entry.objects.of("w7a-thought-catcher").get()
    link = f"/practice/w7-thought-record/new/?caught={caught.pk}&amp;next=/home/"

    assert link in home(patient)
    record = offered(patient, link.replace("&amp;", "&"))

    assert (record["thought"], record["belief_before"], record["when"]) == (
        "It will never end",
        "80",
        "2026-03-04T13:00",
    )
    assert record["alternative"] == ""


def test_home_offers_to_catch_a_thought_and_not_the_whole_record(patient: Client) -> None:
    links = [link.url for link in patient.get("/home/").context["page"].logs]

    assert "/practice/w7-thought-record/new/" not in links


def test_planned_activity_without_an_outcome_is_asked_about(enrolment: Enrolment, patient: Client) -> None:
    def link() -> tuple[str, str]:
        logs = patient.get("/home/").context["page"].logs
        return next((one.url, one.says) for one in logs if one.worksheet.slug == "w6-activity-plan")

    day = today_of(enrolment)
    for done in ("yes", ""):
        raw = {"activity": "Tea with Pat", "planned_date": day.isoformat(), "done": done}
        fill(enrolment, "w6-activity-plan", raw)
        asked = ("/plans/", "How did it go?")
        assert link() == (asked if not done else ("/quick/w6-activity-plan/", "Plan something"))


# --- what home says ---


def test_home_says_what_was_saved_and_when_until_the_day_ends(enrolment: Enrolment, patient: Client) -> None:
    sent = a_log(activity="Ironing", minutes="25", date=today_of(enrolment).isoformat())
    patient.post("/quick/w3-activity-log/", sent)
    entry = Entry.objects.get()

    for _time in range(2):
        page = home(patient)
        assert "Saved at 14:05: Ironing" in page
        assert f"/practice/entries/{entry.pk}/change/?next=/home/" in page
    with clock.moved(timedelta(hours=10)):
        assert "Saved at" not in home(patient)


def test_home_says_for_which_day_a_line_is(enrolment: Enrolment, patient: Client) -> None:
    day = today_of(enrolment) - timedelta(days=2)
    patient.post("/quick/w3-activity-log/", a_log(activity="Ironing", date=day.isoformat()))

    assert "Saved at 14:05: for Monday 2 March: Ironing" in home(patient)


def test_corrected_line_stands_once_and_a_withdrawn_one_not_at_all(
    enrolment: Enrolment, patient: Client
) -> None:
    day = today_of(enrolment).isoformat()
    first = fill(enrolment, "w3-activity-log", a_log(activity="Ironing", date=day))
    second = fill(enrolment, "w3-activity-log", a_log(activity="Mending", date=day), supersedes=first)

    page = home(patient)
    assert page.count("Saved at") == 1
    assert "Mending" in page

    withdraw_entry(by=_user(enrolment), entry=second)
    assert "Saved at" not in home(patient)
