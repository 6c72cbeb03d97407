"""Flare-ups and pauses: one tap in, one tap out, and the course waits kindly in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from messaging.actions.planning import plan
from messaging.models import Reminder
from painclinic import clock
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions.progress import finish_step, unlock_due
from patients.actions.respite import (
    DaysOutOfRangeError,
    PauseReasonNeededError,
    change_flare_up,
    end_flare_up,
    pause_course,
    resume_course,
    start_flare_up,
)
from patients.models import Entry, ModuleProgress, Occasion, Respite
from patients.presenters.course import read_course
from programs.models import Step
from tests.factories.cast import Cast, open_first_module
from tests.factories.outbox import until
from therapists.presenters.standing import HomeworkState, Kind, standings
from therapists.presenters.worklist import worklist

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
JOB = System("test")


@pytest.fixture(autouse=True)
def monday() -> Any:
    """Monday 2 March 2026, nine in London."""
    with clock.moved(until("2026-03-02T09:00+00:00")), timezone.override("Europe/London"):
        yield


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    open_first_module(real_cast.enrolment)
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


def who(cast: Cast) -> dict[str, Any]:
    return {"by": cast.patient.user, "enrolment": cast.enrolment}


def moved(cast: Cast) -> int:
    return ModuleProgress.objects.get(enrolment=cast.enrolment, module__number=1).moved_days


def read_core(cast: Cast) -> None:
    for step in Step.objects.filter(module__version=cast.version, module__number=1, is_core=True):
        finish_step(**who(cast), step=step)


# --- actions ---


def test_flare_up_moves_deadlines_by_its_days_and_ends_by_itself(cast: Cast) -> None:
    open_first_module(cast.enrolment)
    flare_up = start_flare_up(**who(cast), days=4)
    assert moved(cast) == 4
    assert flare_up.last_day("Europe/London").isoformat() == "2026-03-05"
    with clock.moved(timedelta(days=3, hours=14)):
        assert Respite.objects.running().filter(pk=flare_up.pk).exists()
    with clock.moved(timedelta(days=3, hours=15)):
        assert not Respite.objects.running().filter(pk=flare_up.pk).exists()
        assert end_flare_up(**who(cast)) is None
        assert moved(cast) == 4


def test_flare_up_started_twice_is_one(cast: Cast) -> None:
    first = start_flare_up(**who(cast))
    assert start_flare_up(**who(cast), days=7).pk == first.pk
    assert first.days == 3
    assert AuditEvent.objects.filter(verb="flare-up-start").count() == 1


def test_flare_up_left_early_gives_back_the_days_not_used(cast: Cast) -> None:
    open_first_module(cast.enrolment)
    start_flare_up(**who(cast), days=7)
    with clock.moved(timedelta(days=1)):
        end_flare_up(**who(cast))
        assert moved(cast) == 2
        again = start_flare_up(**who(cast), days=2)
        assert moved(cast) == 3
        assert again.is_running


def test_flare_up_outside_the_clinics_limits_is_refused(cast: Cast) -> None:
    cast.clinic.flare_up_days_least, cast.clinic.flare_up_days_most = 2, 5
    cast.clinic.save()
    for days in (1, 6):
        with pytest.raises(DaysOutOfRangeError):
            start_flare_up(**who(cast), days=days)
    start_flare_up(**who(cast), days=5)
    with pytest.raises(DaysOutOfRangeError):
        change_flare_up(**who(cast), days=6)


def test_flare_up_made_shorter_than_what_has_passed_ends_with_today(cast: Cast) -> None:
    open_first_module(cast.enrolment)
    start_flare_up(**who(cast), days=7)
    with clock.moved(timedelta(days=2)):
        changed = change_flare_up(**who(cast), days=1)
        assert changed
        assert changed.days == 3
        assert changed.is_running
        assert moved(cast) == 3


def test_flare_up_that_is_over_makes_room_for_the_next(cast: Cast) -> None:
    open_first_module(cast.enrolment)
    start_flare_up(**who(cast), days=2)
    with clock.moved(timedelta(days=5)):
        start_flare_up(**who(cast), days=2)
        assert Respite.objects.count() == 2
        assert moved(cast) == 4


def test_pause_of_a_patient_keeps_to_the_clinics_limit_and_may_be_asked_again(cast: Cast) -> None:
    with pytest.raises(DaysOutOfRangeError):
        pause_course(**who(cast), days=15)
    pause_course(**who(cast), days=14)
    with clock.moved(timedelta(days=14)):
        assert pause_course(**who(cast), days=14).is_running


def test_pause_by_a_therapist_takes_a_reason_and_may_be_longer(cast: Cast) -> None:
    with pytest.raises(PauseReasonNeededError):
        pause_course(by=cast.therapist, enrolment=cast.enrolment, days=30, reason="  ")
    pause = pause_course(by=cast.therapist, enrolment=cast.enrolment, days=30, reason="Your operation")
    assert Respite.objects.get(pk=pause.pk).reason == "Your operation"


@pytest.mark.parametrize("begin", [pause_course, start_flare_up])
def test_nothing_opens_while_the_course_rests_and_what_is_due_opens_at_its_end(
    cast: Cast, begin: Any
) -> None:
    unlock_due(by=JOB, now=clock.now())
    read_core(cast)
    with clock.moved(timedelta(days=5)):
        begin(**who(cast), days=6)
        assert unlock_due(by=JOB, now=clock.now()) == 0
        assert not read_course(cast.patient.user, cast.enrolment).stops[1].is_open
        with clock.moved(timedelta(days=1)):
            resume_course(**who(cast))
            end_flare_up(**who(cast))
            assert cast.enrolment.module_progress.count() == 2


def test_pause_goes_on_by_itself_on_its_day(cast: Cast) -> None:
    unlock_due(by=JOB, now=clock.now())
    read_core(cast)
    pause_course(**who(cast), days=7)
    with clock.moved(timedelta(days=6, hours=14)):
        assert unlock_due(by=JOB, now=clock.now()) == 0
    with clock.moved(timedelta(days=6, hours=15, minutes=1)):
        assert unlock_due(by=JOB, now=clock.now()) == 1


# --- reminders and the therapist's lists ---


def kinds(cast: Cast) -> list[str]:
    return sorted(Reminder.objects.filter(patient=cast.patient).values_list("kind", flat=True))


def test_no_reminder_of_the_course_is_planned_in_a_flare_up_and_the_due_day_moves(real_cast: Cast) -> None:
    open_first_module(real_cast.enrolment)
    Occasion.objects.update(completed_at=clock.now())
    read_core(real_cast)
    longest = max(task.due_after_days for task in real_cast.version.modules.get(number=1).homework_tasks())
    with clock.moved(timedelta(days=longest - 2)):
        start_flare_up(**who(real_cast), days=5)
    for day in range(longest - 2, longest + 3):
        with clock.moved(timedelta(days=day, hours=2)):
            plan()
    assert kinds(real_cast) == []
    with clock.moved(timedelta(days=longest + 4, hours=2)):
        plan()
    assert kinds(real_cast) == ["homework_due"]


def test_time_paused_is_no_silence(real_cast: Cast) -> None:
    open_first_module(real_cast.enrolment)
    # Whoever is reminded of questions is not asked as well where they are.
    Occasion.objects.update(completed_at=clock.now())
    with clock.moved(timedelta(days=1)):
        pause_course(**who(real_cast), days=14)
    for day in (9, 14):
        with clock.moved(timedelta(days=day, hours=2)):
            plan()
            assert standings(real_cast.therapist)[0].top.kind == Kind.ON_TRACK
    assert kinds(real_cast) == []
    with clock.moved(timedelta(days=18, hours=2)):
        plan()
        assert "inactive" in kinds(real_cast)
    with clock.moved(timedelta(days=21, hours=16)):
        assert standings(real_cast.therapist)[0].top.kind != Kind.ON_TRACK


def test_nobody_is_late_in_a_flare_up_and_the_therapist_sees_it(real_cast: Cast) -> None:
    open_first_module(real_cast.enrolment)
    with clock.moved(timedelta(days=20)):
        assert standings(real_cast.therapist)[0].homework_state == HomeworkState.OVERDUE
        start_flare_up(**who(real_cast), days=2)
        found = standings(real_cast.therapist)[0]
        assert found.homework_state == HomeworkState.OPEN
        assert found.top.kind == Kind.ON_TRACK
        assert "flare-up until Mon 23 Mar" in worklist(real_cast.therapist).on_track[0].why


# --- pages ---


def test_one_tap_from_any_page_begins_a_flare_up_and_one_ends_it(patient: Client, real_cast: Cast) -> None:
    page = patient.get("/progress/").content.decode()
    assert 'action="/flare-up/start/"' in page
    shown = patient.post("/flare-up/start/", follow=True)
    text = shown.content.decode()
    assert "Go gently" in text
    assert "Wednesday 4 March" in text
    assert "/course/1/0/" in text
    assert "/help-now/" in text
    assert "What helps many people" in text
    assert 'action="/flare-up/start/"' not in text
    assert "Go gently" in patient.get("/home/").content.decode()
    back = patient.post("/flare-up/end/", follow=True).content.decode()
    assert "Good to have you back" in back
    assert not Respite.objects.running().exists()


def test_flare_up_page_shows_the_own_plan_with_numbers_to_call(patient: Client, real_cast: Cast) -> None:
    plan_sheet = real_cast.version.worksheets.filter(slug="w12-flare-up-plan").first()
    if plan_sheet is None:
        pytest.skip("the plan is not part of the programme yet")
    Entry.objects.create(
        enrolment=real_cast.enrolment,
        patient=real_cast.patient,
        clinic=real_cast.clinic,
        worksheet=plan_sheet,
        submission_id=real_cast.patient.pk,
        texts={"first_hour": "Warm bath", "people": [{"name": "Jon", "phone": "07700 900456"}]},
        locale="en-gb",
        created_by=real_cast.patient.user,
    )
    text = patient.get("/flare-up/").content.decode()
    assert "Warm bath" in text
    assert 'href="tel:07700900456"' in text
    assert "When to get medical help" in text
    assert "What helps many people" not in text


def test_days_out_of_range_are_said_beside_the_field(patient: Client) -> None:
    patient.post("/flare-up/start/")
    for path in ("/flare-up/", "/pause/"):
        for days in ("0", "99", "many", ""):
            answer = patient.post(path, {"days": days})
            assert answer.status_code == 422
            assert "Choose a number from 1 to" in answer.content.decode()
    assert patient.post("/flare-up/", {"days": "5"}).status_code == 302
    assert Respite.objects.get().days == 5


def test_paused_course_says_so_plainly_and_goes_on_with_one_tap(patient: Client) -> None:
    patient.post("/pause/", {"days": "7"})
    for path in ("/home/", "/course/", "/pause/"):
        text = patient.get(path).content.decode()
        assert "Your course is paused" in text
        assert "on Monday 9 March" in text
        assert 'action="/pause/end/"' in text
    assert "Your course goes on" in patient.post("/pause/end/", follow=True).content.decode()
    assert "Your course is paused" not in patient.get("/home/").content.decode()
