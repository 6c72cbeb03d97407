"""Questions that wait for answers are chased: a bounded number of times, on the patient's own days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.models import Reminder
from painclinic import clock
from patients.actions.measures import note_missing
from patients.actions.respite import pause_course, start_flare_up
from patients.models import Enrolment, Occasion, Patient
from tests.factories.cast import Cast
from tests.factories.outbox import run_at, states, until
from tests.integration.messaging.test_reminders import no_invitations, prefer

__all__ = ["no_invitations"]


def asked(cast: Cast, kind: str = "post", closes: int = 21, slug: str = "", **changes: Any) -> Occasion:
    """A time point that is due today, Monday 2 March."""
    today = clock.local_today(cast.patient.timezone)
    window = {"opens_on": today, "due_on": today, "closes_on": today + timedelta(days=closes)}
    of = {"enrolment": cast.enrolment, "patient": cast.patient, "clinic": cast.clinic}
    return Occasion.objects.create(
        **of, **window | changes, kind=kind, slug=slug or kind, instruments=["peg"]
    )


def question_days_of_march(until_day: int = 31) -> list[int]:
    days = []
    for day in range(2, until_day):
        before = len(mail.outbox)
        run_at(f"2026-03-{day:02d}T10:01+00:00")
        new = [str(message.subject) for message in mail.outbox[before:]]
        days += [day] * new.count("A few questions wait for you")
    return days


@pytest.mark.parametrize(
    ("kind", "closes", "days"),
    [
        ("post", 21, [2, 9, 22]),
        ("baseline", 6, [2, 4, 7]),
        ("weekly", 6, [4, 7]),
        ("extra", 0, [2]),
        ("mid", 1, [2, 3]),
    ],
)
def test_unanswered_questions_are_chased_within_their_window(
    cast: Cast, kind: str, closes: int, days: list[int]
) -> None:
    asked(cast, kind, closes)
    assert question_days_of_march() == days


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_the_patients_own(cast: Cast, zone: str) -> None:
    Patient.objects.filter(pk=cast.patient.pk).update(timezone=zone)
    due = date(2026, 3, 10)
    asked(cast, opens_on=due, due_on=due, closes_on=due)
    for hour in range(72):
        run_at((datetime(2026, 3, 9, tzinfo=UTC) + timedelta(hours=hour)).isoformat())
    (reminder,) = Reminder.objects.filter(kind="questions_due")
    assert reminder.state == "sent"
    assert reminder.sent_at.astimezone(ZoneInfo(zone)).isoformat()[:13] == "2026-03-10T10"


def test_answered_in_time_is_not_chased(cast: Cast) -> None:
    occasion = asked(cast)
    with clock.moved(until("2026-03-02T10:01+00:00")):
        plan()
        Occasion.objects.filter(pk=occasion.pk).update(completed_at=clock.now())
        deliver()
    assert states(list(Reminder.objects.all())) == [("questions_due", "cancelled")]
    assert question_days_of_march() == []


@pytest.mark.parametrize("reason", ["unwell", "withdrawn"])
def test_what_is_missing_for_a_known_reason_is_not_chased(cast: Cast, reason: str) -> None:
    note_missing(by=cast.therapist, occasion=asked(cast), reason=reason)
    assert question_days_of_march() == []


def test_who_withdrew_from_being_asked_is_not_asked_later_either(cast: Cast) -> None:
    note_missing(by=cast.therapist, occasion=asked(cast, "weekly", 0), reason="withdrawn")
    asked(cast, "follow-up")
    assert question_days_of_march() == []


@pytest.mark.parametrize("state", ["stopped", "completed"])
def test_who_has_ended_the_treatment_is_asked_at_its_end_and_later_only(cast: Cast, state: str) -> None:
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(state=state)
    asked(cast, "weekly", 6)
    asked(cast, "mid", 6)
    assert question_days_of_march(10) == []
    asked(cast, "post", 21, due_on=date(2026, 3, 12), opens_on=date(2026, 3, 12), closes_on=date(2026, 3, 18))
    assert question_days_of_march() == [12, 14, 17]


def test_rest_stops_the_weekly_questions_and_not_those_that_matter(cast: Cast) -> None:
    weekly, post = asked(cast, "weekly", 6), asked(cast, "post", 6)
    with clock.moved(until("2026-03-02T08:30+00:00")):
        pause_course(by=cast.patient.user, enrolment=cast.enrolment, days=14)
    question_days_of_march(9)
    assert {one.target_id for one in Reminder.objects.filter(kind="questions_due")} == {post.pk}
    assert weekly.pk != post.pk


def test_nobody_is_chased_in_a_flare_up(cast: Cast) -> None:
    asked(cast, "post", 6)
    with clock.moved(until("2026-03-02T08:30+00:00")):
        start_flare_up(by=cast.patient.user, enrolment=cast.enrolment, days=5)
    assert question_days_of_march() == [7]


def test_questions_can_be_left_out_of_reminders(cast: Cast) -> None:
    prefer(cast, off_kinds=["questions_due"])
    asked(cast)
    assert question_days_of_march() == []
