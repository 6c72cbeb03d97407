"""Homework: handed in as a version that never changes; feedback comes back to where it is."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from painclinic import clock
from patients.actions.entries import submit_entry
from patients.actions.homework import HomeworkIncompleteError, submit_homework
from patients.actions.reviews import give_review
from patients.models import Enrolment, Homework
from tests.factories.cast import Cast
from tests.integration.patients.test_practice import a_log, a_map

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
URL = "/course/1/homework/"


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


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
    data = {"submission_id": str(uuid4()), "note": "The log was hard."}
    assert patient.post(URL, data).status_code == 302
    assert patient.post(URL, data).status_code == 302
    homework = Homework.objects.get()
    assert homework.version == 1
    assert homework.review_due_at > homework.submitted_at
    page = patient.get(URL).content.decode()
    assert "On the stairs" in page
    assert "The log was hard." in page


def test_nothing_filled_offers_no_handing_in(patient: Client) -> None:
    assert patient.post(URL, {"submission_id": str(uuid4())}).status_code == 422
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
    assert patient.post(URL, {"submission_id": str(uuid4()), "partial": "1"}).status_code == 302


def test_feedback_is_where_the_homework_is_and_another_look_makes_a_new_version(
    real_cast: Cast, patient: Client
) -> None:
    fill_everything(real_cast.enrolment)
    patient.post(URL, {"submission_id": str(uuid4())})
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
    patient.post(URL, {"submission_id": str(uuid4())})
    second = Homework.objects.get(version=2)
    assert second.entries.get(worksheet=sheet).texts["situation"] == "At the third stair"
    assert first.entries.get(worksheet=sheet).texts["situation"] == "On the stairs"


def test_version_cannot_be_changed_by_anybody(real_cast: Cast, patient: Client) -> None:
    fill_everything(real_cast.enrolment)
    patient.post(URL, {"submission_id": str(uuid4())})
    with pytest.raises(DatabaseError), transaction.atomic():
        Homework.objects.update(version=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        Homework.objects.all().delete()


def test_homework_of_a_closed_week_is_not_found(patient: Client) -> None:
    assert patient.get("/course/2/homework/").status_code == 404
