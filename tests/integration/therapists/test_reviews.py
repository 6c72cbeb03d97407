"""One answer to each version of homework: by one person, once, for the newest version."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from painclinic.audit.models import AuditEvent
from patients.actions.reviews import (
    AlreadyReviewedError,
    CommentNeededError,
    NotNewestVersionError,
    give_review,
)
from patients.models import Draft, Homework, Review
from tests.factories.cast import Cast
from tests.integration.therapists.conftest import Course


@pytest.fixture
def homework(course: Course) -> Homework:
    course.fill_cycle()
    course.log()
    return course.hand_in()


def review(cast: Cast, homework: Homework, **changes: Any) -> Review:
    given = {"outcome": "reviewed", "comment": "You noticed a lot.", **changes}
    return give_review(by=cast.therapist, homework=homework, **given)


@pytest.mark.django_db
def test_review_keeps_comment_and_remarks_encrypted(cast: Cast, homework: Homework) -> None:
    entry = homework.entries.get(worksheet__slug="w1-pain-cycle")
    log = homework.entries.get(worksheet__slug="w3-activity-log")
    given = review(
        cast,
        homework,
        comments=[(entry, "thoughts", " This one. "), (entry, "pain", "  "), (log, "", "Good.")],
    )
    remarks = {(one.entry_id, one.field): one.body for one in given.comments.all()}
    assert remarks == {(entry.pk, "thoughts"): "This one.", (log.pk, ""): "Good."}
    with connection.cursor() as cursor:
        cursor.execute("SELECT comment FROM patients_review")
        assert b"noticed" not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_review_leaves_an_event_and_closes_the_draft(cast: Cast, homework: Homework) -> None:
    target = f"review:{homework.pk}"
    draft = Draft.objects.create(
        id=Draft.id_for(cast.therapist.pk, target, 0),
        user=cast.therapist,
        patient=homework.patient,
        clinic=homework.clinic,
        purpose=Draft.Purpose.REVIEW,
        target=target,
        data={"comment": "You"},
    )
    given = review(cast, homework, draft_id=draft.pk)
    draft.refresh_from_db()
    assert draft.closed_at is not None
    event = AuditEvent.objects.get(verb="review-reviewed")
    assert (event.actor_id, event.subject_id) == (cast.therapist.pk, homework.patient_id)
    assert event.object_ids == [given.pk]


@pytest.mark.django_db
def test_review_twice_by_another_is_refused_and_the_same_again_is_the_same(
    cast: Cast, homework: Homework
) -> None:
    given = review(cast, homework)
    assert review(cast, homework) == given
    with pytest.raises(AlreadyReviewedError) as refused:
        give_review(by=cast.unassigned_therapist, homework=homework, outcome="reviewed", comment="Me too.")
    assert refused.value.review == given
    with pytest.raises(AlreadyReviewedError):
        review(cast, homework, comment="Another text.")


@pytest.mark.django_db
def test_another_look_needs_a_word_and_an_outcome_exists(cast: Cast, homework: Homework) -> None:
    with pytest.raises(CommentNeededError):
        review(cast, homework, outcome="another_look", comment="   ")
    with pytest.raises(ValueError, match="splendid"):
        review(cast, homework, outcome="splendid")
    assert not Review.objects.exists()


@pytest.mark.django_db
def test_only_the_newest_version_is_answered(cast: Cast, course: Course, homework: Homework) -> None:
    course.log(1)
    newer = course.hand_in()
    with pytest.raises(NotNewestVersionError) as refused:
        review(cast, homework)
    assert refused.value.newest == newer
    assert review(cast, newer).homework == newer


@pytest.mark.django_db
def test_another_look_opens_a_new_version_and_keeps_the_first(
    cast: Cast, course: Course, homework: Homework
) -> None:
    first = homework.entries.get(worksheet__slug="w1-pain-cycle")
    review(cast, homework, outcome="another_look", comment="Look at the thoughts again.")
    course.fill_cycle("On the stairs", supersedes=first)
    second = course.hand_in()
    assert (second.version, homework.version) == (2, 1)
    assert homework.entries.filter(pk=first.pk).exists()
    assert list(Homework.objects.awaiting_review()) == [second]
    review(cast, second)
    assert not Homework.objects.awaiting_review().exists()


@pytest.mark.django_db
def test_remarks_are_about_answers_of_this_homework(cast: Cast, course: Course, homework: Homework) -> None:
    entry = homework.entries.get(worksheet__slug="w1-pain-cycle")
    stranger = course.fill("first-hope", hope="To sing")
    with pytest.raises(ValueError, match="not handed in"):
        review(cast, homework, comments=[(stranger, "hope", "Nice")])
    with pytest.raises(ValueError, match="does not have"):
        review(cast, homework, comments=[(entry, "colour", "Nice")])
    assert not Review.objects.exists()


@pytest.mark.django_db
def test_review_cannot_be_changed_even_by_sql(cast: Cast, homework: Homework) -> None:
    review(cast, homework)
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.update(outcome="another_look")
    with pytest.raises(DatabaseError), transaction.atomic():
        Review.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_reviews_at_once_one_wins(cast: Cast, course: Course) -> None:
    course.fill_cycle()
    homework = course.hand_in()
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def answer(by: Any, text: str) -> None:
        try:
            start.wait(timeout=10)
            give_review(by=by, homework=homework, outcome="reviewed", comment=text)
            outcomes.append("given")
        except AlreadyReviewedError as refused:
            outcomes.append(f"refused, {refused.review.by.name} was first")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=answer, args=(cast.therapist, "From Anna")),
        threading.Thread(target=answer, args=(cast.unassigned_therapist, "From Tom")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcome.split(",")[0] for outcome in outcomes) == ["given", "refused"]
    assert Review.objects.count() == 1
    assert AuditEvent.objects.filter(verb="review-reviewed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_handing_in_and_answering_at_once_never_answers_an_old_version(cast: Cast, course: Course) -> None:
    course.fill_cycle()
    homework = course.hand_in()
    course.log()
    start = threading.Barrier(2)
    outcome: list[str] = []

    def answer() -> None:
        try:
            start.wait(timeout=10)
            review(cast, homework)
            outcome.append("given")
        except NotNewestVersionError:
            outcome.append("refused")
        finally:
            connection.close()

    def hand_in() -> None:
        try:
            start.wait(timeout=10)
            course.hand_in()
        finally:
            connection.close()

    threads = [threading.Thread(target=answer), threading.Thread(target=hand_in)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    second = Homework.objects.get(version=2)
    given = Review.objects.filter(homework=homework).first()
    assert (outcome == ["given"]) == (given is not None)
    assert given is None or given.created_at <= second.submitted_at
