"""A therapist changes one patient's course: each change does what it says, is told, and can be taken back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from painclinic import clock
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions import changes
from patients.actions.changes import ChangeRefusedError, ToldReasonNeededError
from patients.actions.entries import submit_entry
from patients.actions.homework import submit_homework, task_states
from patients.actions.progress import ModuleClosedError, finish_step, open_module, unlock_due, visit_step
from patients.actions.reviews import give_review
from patients.actions.steering import next_module
from patients.models import CourseChange, Enrolment, ModuleProgress, StepProgress
from patients.presenters.course import CourseView, read_course
from programs.models import Module, Step
from tests.factories.cast import Cast, open_first_module
from tests.factories.outbox import until

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
JOB = System("test")
WHY = "You asked for it"


@pytest.fixture(autouse=True)
def monday() -> Any:
    """Monday 2 March 2026, nine in London."""
    with clock.moved(until("2026-03-02T09:00+00:00")), timezone.override("Europe/London"):
        yield


@pytest.fixture
def cast(real_cast: Cast) -> Cast:
    """On the real programme, with the first week open."""
    open_first_module(real_cast.enrolment)
    return real_cast


def by_anna(cast: Cast) -> dict[str, Any]:
    return {"by": cast.therapist, "enrolment": cast.enrolment, "reason": WHY}


def week(cast: Cast, number: int) -> Module:
    return Module.objects.get(version=cast.version, number=number)


def read_core(cast: Cast, number: int = 1) -> None:
    for step in Step.objects.filter(module=week(cast, number), is_core=True):
        finish_step(by=cast.patient.user, enrolment=cast.enrolment, step=step)


def opened(cast: Cast) -> list[int]:
    rows = ModuleProgress.objects.filter(enrolment=cast.enrolment)
    return sorted(rows.values_list("module__number", flat=True))


def course(cast: Cast) -> CourseView:
    enrolment = Enrolment.objects.select_related("patient").get(pk=cast.enrolment.pk)
    return read_course(cast.patient.user, enrolment)


def why_closed(cast: Cast, number: int) -> str:
    stop = course(cast).stop(number)
    assert stop
    return stop.why_closed


# --- actions ---


def test_week_left_out_is_passed_over_and_taken_in_again(cast: Cast) -> None:
    change = changes.skip_module(**by_anna(cast), module=week(cast, 2))
    read_core(cast)
    assert why_closed(cast, 2) == "Left out of your course"
    with clock.moved(timedelta(days=5)):
        assert unlock_due(by=JOB, now=clock.now()) >= 1
        assert opened(cast) == [1, 3]
    with pytest.raises(ChangeRefusedError):
        changes.skip_module(**by_anna(cast), module=week(cast, 2))
    changes.undo_change(by=cast.therapist, change=change)
    assert next_module(cast.enrolment) == week(cast, 2)


def test_open_week_left_out_asks_for_nothing(cast: Cast) -> None:
    changes.skip_module(**by_anna(cast), module=week(cast, 1))
    assert ModuleProgress.objects.get(enrolment=cast.enrolment).is_skipped
    with clock.moved(timedelta(days=5)):
        unlock_due(by=JOB, now=clock.now())
        assert 2 in opened(cast)


def test_order_is_walked_as_changed(cast: Cast) -> None:
    changes.reorder_modules(**by_anna(cast), order=[1, 2, 3, 7, 5, 6, 4, 8])
    assert [stop.number for stop in course(cast).stops] == [1, 2, 3, 7, 5, 6, 4, 8]
    assert why_closed(cast, 7) == "Opens after week 3"
    assert why_closed(cast, 5) == "Opens after week 7"
    for order in ([1, 2, 3, 7, 5, 6, 4, 8], [2, 1, 3, 4, 5, 6, 7, 8], [1]):
        with pytest.raises(ChangeRefusedError):
            changes.reorder_modules(**by_anna(cast), order=order)


def test_week_added_opens_at_once_and_the_way_goes_on_where_it_was(cast: Cast) -> None:
    changes.add_module(**by_anna(cast), module=week(cast, 7))
    assert opened(cast) == [1, 7]
    read_core(cast)
    with clock.moved(timedelta(days=5)):
        unlock_due(by=JOB, now=clock.now())
        assert opened(cast) == [1, 2, 7]
    with pytest.raises(ChangeRefusedError):
        changes.add_module(**by_anna(cast), module=week(cast, 7))


def test_step_added_can_be_done_while_its_week_stays_closed(cast: Cast) -> None:
    step, other = Step.objects.filter(module=week(cast, 4), number__gt=0).order_by("number")[:2]
    me = {"by": cast.patient.user, "enrolment": cast.enrolment}
    with pytest.raises(ModuleClosedError):
        visit_step(**me, step=step)
    changes.add_step(**by_anna(cast), step=step)
    finish_step(**me, step=step)
    assert opened(cast) == [1]
    assert [stop.is_done for stop in course(cast).extra_steps] == [True]
    with pytest.raises(ModuleClosedError):
        visit_step(**me, step=other)


def test_worksheet_added_is_homework_from_then_on(cast: Cast) -> None:
    sheet = cast.version.worksheets.get(slug="first-hope")
    fill = {"by": cast.patient.user, "enrolment": cast.enrolment, "worksheet": sheet}
    submit_entry(**fill, raw={"hope": "To swim"}, submission_id=uuid4())
    with clock.moved(timedelta(days=1)):
        changes.add_worksheet(**by_anna(cast), worksheet=sheet, days=20)
        states = task_states(cast.enrolment, week(cast, 1))
        assert (states[-1].task.title, states[-1].is_done) == (sheet.title, False)
        assert states[-1].task.hint == WHY
    due = max(task.due_after_days for task in week(cast, 1).homework_tasks())
    assert ModuleProgress.objects.get(enrolment=cast.enrolment).moved_days == 21 - due


def test_more_time_for_homework_and_for_the_course(cast: Cast) -> None:
    before = course(cast).ends_on
    changes.extend_homework(**by_anna(cast), module=week(cast, 1), days=5)
    changes.extend_window(**by_anna(cast), days=14)
    assert ModuleProgress.objects.get(enrolment=cast.enrolment).moved_days == 5
    assert course(cast).ends_on == before + timedelta(days=14)
    for days in (0, 57):
        with pytest.raises(ChangeRefusedError):
            changes.extend_window(**by_anna(cast), days=days)
    with pytest.raises(ChangeRefusedError):
        changes.extend_homework(**by_anna(cast), module=week(cast, 3), days=5)


def test_repeated_week_is_required_again_and_keeps_its_work(cast: Cast) -> None:
    with pytest.raises(ChangeRefusedError):
        changes.repeat_module(**by_anna(cast), module=week(cast, 1))
    read_core(cast)
    steps = StepProgress.objects.count()
    with clock.moved(timedelta(days=6)):
        change = changes.repeat_module(**by_anna(cast), module=week(cast, 1))
        assert unlock_due(by=JOB, now=clock.now()) == 0
        assert why_closed(cast, 2).startswith("Opens when you have read week 1")
        assert StepProgress.objects.count() == steps
        stop = course(cast).stop(1)
        assert stop
        assert stop.done_count == 0
        read_core(cast)
        assert ModuleProgress.objects.get(module__number=1, enrolment=cast.enrolment).core_completed_at
        assert opened(cast) == [1, 2]
        changes.undo_change(by=cast.therapist, change=change)
        assert ModuleProgress.objects.get(module__number=1, enrolment=cast.enrolment).repeated_at is None


def test_next_week_waits_for_feedback_where_the_therapist_wants_it(cast: Cast) -> None:
    changes.require_feedback(**by_anna(cast), is_required=True)
    read_core(cast)
    sheet = cast.version.worksheets.get(slug="first-hope")
    me = {"by": cast.patient.user, "enrolment": cast.enrolment}
    submit_entry(**me, worksheet=sheet, raw={"hope": "To swim"}, submission_id=uuid4())
    with clock.moved(timedelta(days=6)):
        homework = submit_homework(**me, module=week(cast, 1), submission_id=uuid4(), is_partial=True)
        unlock_due(by=JOB, now=clock.now())
        assert opened(cast) == [1]
        assert why_closed(cast, 2) == "Opens when the homework of week 1 has been answered"
        give_review(by=cast.therapist, homework=homework, outcome="reviewed", comment="Good")
        unlock_due(by=JOB, now=clock.now())
        assert opened(cast) == [1, 2]


def test_change_takes_a_reason_is_kept_for_good_and_undone_once(cast: Cast) -> None:
    with pytest.raises(ToldReasonNeededError):
        changes.extend_window(**{**by_anna(cast), "reason": "  "}, days=7)
    change = changes.extend_window(**by_anna(cast), days=7)
    changes.undo_change(by=cast.therapist, change=change, reason="A mistake")
    with pytest.raises(ChangeRefusedError):
        changes.undo_change(by=cast.therapist, change=change)
    assert course(cast).plan.window_days == 0
    assert AuditEvent.objects.filter(verb__startswith="course-").count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        CourseChange.objects.filter(pk=change.pk).update(kind="skip")


def test_change_of_another_programmes_week_is_refused(cast: Cast) -> None:
    stranger = Module(version_id=uuid4(), number=1)
    with pytest.raises(ChangeRefusedError):
        changes.skip_module(**by_anna(cast), module=stranger)


# --- pages ---


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_therapist_changes_the_course_on_one_page_and_the_patient_reads_why(cast: Cast) -> None:
    anna, maria = signed_in(cast.therapist), signed_in(cast.patient.user)
    page = f"/patients/{cast.patient.pk}/course/"
    posts: list[dict[str, str]] = [
        {"change": "skip", "module": "2"},
        {"change": "reorder", "module": "4", "other": "6"},
        {"change": "add-module", "module": "3"},
        {"change": "add-step", "step": str(week(cast, 7).steps.get(number=1).pk)},
        {"change": "add-worksheet", "worksheet": "w3-activity-log", "days": "5"},
        {"change": "extend-homework", "module": "1", "days": "3"},
        {"change": "extend-window", "days": "7"},
        {"change": "feedback"},
        {"change": "pause", "days": "30"},
    ]
    for post in posts:
        answer = anna.post(page, {**post, "reason": f"Because of {post['change']}"})
        assert answer.status_code == 302, (post, answer.content.decode())
    text = anna.get(page).content.decode()
    read = maria.get("/course/").content.decode()
    for post in posts[:-1]:
        assert f"Because of {post['change']}" in text
        assert f"Because of {post['change']}" in read
    assert "Anna left week 2" in read
    assert "Because of pause" in read
    assert "Left out of your course" in read
    assert maria.get("/home/").status_code == 200
    assert maria.get("/course/7/1/").status_code == 200
    assert maria.get("/course/7/2/").status_code == 302
    assert maria.get("/practice/w3-activity-log/new/").status_code == 200
    done = maria.post("/course/7/1/finish/", follow=True).content.decode()
    assert "the step that was added for you" in done
    undo = CourseChange.objects.get(kind="skip")
    anna.post(f"{page}{undo.pk}/undo/")
    assert "into your course again" in maria.get("/course/").content.decode()
    anna.post(f"{page}resume/")
    assert "Your course is paused" not in maria.get("/course/").content.decode()


@pytest.mark.parametrize(
    ("post", "fault"),
    [
        ({"change": "skip", "module": "2"}, "the patient reads it"),
        ({"change": "skip", "module": "99", "reason": WHY}, "This cannot be chosen any more"),
        ({"change": "reorder", "module": "4", "other": "4", "reason": WHY}, "Choose another week"),
        ({"change": "reorder", "module": "4", "other": "8", "reason": WHY}, "This cannot be chosen any more"),
        ({"change": "extend-window", "days": "0", "reason": WHY}, "from 1 to 56"),
        ({"change": "add-step", "step": "x", "reason": WHY}, "This cannot be chosen any more"),
        ({"change": "pause", "days": "", "reason": WHY}, "from 1 to 84"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(
    cast: Cast, post: dict[str, str], fault: str
) -> None:
    answer = signed_in(cast.therapist).post(f"/patients/{cast.patient.pk}/course/", post)
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert not CourseChange.objects.exists()


def test_supervisor_sees_the_page_and_changes_nothing(cast: Cast) -> None:
    sue = signed_in(cast.supervisor)
    page = f"/patients/{cast.patient.pk}/course/"
    assert 'name="change"' not in sue.get(page).content.decode()
    assert sue.post(page, {"change": "extend-window", "days": "7", "reason": WHY}).status_code == 403


def test_repeated_week_can_be_opened_by_the_patient_as_before(cast: Cast) -> None:
    read_core(cast)
    changes.repeat_module(**by_anna(cast), module=week(cast, 1))
    open_module(by=cast.patient.user, enrolment=cast.enrolment, module=week(cast, 1))
    text = signed_in(cast.patient.user).get("/home/").content.decode()
    assert "Anna suggests going through week 1" in text
