"""Whoever has to know is told, again and again, until a person has the alert; through outages too."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail

from messaging.actions.alerts import EscalationError, escalate
from messaging.actions.dispatch import deliver
from messaging.models import Reminder
from painclinic import clock
from patients.actions import alert_handling as acts
from patients.actions.alert_steps import take_due_steps
from patients.models import Alert, AlertStep, DutyShift
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.outbox import until
from therapists.presenters.alerts import alert_lines, alert_page

pytestmark = pytest.mark.django_db
MONDAY = "2026-03-02T10:00+00:00"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until(MONDAY)):
        yield


@pytest.fixture
def duty(cast: Cast) -> Cast:
    """The colleague is on duty every weekday; the therapist who treats is second."""
    DutyShift.objects.filter(clinic=cast.clinic).delete()
    for weekday in range(1, 6):
        for order, user in ((1, cast.unassigned_therapist), (2, cast.therapist)):
            DutyShift.objects.create(clinic=cast.clinic, user=user, weekday=weekday, order=order)
    return cast


def raised(cast: Cast, item: int = 3) -> Alert:
    _, alert = store(cast.enrolment, mood(item))
    assert alert
    return alert


def told() -> list[str]:
    """Who gets a mail now, by name."""
    mail.outbox.clear()
    escalate()
    deliver()
    return sorted(message.to[0].split("@")[0] for message in mail.outbox)


def later(**span: int) -> Any:
    return clock.moved(timedelta(**span))


def test_highest_level_calls_therapist_and_duty_at_once_then_second_lead_and_everybody(duty: Cast) -> None:
    raised(duty)
    assert told() == ["anna", "tom"]
    with later(minutes=14):
        assert told() == []
    with later(minutes=15):
        assert told() == ["anna"]
    with later(minutes=30):
        assert told() == ["sue"]
    with later(minutes=60):
        # The lead for nobody having called the patient; everybody for nobody having acknowledged.
        assert told() == ["anna", "sue", "tom"]


def test_unacknowledged_alert_never_stops_calling(duty: Cast) -> None:
    raised(duty)
    with later(minutes=60):
        told()
    for days in (1, 5, 40):
        with later(days=days):
            assert "sue" in told(), days


def test_acknowledged_alert_calls_no_further_but_for_who_must_act(duty: Cast) -> None:
    alert = raised(duty)
    told()
    acts.acknowledge(by=duty.therapist, alert=alert)
    with later(minutes=31):
        assert told() == []
    with later(minutes=61):
        assert told() == ["sue"]
    acts.note_contact(by=duty.therapist, alert=alert, channel="phone", result="reached")
    with later(hours=5):
        assert told() == []


def test_second_level_goes_to_duty_after_two_hours_and_to_the_lead_after_four(duty: Cast) -> None:
    raised(duty, 2)
    assert told() == ["anna", "tom"]
    with later(hours=2):
        assert told() == ["tom"]
    with later(hours=4):
        assert told() == ["sue"]


def test_first_level_is_a_task_of_a_working_day(duty: Cast) -> None:
    raised(duty, 1)
    assert told() == ["anna"]
    with later(hours=23):
        assert told() == []
    with later(hours=24):
        assert told() == ["tom"]


def test_empty_rota_calls_the_whole_team(cast: Cast) -> None:
    DutyShift.objects.filter(clinic=cast.clinic).delete()
    raised(cast)
    assert told() == ["anna", "sue", "tom"]


def test_planner_that_stood_still_takes_up_everything_that_became_due(duty: Cast) -> None:
    raised(duty)
    with later(hours=3):
        names = told()
    assert {"anna", "tom", "sue"} <= set(names)
    assert not AlertStep.objects.due().exists()


def test_escalating_twice_sends_once(duty: Cast) -> None:
    raised(duty)
    escalate()
    escalate()
    assert Reminder.objects.filter(kind="alert").count() == 2


def test_escalation_that_fails_halfway_is_done_again(duty: Cast) -> None:
    raised(duty)
    broken = patch("messaging.actions.alerts.Reminder.objects.bulk_create", side_effect=RuntimeError)
    with broken, pytest.raises(RuntimeError):
        escalate()
    assert told() == ["anna", "tom"]


def test_alert_with_something_wrong_holds_up_no_other(duty: Cast) -> None:
    first = raised(duty)
    with later(minutes=1):
        _, second = store(duty.other_enrolment, mood(3))
    assert second
    real = take_due_steps

    def fails(*, by: Any, alert_id: Any) -> Any:
        if alert_id == first.pk:
            raise ValueError
        return real(by=by, alert_id=alert_id)

    with later(minutes=2), patch("messaging.actions.alerts.take_due_steps", fails):
        with pytest.raises(EscalationError):
            escalate()
        assert {one.target_id for one in Reminder.objects.filter(kind="alert")} == {second.pk}
        assert {step.alert_id for step in AlertStep.objects.due()} == {first.pk}
    with later(minutes=2):
        escalate()
        assert not AlertStep.objects.due().exists()


def test_mail_server_that_refuses_is_an_event_of_the_alert_and_calls_the_lead(duty: Cast) -> None:
    alert = raised(duty)
    escalate()
    with patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError):
        deliver()
    events = alert.events.filter(kind="undelivered")
    assert events.count() == 2
    assert events[0].details["fault"] == "OSError"
    assert told() == ["sue"]
    with later(minutes=2):
        assert told() == ["anna", "tom"]


def test_mail_server_that_refuses_for_half_a_day_makes_no_more_notices_than_there_are_rings(
    duty: Cast,
) -> None:
    alert = raised(duty)
    with patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError):
        for minute in range(0, 720, 5):
            with later(minutes=minute):
                escalate()
                deliver()
    # One notice for each of the three people, tried again and again: no flood when the server is back.
    notices = Reminder.objects.filter(kind="alert")
    assert sorted(one.user.email.split("@")[0] for one in notices) == ["anna", "sue", "tom"]
    assert alert.events.filter(kind="undelivered").count() == 3
    assert min(one.attempts for one in notices) > 40
    early = alert.steps.filter(
        step__in=["lead", "everybody"], done_at__lte=alert.raised_at + timedelta(minutes=11)
    )
    assert {one.step for one in early} == {"lead", "everybody"}


def test_person_who_was_reached_another_way_is_not_undelivered(duty: Cast) -> None:
    alert = raised(duty)
    escalate()
    mails = list(Reminder.objects.filter(kind="alert"))
    for one in mails:
        key = one.dedupe_key.removesuffix("email") + "push"
        Reminder.objects.create(
            **{
                name: getattr(one, name)
                for name in ("kind", "clinic_id", "user_id", "target_id", "due_at", "not_after")
            },
            dedupe_key=key,
            channel="push",
            state=Reminder.State.SENT,
        )
    with patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError):
        deliver()
    assert not alert.events.filter(kind="undelivered").exists()


def test_notice_for_a_colleague_who_has_left_since_calls_the_lead(duty: Cast) -> None:
    alert = raised(duty)
    escalate()
    duty.unassigned_therapist.is_active = False
    duty.unassigned_therapist.save(update_fields=["is_active"])
    deliver()
    assert [one.details["fault"] for one in alert.events.filter(kind="undelivered")] == ["NoLongerHere"]
    assert told() == ["sue"]


def test_undelivered_notice_stands_on_the_list_until_somebody_has_the_alert(duty: Cast) -> None:
    alert = raised(duty)
    escalate()
    with patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError):
        deliver()
    # Those who have nothing to do with the patient see it as well: it is they who can step in.
    for colleague in (duty.supervisor, duty.unassigned_therapist):
        assert [line.is_unheard for line in alert_lines(colleague)] == [True]
    assert alert_page(duty.supervisor, alert).is_unheard
    acts.acknowledge(by=duty.therapist, alert=alert)
    assert [line.is_unheard for line in alert_lines(duty.supervisor)] == [False]


def test_alert_in_hand_without_an_outcome_asks_for_it_after_three_working_days(duty: Cast) -> None:
    alert = raised(duty, 2)
    told()
    alert = acts.note_contact(by=duty.therapist, alert=alert, channel="phone", result="reached")
    assert f"{alert.outcome_due_at:%d %B %H:%M}" == "05 March 10:00"
    with later(days=2, hours=23):
        assert told() == []
        assert not Alert.objects.get().is_late()
    with later(days=3, minutes=1):
        assert told() == ["anna", "tom"]
        assert Alert.objects.get().is_late()
    with later(days=4, minutes=2):
        assert told() == ["anna", "sue", "tom"]
    with later(days=7, minutes=5):
        assert told() == ["anna", "sue", "tom"]
        acts.resolve(by=duty.therapist, alert=alert, outcome="safety-plan", note="Agreed")
    with later(days=9):
        assert told() == []


def test_alert_that_came_again_while_in_hand_asks_for_contact_first(duty: Cast) -> None:
    alert = raised(duty, 2)
    acts.note_contact(by=duty.therapist, alert=alert, channel="phone", result="reached")
    with later(hours=2):
        raised(duty, 2)
        assert Alert.objects.get().outcome_due_at is None
    with later(days=3, minutes=1):
        told()
        outcome = AlertStep.objects.get(step="outcome")
        assert outcome.was_needless


def test_mail_of_an_alert_names_nobody_and_nothing(duty: Cast) -> None:
    raised(duty)
    told()
    for message in mail.outbox:
        text = f"{message.subject} {message.body} {message.from_email}".lower()
        for word in ("maria", "lund", "phq", "suicid", "risk", "alert", "r3", "lakeside", "patient", "pain "):
            assert word not in text, word


def test_closed_alert_sends_what_was_queued_no_more(duty: Cast) -> None:
    alert = raised(duty, 1)
    escalate()
    acts.note_contact(by=duty.therapist, alert=alert, channel="phone", result="reached")
    acts.resolve(by=duty.therapist, alert=alert, outcome="no-action", note="Spoke")
    assert told() == []


def test_alert_of_the_night_is_told_at_once_and_its_clock_starts_in_the_morning(duty: Cast) -> None:
    with later(hours=12):
        alert = raised(duty)
        assert told() == ["anna", "tom"]
    assert alert.ack_due_at.isoformat() == "2026-03-03T09:15:00+00:00"
    with later(hours=22):
        assert told() == []
    with later(hours=23, minutes=15, seconds=1):
        assert told() == ["anna"]


def test_clock_runs_at_night_while_somebody_is_on_call(duty: Cast) -> None:
    DutyShift.objects.filter(order=1).update(is_on_call=True)
    with later(hours=12):
        assert raised(duty).ack_due_at.isoformat()[:16] == "2026-03-02T22:15"


def test_second_level_raised_again_to_the_highest_starts_its_clock_anew(duty: Cast) -> None:
    alert = raised(duty, 1)
    told()
    acts.acknowledge(by=duty.therapist, alert=alert)
    with later(hours=3):
        raised(duty, 3)
        assert told() == ["anna", "tom"]
    with later(hours=3, minutes=15):
        assert told() == ["anna"]


def test_outcome_that_waits_for_a_second_person_calls_the_others_every_working_day(duty: Cast) -> None:
    alert = raised(duty)
    told()
    acts.note_contact(by=duty.therapist, alert=alert, channel="phone", result="reached")
    acts.resolve(by=duty.therapist, alert=alert, outcome="safety-plan", note="Agreed")
    assert told() == ["sue", "tom"]
    with later(hours=23):
        assert told() == []
    with later(hours=25):
        assert told() == ["sue", "tom"]
        acts.sign_off(by=duty.supervisor, alert=alert)
    with later(days=3):
        assert told() == []


def test_outcome_that_is_sent_back_tells_who_treats(duty: Cast) -> None:
    alert = raised(duty)
    told()
    acts.note_contact(by=duty.therapist, alert=alert, channel="phone", result="no-answer")
    acts.resolve(by=duty.therapist, alert=alert, outcome="no-action", note="Will see")
    acts.send_back(by=duty.supervisor, alert=alert, reason="Call again")
    assert told() == ["anna"]
