"""Today and the caseload: in the order of clinical.md 5, at the same price for 2 patients and for many."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from messaging.actions import send_message
from painclinic import clock
from painclinic.audit.models import Action, AuditEvent
from patients.actions.emergency import open_in_emergency
from patients.actions.reviews import give_review
from patients.actions.steering import place_hold
from patients.models import Enrolment
from programs.models import ProgrammeVersion
from tests.factories.cast import Cast, a_person, make_patient
from tests.integration.therapists.conftest import Course, signed_in
from therapists.presenters.standing import Kind
from therapists.presenters.worklist import worklist

pytestmark = pytest.mark.django_db


def enrolled(cast: Cast, version: ProgrammeVersion, name: str, *, days_ago: int = 0) -> Course:
    """A patient of Anna's who began so many days ago."""
    with clock.moved(timedelta(days=-days_ago)):
        person = a_person(name, f"{name.split()[0].lower()}-{uuid4().hex[:6]}@example.org")
        course = Course(make_patient(cast.clinic, cast.admin, cast.therapist, person, version))
        course.open(1)
    return course


@pytest.fixture
def everybody(cast: Cast, real: ProgrammeVersion) -> dict[str, Course]:
    """One patient of each kind, made in another order than that of the list."""
    people = {
        name: enrolled(cast, real, f"{name} Test", days_ago=days)
        for name, days in {
            "Track": 2, "Silent": 9, "Due": 7, "Newer": 4, "Older": 6, "Waiting": 3, "Overdue": 5,
        }.items()
    }  # fmt: skip
    with clock.moved(timedelta(days=-1)):
        people["Due"].log()
        people["Track"].log()
    with clock.moved(timedelta(days=-3)):
        people["Older"].fill_cycle()
        people["Older"].hand_in()
        people["Overdue"].write()
    with clock.moved(timedelta(hours=-1)):
        people["Newer"].fill_cycle()
        people["Newer"].hand_in()
        people["Waiting"].write()
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(state=Enrolment.State.COMPLETED)
    return people


def first_names(cast: Cast) -> list[str]:
    return [item.name.split()[0] for item in worklist(cast.therapist).items]


def test_worklist_is_in_the_clinical_order(cast: Cast, everybody: dict[str, Course]) -> None:
    assert first_names(cast) == ["Overdue", "Waiting", "Older", "Newer", "Due", "Silent", "Track"]


def test_worklist_says_why_since_when_and_how_long_left(cast: Cast, everybody: dict[str, Course]) -> None:
    by_name = {item.name.split()[0]: item for item in worklist(cast.therapist).items}
    # Written on Friday at nine, with one working day to answer: until now.
    assert by_name["Overdue"].kind == Kind.REPLY_OVERDUE
    assert by_name["Overdue"].tone == "danger"
    assert "27 February" in by_name["Overdue"].since
    assert by_name["Waiting"].left == "23 hours left"
    assert by_name["Older"].why == "Homework of week 1"
    assert by_name["Due"].why == "Homework of week 1 is due today"
    assert by_name["Silent"].why == "Has not begun, 9 days after the start"
    assert by_name["Silent"].left == "message is due"
    assert by_name["Track"].why == "Week 1 of 8"


def test_each_line_opens_the_page_where_it_is_done(cast: Cast, everybody: dict[str, Course]) -> None:
    by_name = {item.name.split()[0]: item for item in worklist(cast.therapist).items}
    older = everybody["Older"].enrolment
    assert by_name["Overdue"].url.endswith("/messages/")
    assert by_name["Older"].url == reverse(
        "therapists:homework-review", args=[older.patient_id, older.homework.get().pk]
    )
    assert by_name["Silent"].url == reverse(
        "therapists:patient-detail", args=[everybody["Silent"].enrolment.patient_id]
    )


def test_a_person_with_two_reasons_is_one_line(cast: Cast, everybody: dict[str, Course]) -> None:
    everybody["Older"].write()
    items = [item for item in worklist(cast.therapist).items if item.name.startswith("Older")]
    assert len(items) == 1
    assert items[0].kind == Kind.MESSAGE
    assert items[0].also == ("Homework of week 1",)


def test_reviewed_homework_leaves_the_list(cast: Cast, everybody: dict[str, Course]) -> None:
    homework = everybody["Older"].enrolment.homework.get()
    give_review(by=cast.therapist, homework=homework, outcome="reviewed", comment="Well seen.")
    kinds = {item.name.split()[0]: item.kind for item in worklist(cast.therapist).items}
    assert kinds["Older"] == Kind.ON_TRACK


def test_an_answer_takes_the_message_off_the_list(cast: Cast, everybody: dict[str, Course]) -> None:
    patient = everybody["Waiting"].enrolment.patient
    send_message(by=cast.therapist, patient=patient, body="Here is my answer.", submission_id=uuid4())
    kinds = {item.name.split()[0]: item.kind for item in worklist(cast.therapist).items}
    assert kinds["Waiting"] == Kind.ON_TRACK


def test_today_shows_the_next_person_and_counts(
    cast: Cast, everybody: dict[str, Course], anna: Client
) -> None:
    page = anna.get(reverse("therapists:today"))
    assert page.context["work"].next.name == "Overdue Test"
    counts = {title: count for title, count, _ in page.context["work"].counts}
    assert list(counts.values()) == [1, 1, 2, 0, 1, 1, 0, 1]
    assert "4 people wait for an answer." in page.content.decode()


def test_today_is_one_list_event_with_the_ids_shown(
    cast: Cast, everybody: dict[str, Course], anna: Client
) -> None:
    anna.get(reverse("therapists:today"))
    event = AuditEvent.objects.get(action=Action.LIST, actor_id=cast.therapist.pk)
    assert set(event.object_ids) == {course.enrolment.patient_id for course in everybody.values()}


def test_therapist_sees_their_own_and_supervisor_the_clinic(cast: Cast, everybody: dict[str, Course]) -> None:
    everyone = {item.name for item in worklist(cast.supervisor).items}
    assert "Omar Aziz" not in {item.name for item in worklist(cast.therapist).items}
    assert {"Omar Aziz", "Overdue Test"} <= everyone
    assert "Lea Far" not in everyone


def test_a_record_opened_in_an_emergency_is_not_the_openers_work(cast: Cast) -> None:
    open_in_emergency(
        by=cast.therapist, patient=cast.other_patient, reason="The phone rang and she was in tears."
    )
    assert "Omar Aziz" not in {item.name for item in worklist(cast.therapist).items}


def test_due_today_goes_by_the_patients_own_calendar(cast: Cast, real: ProgrammeVersion) -> None:
    course = enrolled(cast, real, "Far Away", days_ago=7)
    # Ten in the evening there: the day on which the homework is due has two hours left.
    course.enrolment.patient.timezone = "Pacific/Auckland"
    course.enrolment.patient.save()
    with clock.moved(timedelta(hours=-1)):
        course.log()
    with clock.moved(timedelta(hours=1)):
        assert worklist(cast.therapist).items[0].kind == Kind.DUE_TODAY
    with clock.moved(timedelta(hours=3)):
        assert worklist(cast.therapist).items[0].kind == Kind.ON_TRACK


@pytest.mark.parametrize("name", ["therapists:today", "therapists:caseload"])
def test_lists_cost_the_same_for_two_patients_and_for_many(
    cast: Cast, real: ProgrammeVersion, anna: Client, name: str
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert anna.get(reverse(name)).status_code == 200
        return len(queries)

    def add(count: int) -> None:
        for number in range(count):
            course = enrolled(cast, real, f"Many {number}", days_ago=number % 12)
            if number % 3 == 0:
                course.write()
            if number % 3 == 1:
                course.fill_cycle()
                course.hand_in()
            if number % 4 == 2:
                place_hold(by=cast.therapist, enrolment=course.enrolment, reason="a pause")

    add(3)
    anna.get(reverse(name))
    few = cost()
    add(30)
    assert cost() == few


def test_caseload_can_be_searched_sorted_filtered(
    cast: Cast, everybody: dict[str, Course], anna: Client
) -> None:
    def names(query: str) -> list[str]:
        page = anna.get(reverse("therapists:caseload") + query)
        return [row.item.name.split()[0] for row in page.context["page_obj"]]

    assert names("?q=wait") == ["Waiting"]
    assert names("?q=nobody") == []
    assert names("?state=homework") == ["Older", "Newer"]
    assert names("?state=inactive") == ["Silent"]
    assert names("?state=ended") == ["Maria"]
    assert names("?sort=name&state=waiting") == ["Newer", "Older", "Overdue", "Waiting"]
    assert set(names("?sort=activity")[:2]) == {"Maria", "Silent"}
    assert len(names("?state=nonsense&sort=nonsense&page=nonsense")) == 8


def test_caseload_is_paged_and_keeps_what_was_asked(cast: Cast, real: ProgrammeVersion, anna: Client) -> None:
    for number in range(26):
        enrolled(cast, real, f"Many {number:02}")
    page = anna.get(reverse("therapists:caseload") + "?q=many&sort=name")
    assert len(page.context["page_obj"]) == 25
    assert "?q=many&amp;sort=name&amp;page=2" in page.content.decode()
    event = AuditEvent.objects.filter(action=Action.LIST, verb="caseload-view").get()
    assert len(event.object_ids) == 25


def test_supervisor_reads_the_lists_and_admin_and_patient_do_not(cast: Cast) -> None:
    for name in ("therapists:today", "therapists:caseload"):
        assert signed_in(cast.supervisor).get(reverse(name)).status_code == 200
        assert signed_in(cast.admin).get(reverse(name)).status_code == 403
        assert signed_in(cast.patient.user).get(reverse(name)).status_code == 403
