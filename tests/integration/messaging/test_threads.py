"""Messages: sent once, with a clock that runs until somebody answers."""

from datetime import timedelta
from uuid import uuid4

import pytest

from messaging.actions import AlreadySentError, MessageInvalidError, mark_read, send_message
from messaging.models import Message, Thread
from messaging.presenters import reply_clock, thread_page
from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.models import Enrolment
from tests.factories.cast import Cast
from tests.factories.outbox import until

# A Tuesday, within the clinic's hours.
TUESDAY = "2026-03-03T10:00+00:00"


def write(cast: Cast, by: object, body: str = "Hello", **fields: object) -> Message:
    return send_message(by=by, patient=cast.patient, body=body, **{"submission_id": uuid4()} | fields)


def test_send_message_twice_with_one_submission_is_one_message(cast: Cast) -> None:
    submission = uuid4()
    first = write(cast, cast.patient.user, submission_id=submission)
    assert write(cast, cast.patient.user, submission_id=submission) == first
    assert Message.objects.count() == 1
    assert AuditEvent.objects.filter(verb="message-send").count() == 1


def test_send_message_again_with_another_text_is_refused_and_first_stays(cast: Cast) -> None:
    submission = uuid4()
    write(cast, cast.patient.user, "One", submission_id=submission)
    with pytest.raises(AlreadySentError):
        write(cast, cast.patient.user, "Two", submission_id=submission)
    assert [m.body for m in Message.objects.all()] == ["One"]


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 5001])
def test_send_message_empty_or_too_long_is_refused(cast: Cast, body: str) -> None:
    with pytest.raises(MessageInvalidError):
        write(cast, cast.patient.user, body)


def test_send_message_by_patient_starts_the_clock_once_and_team_stops_it(cast: Cast) -> None:
    with clock.moved(until(TUESDAY)):
        write(cast, cast.patient.user)
        thread = Thread.objects.get()
        since, due = thread.waiting_since, thread.reply_due_at
        assert due is not None
        assert due.isoformat()[:16] == "2026-03-04T10:00"
        with clock.moved(timedelta(hours=2)):
            write(cast, cast.patient.user, "And one thing more")
        thread.refresh_from_db()
        assert (thread.waiting_since, thread.reply_due_at) == (since, due)
        write(cast, cast.therapist, "I am here")
        thread.refresh_from_db()
        assert (thread.waiting_since, thread.reply_due_at) == (None, None)
        assert thread.last_message_at is not None


def test_send_message_by_patient_counts_as_activity_and_by_team_does_not(cast: Cast) -> None:
    write(cast, cast.therapist)
    assert Enrolment.objects.get(pk=cast.enrolment.pk).last_activity_at is None
    write(cast, cast.patient.user)
    assert Enrolment.objects.get(pk=cast.enrolment.pk).last_activity_at is not None


def test_mark_read_never_goes_back(cast: Cast) -> None:
    first = write(cast, cast.therapist, "One")
    second = write(cast, cast.therapist, "Two")
    patient = cast.patient.user
    assert Message.objects.unread_by(patient).count() == 2
    mark_read(by=patient, thread=first.thread, until=second.sent_at)
    mark_read(by=patient, thread=first.thread, until=first.sent_at)
    assert Message.objects.unread_by(patient).count() == 0


def test_thread_page_shows_each_side_what_is_theirs(cast: Cast) -> None:
    with clock.moved(until(TUESDAY)):
        write(cast, cast.therapist, "How are you?")
        write(cast, cast.patient.user, "Better")
        own = thread_page(cast.patient.user, cast.patient)
        assert [(row.mine, row.name, row.unread) for row in own.rows] == [
            (False, "Anna Berg", True),
            (True, "You", False),
        ]
        assert own.promise == "Anna answers by Wednesday 4 March, 10:00."
        assert own.clock is None
        team = thread_page(cast.therapist, cast.patient)
        assert [(row.mine, row.name, row.unread) for row in team.rows] == [
            (True, "You", False),
            (False, "Maria Lund", True),
        ]
        assert team.promise == ""
        assert team.clock is not None
        assert team.clock.text == "answer within 23 h"


def test_thread_page_is_bounded_and_pages_back(cast: Cast, django_assert_num_queries: object) -> None:
    for number in range(45):
        write(cast, cast.therapist, f"Message {number}")
    patient = cast.patient.user
    newest = thread_page(patient, cast.patient)
    assert [row.body for row in newest.rows] == [f"Message {n}" for n in range(25, 45)]
    before = thread_page(patient, cast.patient, before=newest.oldest)
    assert [row.body for row in before.rows] == [f"Message {n}" for n in range(5, 25)]
    oldest = thread_page(patient, cast.patient, before=before.oldest)
    assert (len(oldest.rows), oldest.oldest, oldest.is_latest) == (5, None, False)


def test_reply_clock_says_when_an_answer_is_late(cast: Cast) -> None:
    with clock.moved(until(TUESDAY)):
        write(cast, cast.patient.user)
        thread = Thread.objects.get()
        with clock.moved(timedelta(hours=27)):
            late = reply_clock(thread, "Europe/London")
            assert late is not None
            assert (late.is_overdue, late.tone, late.text) == (True, "danger", "answer overdue by 3 h")
            assert "late" in thread_page(cast.patient.user, cast.patient).promise
        with clock.moved(timedelta(hours=21)):
            soon = reply_clock(thread, "Europe/London")
            assert soon is not None
            assert soon.tone == "attention"
    assert reply_clock(None, "Europe/London") is None
