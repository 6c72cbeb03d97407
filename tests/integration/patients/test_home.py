"""Home: one thing to do now, what comes next and when; progress: the way walked. Nothing is written."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from painclinic import clock
from painclinic.audit.models import Action, AuditEvent
from patients.actions.entries import submit_entry
from patients.actions.homework import submit_homework
from patients.actions.progress import finish_step, open_module, unlock_if_due, visit_step
from patients.actions.reviews import give_review
from patients.actions.steering import place_hold
from patients.models import Enrolment, Entry, ModuleProgress, StepProgress
from patients.presenters.course import moment_in_words, read_course
from patients.presenters.home import home_page
from patients.presenters.today import Today, greeting
from programs.models import Module, Step
from tests.factories.cast import Cast
from tests.integration.patients.test_practice import a_log, a_map

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


@pytest.fixture(autouse=True)
def in_london() -> Iterator[None]:
    with timezone.override("Europe/London"):
        yield


def steps(cast: Cast) -> list[Step]:
    own = Step.objects.filter(module__version_id=cast.enrolment.programme_version_id, module__number=1)
    return list(own.exclude(number=0).select_related("module").order_by("number"))


def finish(cast: Cast, upto: int) -> None:
    for step in steps(cast)[:upto]:
        finish_step(by=cast.patient.user, enrolment=cast.enrolment, step=step)


def fill(cast: Cast, slug: str, raw: dict[str, str]) -> Entry:
    return submit_entry(
        by=cast.patient.user,
        enrolment=cast.enrolment,
        worksheet=cast.version.worksheets.get(slug=slug),
        raw=raw,
        submission_id=uuid4(),
    )


def log(cast: Cast, days_ago: int = 0) -> Entry:
    day = clock.local_today("Europe/London") - timedelta(days=days_ago)
    return fill(cast, "w3-activity-log", a_log(date=day.isoformat()))


def hand_in(cast: Cast) -> Any:
    first = Module.objects.get(version=cast.version, number=1)
    return submit_homework(
        by=cast.patient.user, enrolment=cast.enrolment, module=first, submission_id=uuid4(), is_partial=True
    )


def things(cast: Cast) -> list[Today]:
    enrolment = Enrolment.objects.select_related("patient").get(pk=cast.enrolment.pk)
    return home_page(cast.patient.user, enrolment).things


def titles(cast: Cast) -> list[str]:
    return [thing.title for thing in things(cast)]


# --- the one thing to do now ---


def test_open_week_is_offered_to_begin(real_cast: Cast, patient: Client) -> None:
    assert titles(real_cast) == ["Week 1: Understanding pain"]
    page = patient.get("/home/")
    assert "Maria" in page.content.decode()
    assert page.context["page"].today.posts


def test_course_goes_on_where_the_patient_was_last(real_cast: Cast) -> None:
    finish(real_cast, 4)
    visit_step(by=real_cast.patient.user, enrolment=real_cast.enrolment, step=steps(real_cast)[4])
    card = things(real_cast)[0]
    assert (card.title, card.url) == (steps(real_cast)[4].title, "/course/1/5/")
    assert card.minutes == steps(real_cast)[4].minutes
    with clock.moved(timedelta(minutes=1)):
        visit_step(by=real_cast.patient.user, enrolment=real_cast.enrolment, step=steps(real_cast)[9])
        assert things(real_cast)[0].url == "/course/1/10/"


def test_step_left_out_is_offered_when_the_way_behind_it_is_done(real_cast: Cast) -> None:
    finish(real_cast, 12)
    StepProgress.objects.filter(step__number=4).update(done_at=None)
    assert things(real_cast)[0].url == "/course/1/4/"


def test_homework_is_not_asked_for_before_it_was_explained(real_cast: Cast) -> None:
    finish(real_cast, 3)
    assert len(things(real_cast)) == 1


def test_after_the_reading_the_log_of_today_comes_first_then_the_worksheets(real_cast: Cast) -> None:
    finish(real_cast, 12)
    assert titles(real_cast)[0] == "Keep the activity log on at least three days"
    log(real_cast)
    assert titles(real_cast)[0] == "Draw your pain cycle once"
    assert things(real_cast)[0].url == "/course/1/8/"
    fill(real_cast, "w1-pain-cycle", a_map())
    fill(real_cast, "first-hope", {"hope": "To walk to the lake"})
    assert "1 of 3 days" in things(real_cast)[0].text
    assert things(real_cast)[0].minutes == 0


def test_complete_homework_is_ready_to_be_sent_and_then_nothing_has_to_be_done(real_cast: Cast) -> None:
    finish(real_cast, 12)
    fill(real_cast, "w1-pain-cycle", a_map())
    fill(real_cast, "first-hope", {"hope": "To walk to the lake"})
    for days_ago in range(3):
        log(real_cast, days_ago)
    assert "Anna" in things(real_cast)[0].action
    hand_in(real_cast)
    assert titles(real_cast) == ["Nothing has to be done today"]


def reviewed(cast: Cast, outcome: str) -> None:
    finish(cast, 12)
    fill(cast, "w1-pain-cycle", a_map())
    give_review(by=cast.therapist, homework=hand_in(cast), outcome=outcome, comment="Thank you")


def test_another_look_comes_before_everything_new(real_cast: Cast) -> None:
    reviewed(real_cast, "another_look")
    with clock.moved(timedelta(days=6)):
        unlock_if_due(by=real_cast.therapist, enrolment=real_cast.enrolment)
        assert titles(real_cast) == ["Anna asks you to have another look", "Week 2: Goals that matter"]


def test_fresh_answer_is_pointed_to_for_a_week(real_cast: Cast, patient: Client) -> None:
    reviewed(real_cast, "reviewed")
    assert "Anna has written to you" in patient.get("/home/").content.decode()
    with clock.moved(timedelta(days=8)):
        enrolment = Enrolment.objects.select_related("patient").get(pk=real_cast.enrolment.pk)
        assert home_page(real_cast.patient.user, enrolment).answered == []


def test_outline_is_looked_at_and_then_behind_one(outlined_cast: Cast) -> None:
    reviewed(outlined_cast, "reviewed")
    with clock.moved(timedelta(days=6)):
        unlock_if_due(by=outlined_cast.therapist, enrolment=outlined_cast.enrolment)
        assert titles(outlined_cast) == ["Week 2: Goals that matter"]
        second = Module.objects.get(version=outlined_cast.version, number=2)
        open_module(by=outlined_cast.patient.user, enrolment=outlined_cast.enrolment, module=second)
        assert titles(outlined_cast) == ["Nothing has to be done today"]


def test_course_that_has_not_begun_says_when_it_will(real_cast: Cast) -> None:
    ModuleProgress.objects.all().delete()
    day = clock.local_today("Europe/London") + timedelta(days=3)
    Enrolment.objects.filter(pk=real_cast.enrolment.pk).update(starts_on=day)
    card = things(real_cast)[0]
    assert card.title == "Your course begins soon"
    assert str(day.day) in card.text


def test_resting_course_is_said_kindly(real_cast: Cast) -> None:
    Enrolment.objects.filter(pk=real_cast.enrolment.pk).update(state=Enrolment.State.PAUSED)
    assert titles(real_cast) == ["Your course is resting"]


# --- why something is closed ---


def closed(cast: Cast, number: int) -> str:
    enrolment = Enrolment.objects.select_related("patient").get(pk=cast.enrolment.pk)
    stop = read_course(cast.patient.user, enrolment).stop(number)
    assert stop is not None
    return stop.why_closed


def test_closed_weeks_say_why_and_from_when(real_cast: Cast) -> None:
    assert closed(real_cast, 1) == ""
    assert closed(real_cast, 2).startswith("Opens when you have read week 1, at the earliest on ")
    assert closed(real_cast, 3) == "Opens after week 2"
    finish(real_cast, 12)
    assert closed(real_cast, 2).startswith("Opens on ")


def test_hold_is_said_without_its_reason(real_cast: Cast, patient: Client) -> None:
    finish(real_cast, 12)
    place_hold(by=real_cast.therapist, enrolment=real_cast.enrolment, reason="Operation on Tuesday")
    assert closed(real_cast, 2).startswith("Anna would like to wait")
    for url in ("/home/", "/course/", "/progress/"):
        assert "Operation" not in patient.get(url).content.decode()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (2, "today at 14:00"),
        (22, "tomorrow at 10:00"),
        (12, "tomorrow"),
        (70, "on Thursday 6 March, in the morning"),
        (75, "on Thursday 6 March, in the afternoon"),
        (80, "on Thursday 6 March, in the evening"),
        (36, "on Wednesday 5 March"),
    ],
)
def test_moments_are_said_as_people_say_them(hours: int, words: str) -> None:
    from datetime import UTC, datetime

    noon = datetime(2025, 3, 3, 12, tzinfo=UTC)
    assert moment_in_words(noon + timedelta(hours=hours), zone="Europe/London", now=noon) == words


@pytest.mark.parametrize(
    ("hour", "words"), [(2, "Hello"), (8, "Good morning"), (12, "Good afternoon"), (18, "Good evening")]
)
def test_greeting_follows_the_hour(hour: int, words: str) -> None:
    assert greeting(hour) == words


# --- the pages ---


@pytest.mark.parametrize("url", ["/home/", "/progress/"])
def test_page_writes_nothing_but_that_it_was_opened(real_cast: Cast, patient: Client, url: str) -> None:
    patient.get(url)
    before = AuditEvent.objects.count()
    patient.get(url)
    assert AuditEvent.objects.count() == before + 1
    newest = AuditEvent.objects.order_by("at").last()
    assert newest is not None
    assert (newest.action, newest.subject_id) == (Action.READ, real_cast.patient.pk)
    assert ModuleProgress.objects.get(enrolment=real_cast.enrolment).first_opened_at is None


@pytest.mark.parametrize("url", ["/home/", "/progress/"])
def test_page_costs_the_same_for_a_full_record(real_cast: Cast, patient: Client, url: str) -> None:
    finish(real_cast, 12)
    fill(real_cast, "w1-pain-cycle", a_map())
    log(real_cast)
    hand_in(real_cast)
    patient.get(url)
    with CaptureQueriesContext(connection) as few:
        patient.get(url)
    for days_ago in range(8):
        for _ in range(5):
            log(real_cast, days_ago)
    hand_in(real_cast)
    with CaptureQueriesContext(connection) as many:
        patient.get(url)
    assert len(many) == len(few)


def test_progress_counts_what_was_done_and_never_what_was_not(real_cast: Cast, patient: Client) -> None:
    assert patient.get("/progress/").context["page"].counts == []
    finish(real_cast, 2)
    log(real_cast)
    log(real_cast)
    counts = patient.get("/progress/").context["page"].counts
    assert [(count.number, count.words) for count in counts] == [(2, "steps done"), (1, "day in your log")]


def test_course_of_somebody_else_is_never_shown(real_cast: Cast, patient: Client) -> None:
    other = real_cast.other_enrolment
    finish_step(by=real_cast.other_patient.user, enrolment=other, step=steps(real_cast)[0])
    assert patient.get("/progress/").context["page"].counts == []
    assert "Omar" not in patient.get("/home/").content.decode()


def test_staff_have_no_home_of_patients(real_cast: Cast, client: Client) -> None:
    client.force_login(real_cast.therapist, backend=BACKEND)
    assert client.get("/home/").status_code == 403
