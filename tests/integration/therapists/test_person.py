"""A person on one page: what is there, and who sees it."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from messaging.actions import send_message
from messaging.models import Message, ThreadRead
from painclinic import clock
from painclinic.accounts.models import Membership, Role
from painclinic.audit.models import Action, AuditEvent
from patients.actions.enrolment import change_therapist
from patients.actions.progress import finish_step
from patients.actions.reviews import give_review
from patients.actions.steering import place_hold
from patients.drafts import form_state
from patients.models import ModuleHold, ModuleProgress
from programs.models import Step
from tests.factories.cast import Cast
from tests.integration.therapists.conftest import Course, signed_in

pytestmark = pytest.mark.django_db


def address(course: Course, name: str = "patient-detail") -> str:
    return reverse(f"therapists:{name}", args=[course.enrolment.patient_id])


def test_page_tells_what_happened_since_last_time(cast: Cast, course: Course, anna: Client) -> None:
    patient = course.enrolment.patient
    with clock.moved(timedelta(days=-3)):
        course.log()
        send_message(by=cast.therapist, patient=patient, body="Good morning", submission_id=uuid4())
    course.log()
    course.fill_cycle()
    finish_step(
        by=course.user, enrolment=course.enrolment, step=Step.objects.get(module=course.module(), number=1)
    )
    course.hand_in()
    course.write("A question")
    page = anna.get(address(course))
    news = [one.text for one in page.context["page"].since.news]
    assert news[0].startswith("1 step done")
    assert "Activity log: 1 entry on 1 day" in news
    assert "My pain cycle: filled in" in news
    assert any(text.startswith("Handed in the homework of week 1") for text in news)
    assert news[-1] == "Wrote 1 message"
    text = page.content.decode()
    assert "A question" in text
    assert 'class="chart-svg' in text


def test_page_of_somebody_who_did_nothing_says_so(course: Course, anna: Client) -> None:
    text = anna.get(address(course)).content.decode()
    assert "Nothing new." in text
    assert "Nothing handed in yet." in text


def test_page_says_when_the_next_week_opens_and_why(cast: Cast, course: Course, anna: Client) -> None:
    def reasons() -> list[str]:
        return list(anna.get(address(course)).context["page"].course.next.reasons)

    assert reasons()[0].endswith("core steps of week 1 are still to be read.")
    assert "not before Sat 7 March" in reasons()[1]
    place_hold(by=cast.therapist, enrolment=course.enrolment, reason="Waiting for a letter")
    assert reasons()[0] == "It is on hold."
    assert "Waiting for a letter" in anna.get(address(course)).content.decode()


def test_page_shows_feedback_history_and_practice_plan(cast: Cast, course: Course, anna: Client) -> None:
    course.fill("practice-plan", when="After breakfast", where="Kitchen")
    course.fill_cycle()
    homework = course.hand_in()
    give_review(by=cast.therapist, homework=homework, outcome="reviewed", comment="Well seen.")
    text = anna.get(address(course)).content.decode()
    assert "After breakfast" in text
    assert "Well seen." in text


def test_page_keeps_back_what_is_not_shared(course: Course, anna: Client) -> None:
    course.log(activity="Something private")
    entry = course.enrolment.entries.get()
    # Entries are frozen rows: one that is not shared can only be made so.
    entry.pk, entry.submission_id, entry.is_shared = uuid4(), uuid4(), False
    entry.texts = {"activity": "Kept to myself"}
    entry.save(force_insert=True)
    text = anna.get(address(course)).content.decode()
    assert "Something private" in text
    assert "Kept to myself" not in text


def test_page_leaves_one_read_event_and_one_for_the_list(cast: Cast, course: Course, anna: Client) -> None:
    anna.get(address(course))
    assert AuditEvent.objects.filter(action=Action.READ, subject_id=course.enrolment.patient_id).count() == 1
    assert AuditEvent.objects.filter(action=Action.LIST, actor_id=cast.therapist.pk).count() == 1


def test_page_costs_the_same_with_a_long_history(cast: Cast, course: Course, anna: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert anna.get(address(course)).status_code == 200
        return len(queries)

    course.fill("practice-plan", when="After breakfast", where="Kitchen")
    course.fill_cycle()
    course.write("First")
    for day in range(2):
        course.log(day)
    give_review(by=cast.therapist, homework=course.hand_in(), outcome="another_look", comment="Again")
    cost()
    few = cost()
    for day in range(7):
        for _ in range(4):
            course.log(day)
        homework = course.hand_in()
        course.write(f"Message {day}")
        give_review(by=cast.therapist, homework=homework, outcome="another_look", comment="Again")
    assert cost() <= few


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("therapist", 200),
        ("supervisor", 200),
        ("unassigned_therapist", 404),
        ("elsewhere_therapist", 404),
        ("admin", 403),
        ("elsewhere_admin", 403),
        ("patient", 403),
    ],
)
@pytest.mark.parametrize("name", ["patient-detail", "patient-messages", "hold-place", "module-unlock"])
def test_who_sees_the_pages_of_a_patient(
    cast: Cast, course: Course, name: str, who: str, status: int
) -> None:
    user = cast.patient.user if who == "patient" else getattr(cast, who)
    assert signed_in(user).get(address(course, name)).status_code == status


def test_former_therapist_sees_nothing_from_the_next_request_on(
    cast: Cast, course: Course, anna: Client
) -> None:
    course.fill_cycle()
    homework = course.hand_in()
    pages = [
        address(course),
        address(course, "patient-messages"),
        reverse("therapists:homework-review", args=[homework.patient_id, homework.pk]),
    ]
    assert [anna.get(page).status_code for page in pages] == [200, 200, 200]
    change_therapist(by=cast.admin, enrolment=course.enrolment, therapist=cast.unassigned_therapist)
    assert [anna.get(page).status_code for page in pages] == [404, 404, 404]
    assert anna.post(pages[1], {"body": "x"}).status_code == 404
    assert course.enrolment.patient.name not in anna.get(reverse("therapists:today")).content.decode()


def test_therapist_who_is_a_patient_elsewhere_does_not_meet_their_own_record_here(cast: Cast) -> None:
    user = cast.elsewhere_patient.user
    Membership.objects.create(user=user, clinic=cast.clinic, role=Role.THERAPIST)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    page = reverse("therapists:patient-detail", args=[cast.elsewhere_patient.pk])
    assert signed_in(user).get(page).status_code == 404


def test_staff_without_a_second_factor_are_sent_to_set_it_up(cast: Cast, course: Course) -> None:
    cast.therapist.authenticator_set.all().delete()
    response = signed_in(cast.therapist).get(address(course))
    assert response.status_code == 302
    assert response["Location"] == reverse("mfa_index")


def send(course: Course, client: Client, body: str) -> Any:
    user = course.enrolment.therapist
    patient = course.enrolment.patient
    assert user is not None
    state = form_state(user, patient, purpose="message", target=f"message:{patient.pk}")
    data = {"draft": str(state.id), "base_rev": str(state.rev), "draft_tab": "t1", "body": body}
    return client.post(address(course, "patient-messages"), data, follow=True)


def test_answering_sends_stops_the_clock_and_goes_on(course: Course, anna: Client) -> None:
    course.write("May I ask something?")
    assert "answer within" in anna.get(address(course, "patient-messages")).content.decode()
    page = send(course, anna, "Yes, of course.")
    assert Message.objects.filter(body__isnull=False, side="team").count() == 1
    assert "Sent to Greta. Nobody else waits" in page.content.decode()
    assert "answer within" not in anna.get(address(course, "patient-messages")).content.decode()


def test_an_empty_answer_is_explained(course: Course, anna: Client) -> None:
    course.write()
    page = send(course, anna, "   ")
    assert page.status_code == 422
    assert not Message.objects.filter(side="team").exists()


def test_reading_marks_read_for_the_reader_only(cast: Cast, course: Course, anna: Client) -> None:
    course.write()
    message = Message.objects.get()
    url = address(course, "patient-messages-read")
    assert anna.get(url).status_code == 405
    assert anna.post(url, {"until": str(message.pk)}).status_code == 302
    assert [read.user for read in ThreadRead.objects.all()] == [cast.therapist]
    assert anna.post(url, {"until": "nonsense"}).status_code == 404


def test_supervisor_reads_the_conversation_and_writes_nothing(cast: Cast, course: Course) -> None:
    course.write("A question")
    sue = signed_in(cast.supervisor)
    page = sue.get(address(course, "patient-messages"))
    assert "A question" in page.content.decode()
    assert "<textarea" not in page.content.decode()
    assert sue.post(address(course, "patient-messages"), {"body": "x"}).status_code == 403
    for name in ("hold-place", "hold-release", "module-unlock"):
        assert sue.post(address(course, name), {"reason": "x"}).status_code == 403


def test_hold_needs_a_reason_stands_and_is_released(cast: Cast, course: Course, anna: Client) -> None:
    page = anna.post(address(course, "hold-place"), {"reason": "  "})
    assert page.status_code == 422
    assert "Write in a few words why." in page.content.decode()
    anna.post(address(course, "hold-place"), {"reason": "Waiting for a letter", "told": "For you"})
    hold = ModuleHold.objects.get()
    assert (hold.placed_by, hold.reason, hold.released_at) == (cast.therapist, "Waiting for a letter", None)
    anna.post(address(course, "hold-place"), {"reason": "Again", "told": "For you"})
    assert ModuleHold.objects.count() == 1
    anna.post(address(course, "hold-release"))
    hold.refresh_from_db()
    assert hold.released_by == cast.therapist
    verbs = set(AuditEvent.objects.filter(action=Action.WRITE).values_list("verb", flat=True))
    assert {"hold-place", "hold-release"} <= verbs


def test_unlocking_early_opens_the_next_week_with_its_reason_kept(
    cast: Cast, course: Course, anna: Client
) -> None:
    assert anna.post(address(course, "module-unlock"), {"reason": ""}).status_code == 422
    anna.post(address(course, "module-unlock"), {"reason": "Goes on holiday", "told": "For you"})
    opened = ModuleProgress.objects.get(enrolment=course.enrolment, module__number=2)
    assert opened.unlocked_by == cast.therapist
    assert AuditEvent.objects.get(verb="module-unlock-early").purpose == "Goes on holiday"


def test_a_hold_stands_in_the_way_of_unlocking_early(cast: Cast, course: Course, anna: Client) -> None:
    place_hold(by=cast.therapist, enrolment=course.enrolment, reason="Waiting")
    page = anna.post(address(course, "module-unlock"), {"reason": "Hurry", "told": "For you"}, follow=True)
    assert "The course is on hold. Release it first." in page.content.decode()
    assert not ModuleProgress.objects.filter(enrolment=course.enrolment, module__number=2).exists()


def test_looking_changes_nothing(course: Course, anna: Client) -> None:
    for name in ("hold-place", "hold-release", "module-unlock"):
        assert anna.get(address(course, name)).status_code == 200
    assert not ModuleHold.objects.exists()
    assert not AuditEvent.objects.filter(verb__in=["hold-place", "module-unlock-early"]).exists()


def test_ids_on_the_page_are_unique(course: Course, anna: Client) -> None:
    course.log()
    course.fill_cycle()
    course.hand_in()
    course.write()
    for name in ("patient-detail", "patient-messages"):
        ids = re.findall(r'\sid="([^"]+)"', anna.get(address(course, name)).content.decode())
        assert len(ids) == len(set(ids)), [one for one in ids if ids.count(one) > 1]
