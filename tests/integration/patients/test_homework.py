"""Homework: handed in as a version that never changes; feedback comes back to where it is."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from painclinic import clock
from patients.actions.entries import submit_entry
from patients.actions.homework import HomeworkIncompleteError, submit_homework
from patients.actions.reviews import give_review
from patients.models import Draft, Enrolment, Homework
from tests.factories.cast import Cast
from tests.integration.patients.test_practice import a_log, a_map

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
URL = "/course/1/homework/"


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


def hidden(patient: Client) -> dict[str, str]:
    """The hidden inputs of the form that sends the homework."""
    draft = patient.get(URL).context["draft"]
    return {"draft": str(draft.id), "base_rev": str(draft.rev), "draft_tab": draft.tab}


def send(patient: Client, **data: str) -> Any:
    return patient.post(URL, hidden(patient) | data)


def fill(enrolment: Enrolment, slug: str, raw: dict[str, str]) -> None:
    sheet = enrolment.programme_version.worksheets.get(slug=slug)
    submit_entry(
        by=enrolment.patient.user, enrolment=enrolment, worksheet=sheet, raw=raw, submission_id=uuid4()
    )


def fill_everything(enrolment: Enrolment, situation: str = "On the stairs") -> None:
    """What Module 1 asks for: the map, three days of the log, one hope."""
    today = clock.local_today(enrolment.patient.timezone)
    fill(enrolment, "w1-pain-cycle", a_map(situation=situation))
    fill(enrolment, "first-hope", {"hope": "To walk to the lake"})
    for days in range(3):
        for _ in range(3):
            fill(enrolment, "w3-activity-log", a_log(date=(today - timedelta(days=days)).isoformat()))


def test_complete_homework_is_handed_in_once_and_is_shown_as_it_was(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    data = hidden(patient) | {"note": "The log was hard."}
    assert patient.post(URL, data).status_code == 302
    assert patient.post(URL, data).status_code == 302
    homework = Homework.objects.get()
    assert homework.version == 1
    assert homework.review_due_at > homework.submitted_at
    page = patient.get(URL).content.decode()
    assert "On the stairs" in page
    assert "The log was hard." in page


def test_nothing_filled_offers_no_handing_in(patient: Client) -> None:
    assert send(patient).status_code == 422
    assert send(patient, partial="1").status_code == 422
    assert not Homework.objects.exists()


def test_part_of_it_can_be_handed_in_by_saying_so(real_cast: Cast, patient: Client) -> None:
    fill(real_cast.enrolment, "w1-pain-cycle", a_map())
    with pytest.raises(HomeworkIncompleteError):
        submit_homework(
            by=real_cast.patient.user,
            enrolment=real_cast.enrolment,
            module=real_cast.version.modules.get(number=1),
            submission_id=uuid4(),
        )
    refused = send(patient)
    assert refused.status_code == 422
    assert "Write down one hope" in refused.content.decode()
    assert send(patient, partial="1").status_code == 302
    assert Homework.objects.get().entries.count() == 1


def test_feedback_is_where_the_homework_is_and_another_look_makes_a_new_version(
    real_cast: Cast, patient: Client
) -> None:
    fill_everything(real_cast.enrolment)
    send(patient)
    first = Homework.objects.get()
    entry = first.entries.get(worksheet__slug="w1-pain-cycle")
    give_review(
        by=real_cast.therapist,
        homework=first,
        outcome="another_look",
        comment="Could you choose one moment?",
        comments=[(entry, "thoughts", "Good that you caught this one.")],
    )
    page = patient.get(URL).content.decode()
    assert "Could you choose one moment?" in page
    assert "Good that you caught this one." in page
    patient.get(f"/practice/entries/{entry.pk}/change/")
    sheet = entry.worksheet
    submit_entry(
        by=real_cast.patient.user,
        enrolment=real_cast.enrolment,
        worksheet=sheet,
        raw=a_map(situation="At the third stair"),
        submission_id=uuid4(),
        supersedes=entry,
    )
    send(patient)
    second = Homework.objects.get(version=2)
    assert second.entries.get(worksheet=sheet).texts["situation"] == "At the third stair"
    assert first.entries.get(worksheet=sheet).texts["situation"] == "On the stairs"


def test_note_is_kept_while_it_is_typed(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    send(patient, note="Half a sentence", save_only="1")
    assert not Homework.objects.exists()
    assert "Half a sentence" in patient.get(URL).content.decode()
    send(patient, note="A whole sentence.")
    assert Homework.objects.get().note == "A whole sentence."
    assert Draft.objects.get().closed_at is not None


def test_note_from_two_pages_is_shown_twice_and_not_sent(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    one, two = hidden(patient), hidden(patient)
    patient.post(URL, one | {"note": "From the first page", "save_only": "1"})
    page = patient.post(URL, two | {"note": "From the second page"}, follow=True).content.decode()
    assert "From the first page" in page
    assert "From the second page" in page
    assert not Homework.objects.exists()


def test_too_long_note_is_said_and_kept(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    response = send(patient, note="x" * 2001)
    assert response.status_code == 422
    assert "x" * 2001 in response.content.decode()


def test_log_is_shown_in_short_with_the_remark_at_its_line(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    send(patient)
    homework = Homework.objects.get()
    line = homework.entries.filter(worksheet__is_log=True).first()
    give_review(
        by=real_cast.therapist,
        homework=homework,
        outcome="reviewed",
        comment="",
        comments=[(line, "minutes", "That is a good length.")],
    )
    newest = patient.get(URL).context["newest"]
    assert newest.logs[0].day_count == 3
    said = [one.remarks for one in newest.logs[0].lines if one.remarks]
    assert said == [[("For about how long?", "That is a good length.")]]
    assert newest.remarked == {"w3-activity-log"}


def test_after_the_answer_nothing_is_asked_for_though_the_log_goes_on(
    real_cast: Cast, patient: Client
) -> None:
    fill_everything(real_cast.enrolment)
    send(patient)
    give_review(by=real_cast.therapist, homework=Homework.objects.get(), outcome="reviewed", comment="Good")
    fill(real_cast.enrolment, "w3-activity-log", a_log())
    assert "What is asked for" not in patient.get(URL).content.decode()


def test_page_costs_the_same_for_a_long_log_and_many_versions(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    send(patient)
    with CaptureQueriesContext(connection) as few:
        patient.get(URL)
    for _ in range(4):
        fill(real_cast.enrolment, "w3-activity-log", a_log(activity="Something else"))
        send(patient)
    with CaptureQueriesContext(connection) as many:
        patient.get(URL)
    assert Homework.objects.count() == 5
    assert len(many) == len(few)


def test_version_cannot_be_changed_by_anybody(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    send(patient)
    with pytest.raises(DatabaseError), transaction.atomic():
        Homework.objects.update(version=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        Homework.objects.all().delete()


def test_homework_of_a_closed_week_is_not_found(patient: Client) -> None:
    assert patient.get("/course/2/homework/").status_code == 404
