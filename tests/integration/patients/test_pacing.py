"""Pacing plans through actions and pages: worked out, followed week by week, and what is wrong said."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from painclinic import clock
from patients.actions.entries import EntryInvalidError, LogFullError, withdraw_entry
from patients.actions.respite import start_flare_up
from patients.models import Enrolment, Entry
from patients.pacing import read_tracks
from programs.formulas.pacing_weeks import Decision
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import a_day, a_plan, fill, skills_version, today_of
from tests.integration.patients.test_practice import BACKEND, post

pytestmark = pytest.mark.django_db
PLAN, LINE = "/practice/w4-pacing-plan/new/", "/practice/w4b-pacing-log/new/"
# A Monday, four weeks before the clocks change in Europe.
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


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


def keep(enrolment: Enrolment, *done: str, **changed: str) -> None:
    """Write a line for today and for each of the following days."""
    for amount in done:
        fill(enrolment, "w4b-pacing-log", a_day(today_of(enrolment), done=amount, **changed))
        later(days=1)


def later(**more: int) -> None:
    # The fixture moves it back.
    clock.set_shift(clock._shift + timedelta(**more))


def test_plan_gives_baseline_and_first_target_in_words(enrolment: Enrolment, patient: Client) -> None:
    assert post(patient, PLAN, a_plan(today_of(enrolment))).status_code == 302

    page = patient.get("/pacing/").content.decode()
    assert "12 minutes" in page
    assert "15 minutes: the middle of your tries" in page
    detail = patient.get(f"/practice/entries/{Entry.objects.get().pk}/").content.decode()
    assert "Where to start" in detail


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"trials-1-amount": "0"}, "trials-1-amount", "Zero cannot be worked with"),
        ({"goal_amount": "11"}, "goal_amount", "Your starting amount is 12 minutes"),
        ({"start": "2026-05-01"}, "start", "or an earlier day"),
    ],
)
def test_fault_of_a_plan_is_beside_its_field_and_the_rest_is_kept(
    enrolment: Enrolment, patient: Client, changed: dict[str, str], field: str, said: str
) -> None:
    response = post(patient, PLAN, a_plan(today_of(enrolment), **changed))

    page = response.content.decode()
    assert response.status_code == 422
    place = page.index(f'id="id-{field}-error"')
    assert said in page[place : place + 200]
    assert 'value="Walking"' in page
    assert not Entry.objects.exists()


def test_line_is_filled_with_activity_and_target_which_are_not_typed(
    enrolment: Enrolment, patient: Client
) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))

    page = patient.get(LINE).content.decode()
    assert '<p class="given">12 minutes</p>' in page
    assert '<p class="given">Walking</p>' in page
    raw = a_day(today_of(enrolment), target="99", activity="walking")
    assert post(patient, LINE, raw).status_code == 302
    line = Entry.objects.of("w4b-pacing-log").get()
    assert line.answers["target"] == 12
    assert line.answers["activity"] == "Walking"


def test_line_without_a_plan_is_an_ordinary_form(enrolment: Enrolment, patient: Client) -> None:
    page = patient.get(LINE).content.decode()

    assert 'class="given"' not in page
    assert post(patient, LINE, a_day(today_of(enrolment), activity="Ironing")).status_code == 302


def test_week_kept_grows_the_plan_and_says_why(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    keep(enrolment, "12", "12", "12", "12")
    later(days=3)

    track = read_tracks(enrolment.patient.user, enrolment)[0]
    assert [week.target for week in track.weeks] == [12, 13]
    assert "So the plan grows a little" in patient.get("/pacing/").content.decode()
    assert '<p class="given">13 minutes</p>' in patient.get(LINE).content.decode()


def test_line_of_last_week_written_late_has_the_target_of_last_week(
    enrolment: Enrolment, patient: Client
) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    keep(enrolment, "12", "12", "12", "12")
    later(days=3)
    fill(enrolment, "w4b-pacing-log", a_day(today_of(enrolment) - timedelta(days=3)))

    assert {line.answers["target"] for line in Entry.objects.of("w4b-pacing-log")} == {12}


def test_weeks_go_on_across_the_change_of_the_clocks(enrolment: Enrolment) -> None:
    """Four weeks from 2 March 2026 end on 29 March, when the clocks of London go forward."""
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    for _week in range(4):
        keep(enrolment, "15", "15", "15", "15", "15", kept_to_plan="stopped-on-plan")
        later(days=2)

    track = read_tracks(enrolment.patient.user, enrolment)[0]
    assert [week.first.isoformat() for week in track.weeks] == [
        "2026-03-02",
        "2026-03-09",
        "2026-03-16",
        "2026-03-23",
        "2026-03-30",
    ]
    assert [week.target for week in track.weeks] == [12, 13, 14.5, 15.5, 17.5]
    assert {week.decision for week in track.weeks[:-1]} == {Decision.ADVANCE}


def test_flare_up_steps_back_once_it_is_over_and_says_why(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    keep(enrolment, "12", "12", "12", "12", "12")
    start_flare_up(by=enrolment.patient.user, enrolment=enrolment, days=2)
    later(days=2)

    track = read_tracks(enrolment.patient.user, enrolment)[0]
    assert [week.target for week in track.weeks] == [12, 9.5]
    page = patient.get("/pacing/").content.decode()
    assert "from 12 minutes to 9.5 minutes" in page


def test_line_taken_out_counts_no_more(enrolment: Enrolment) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    keep(enrolment, "12", "12", "12", "12")
    later(days=3)
    withdraw_entry(by=enrolment.patient.user, entry=Entry.objects.of("w4b-pacing-log").latest("on_date"))

    track = read_tracks(enrolment.patient.user, enrolment)[0]
    assert track.weeks[0].decision == Decision.HOLD_FEW_DAYS


def test_plan_renamed_keeps_its_lines(enrolment: Enrolment) -> None:
    plan = fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    keep(enrolment, "12")
    raw = a_plan(plan.on_date, activity="Walking outside")
    fill(enrolment, "w4-pacing-plan", raw, supersedes=plan)
    keep(enrolment, "12", activity="Walking outside")

    [track] = read_tracks(enrolment.patient.user, enrolment)
    assert track.activity == "Walking outside"
    assert len(track.lines) == 2


def test_two_plans_keep_apart_and_a_third_is_refused(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    second = fill(
        enrolment, "w4-pacing-plan", a_plan(today_of(enrolment), activity="Standing", goal_amount="")
    )
    with pytest.raises(LogFullError):
        fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment), activity="Sitting"))
    assert patient.get(PLAN).status_code == 302

    page = patient.get(f"{LINE}?plan={second.pk}").content.decode()
    assert '<p class="given">Standing</p>' in page
    assert "For which plan?" in page
    fill(enrolment, "w4b-pacing-log", a_day(today_of(enrolment), activity="standing"))
    walking, standing = read_tracks(enrolment.patient.user, enrolment)
    assert (len(walking.lines), len(standing.lines)) == (0, 1)


def test_plan_taken_out_makes_room(enrolment: Enrolment) -> None:
    plans = [fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment))) for _number in range(2)]
    withdraw_entry(by=enrolment.patient.user, entry=plans[0])

    assert fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment), activity="Sitting"))


def test_plan_corrected_twice_keeps_a_start_that_has_passed(enrolment: Enrolment) -> None:
    """Its days count from when it was first written, however often it was changed since."""
    plan = fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    for _time in range(2):
        later(days=6)
        plan = fill(enrolment, "w4-pacing-plan", a_plan(plan.on_date), supersedes=plan)
    later(days=6)
    with pytest.raises(EntryInvalidError):
        fill(enrolment, "w4-pacing-plan", a_plan(plan.on_date), supersedes=None)

    assert plan.version == 3


def test_pages_cost_as_much_with_many_weeks_as_with_one(enrolment: Enrolment) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    keep(enrolment, "12")
    few = _queries(enrolment)
    keep(enrolment, *["12"] * 10)

    assert _queries(enrolment) == few


def _queries(enrolment: Enrolment) -> list[int]:
    client, found = Client(), []
    client.force_login(enrolment.patient.user, backend=BACKEND)
    for url in ("/pacing/", LINE):
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        found.append(len(queries))
    return found


def test_plan_held_at_one_amount_never_grows_and_says_so(enrolment: Enrolment, patient: Client) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment), progression="hold"))
    for _week in range(3):
        keep(enrolment, "12", "12", "12", "12", "12")
        later(days=2)

    [track] = read_tracks(enrolment.patient.user, enrolment)
    assert [week.target for week in track.weeks] == [12, 12, 12, 12]
    page = patient.get("/pacing/").content.decode()
    assert "Your plan stays at one amount, so it is the same as last week." in page
    assert "It never grows by itself" in page
    assert "stays: one amount" in page
    assert "The plan stays at one amount." in page
    assert "reach 30 minutes" not in page


def test_plan_held_later_keeps_what_was_reached(enrolment: Enrolment) -> None:
    """The choice counts from the day on which it is made, and so does taking it back."""
    plan = fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    start = plan.on_date
    for choice in ("", "hold", "grow"):
        if choice:
            plan = fill(enrolment, "w4-pacing-plan", a_plan(start, progression=choice), supersedes=plan)
        keep(enrolment, "20", "20", "20", "20")
        later(days=3)

    [track] = read_tracks(enrolment.patient.user, enrolment)
    assert [week.target for week in track.weeks] == [12, 13, 13, 14.5]
    assert not track.plan.is_held
