"""Homework beside the reply: read, remark, answer, go on to the next person."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from painclinic.audit.models import Action, AuditEvent
from patients.actions.reviews import give_review
from patients.drafts import form_state
from patients.models import Draft, DraftRevision, Homework, Review
from tests.factories.cast import Cast
from tests.integration.therapists.conftest import Course, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def homework(course: Course) -> Homework:
    course.fill_cycle()
    course.log(1, note="It was windy")
    course.log(0)
    return course.hand_in()


def address(homework: Homework) -> str:
    return reverse("therapists:homework-review", args=[homework.patient_id, homework.pk])


def posted(cast: Cast, homework: Homework, outcome: str = "reviewed", **fields: str) -> dict[str, Any]:
    """What the browser sends when a button is pressed."""
    target = f"review:{homework.pk}"
    state = form_state(cast.therapist, homework.patient, purpose=Draft.Purpose.REVIEW, target=target)
    about_draft = {"draft": str(state.id), "base_rev": str(state.rev), "submission_id": str(state.id)}
    return {**about_draft, "draft_tab": "t1", "comment": "", "next": outcome, **fields}


def remark_name(homework: Homework, slug: str, field: str) -> str:
    return f"remark-{homework.entries.filter(worksheet__slug=slug).first().pk}-{field}"


def test_page_shows_every_answer_with_the_leading_ones_first(homework: Homework, anna: Client) -> None:
    page = anna.get(address(homework))
    text = page.content.decode()
    [sheet] = page.context["page"].sheets
    assert [one.answer.name for one in sheet.leading] == [
        "situation", "thoughts", "feelings", "what_i_did", "one_link_to_change",
    ]  # fmt: skip
    assert len(sheet.leading) + len(sheet.others) == 9
    for said in ("I will never get better", "Worried or afraid, 70%", "Washing up", "It was windy"):
        assert said in text
    assert "Hopes for a cure" in text  # what to look for in this week
    assert 'class="chart-svg' in text


def test_page_names_what_was_asked_and_not_handed_in(homework: Homework, anna: Client) -> None:
    tasks = {task.title: task.is_done for task in anna.get(address(homework)).context["page"].tasks}
    assert list(tasks.values()) == [True, False, False]


def test_page_is_one_read_event(cast: Cast, homework: Homework, anna: Client) -> None:
    anna.get(address(homework))
    event = AuditEvent.objects.get(action=Action.READ, subject_id=homework.patient_id)
    assert (event.actor_id, event.verb, event.clinic_id) == (
        cast.therapist.pk, "homework-view", cast.clinic.pk,
    )  # fmt: skip


def test_reply_with_remarks_is_sent_and_leads_to_the_next_person(
    cast: Cast, course: Course, homework: Homework, anna: Client
) -> None:
    name = remark_name(homework, "w1-pain-cycle", "thoughts")
    data = posted(cast, homework, comment="You noticed a lot.", **{name: "This one matters."})
    course.write("And a question")
    page = anna.post(address(homework), data, follow=True)
    review = Review.objects.get(homework=homework)
    assert (review.outcome, review.comment) == ("reviewed", "You noticed a lot.")
    assert [one.body for one in review.comments.all()] == ["This one matters."]
    assert page.redirect_chain[-1][0] == reverse("therapists:patient-messages", args=[homework.patient_id])
    assert "Sent to Greta. Next: Greta Moss." in page.content.decode()


def test_reply_to_the_last_who_waited_leads_back_to_today(
    cast: Cast, homework: Homework, anna: Client
) -> None:
    page = anna.post(address(homework), posted(cast, homework, comment="Good."), follow=True)
    assert page.redirect_chain[-1][0] == reverse("therapists:today")
    assert "Nobody else waits for an answer." in page.content.decode()


def test_another_look_without_a_word_is_explained_and_nothing_is_lost(
    cast: Cast, homework: Homework, anna: Client
) -> None:
    name = remark_name(homework, "w1-pain-cycle", "situation")
    page = anna.post(address(homework), posted(cast, homework, "another_look", **{name: "Where was it?"}))
    assert page.status_code == 422
    assert "Write what you would like them to look at again." in page.content.decode()
    assert "Where was it?" in page.content.decode()
    assert not Review.objects.exists()
    assert Draft.objects.get().data[name] == "Where was it?"


def test_the_whole_loop_of_another_look(cast: Cast, course: Course, homework: Homework, anna: Client) -> None:
    first = homework.entries.get(worksheet__slug="w1-pain-cycle")
    anna.post(address(homework), posted(cast, homework, "another_look", comment="What went first?"))
    course.fill_cycle("On the stairs, in the rain", supersedes=first)
    course.log(2)
    second = course.hand_in()
    page = anna.get(address(second)).context["page"]
    changed = [one for one in page.sheets[0].leading if one.is_changed]
    assert [(one.answer.name, one.was) for one in changed] == [("situation", "Carrying the shopping")]
    assert page.logs[0].new_lines == 1
    assert [one.review.comment for one in page.earlier] == ["What went first?"]
    anna.post(address(second), posted(cast, second, comment="Clear now."))
    assert not Homework.objects.awaiting_review().exists()
    old = anna.get(address(homework))
    assert "There is a newer version of this homework." in old.content.decode()
    assert "Carrying the shopping" in old.content.decode()


def test_a_version_that_a_colleague_answered_meanwhile_keeps_the_text(
    cast: Cast, homework: Homework, anna: Client
) -> None:
    data = posted(cast, homework, comment="My own long reply.")
    give_review(by=cast.unassigned_therapist, homework=homework, outcome="reviewed", comment="First.")
    page = anna.post(address(homework), data)
    assert page.status_code == 409
    assert "Tom Hale has answered this version already." in page.content.decode()
    assert "My own long reply." in page.content.decode()
    assert Review.objects.get().comment == "First."


def test_a_version_that_was_handed_in_again_meanwhile_keeps_the_text(
    cast: Cast, course: Course, homework: Homework, anna: Client
) -> None:
    data = posted(cast, homework, comment="My own long reply.")
    course.log(3)
    course.hand_in()
    page = anna.post(address(homework), data)
    assert page.status_code == 409
    assert "A newer version came in while you wrote." in page.content.decode()
    assert "My own long reply." in page.content.decode()
    assert not Review.objects.exists()


def test_sending_twice_is_once(cast: Cast, homework: Homework, anna: Client) -> None:
    data = posted(cast, homework, comment="Once.")
    assert anna.post(address(homework), data).status_code == 302
    assert anna.post(address(homework), data).status_code in (302, 409)
    assert Review.objects.count() == 1


def test_save_and_continue_later_keeps_the_text_without_script(
    cast: Cast, homework: Homework, anna: Client
) -> None:
    data = posted(cast, homework, comment="Half a sen")
    del data["next"]
    assert anna.post(address(homework), {**data, "save_only": "1"}).status_code == 302
    assert "Half a sen" in anna.get(address(homework)).content.decode()
    assert not Review.objects.exists()


def test_a_reply_from_an_old_page_shows_both_texts(cast: Cast, homework: Homework, anna: Client) -> None:
    old_page = posted(cast, homework, comment="From the old page", draft_tab="aa.1")
    other = posted(cast, homework, comment="From the other page", draft_tab="bb.1")
    anna.post(address(homework), {**other, "save_only": "1"})
    page = anna.post(address(homework), old_page, follow=True)
    assert not Review.objects.exists()
    assert "From the old page" in page.content.decode()
    assert "From the other page" in page.content.decode()
    assert DraftRevision.objects.filter(is_conflict=True).count() == 1


def test_which_button_was_pressed_is_no_part_of_the_text(
    cast: Cast, homework: Homework, anna: Client
) -> None:
    anna.post(address(homework), posted(cast, homework, "another_look"))
    assert "next" not in Draft.objects.get().data
    assert "outcome" not in Draft.objects.get().data


def test_an_unknown_outcome_is_refused(cast: Cast, homework: Homework, anna: Client) -> None:
    assert anna.post(address(homework), posted(cast, homework, "splendid", comment="x")).status_code == 422
    assert not Review.objects.exists()


def test_homework_of_another_patient_is_not_found_under_this_one(
    cast: Cast, homework: Homework, anna: Client
) -> None:
    wrong = reverse("therapists:homework-review", args=[cast.patient.pk, homework.pk])
    assert anna.get(wrong).status_code == 404
    assert anna.post(wrong, posted(cast, homework, comment="x")).status_code == 404
    unknown = reverse("therapists:homework-review", args=[homework.patient_id, uuid4()])
    assert anna.get(unknown).status_code == 404


def test_supervisor_reads_and_does_not_answer(cast: Cast, homework: Homework) -> None:
    sue = signed_in(cast.supervisor)
    page = sue.get(address(homework))
    assert page.status_code == 200
    assert "Mark as reviewed" not in page.content.decode()
    assert sue.post(address(homework), {"comment": "x", "next": "reviewed"}).status_code == 403
    assert AuditEvent.objects.filter(action=Action.DENIED, actor_id=cast.supervisor.pk).exists()


def test_ids_on_the_page_are_unique_and_labels_point_somewhere(homework: Homework, anna: Client) -> None:
    text = anna.get(address(homework)).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\sfor="([^"]+)"', text)) <= set(ids)
