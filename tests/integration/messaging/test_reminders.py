"""Reminders: planned once, at the right hour, checked again, sent to the right person, empty of content."""

import smtplib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from messaging.actions import mark_read, send_message, set_preferences
from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.emails import message_id
from messaging.models import NUDGE_KINDS, Delivery, Reminder
from painclinic import clock
from painclinic.accounts.actions import renew_invitation, withdraw_invitation
from painclinic.accounts.models import Invitation, Membership, User
from painclinic.audit.models import AuditEvent
from patients.actions.consent import withdraw_consent
from patients.actions.emergency import open_in_emergency
from patients.models import Enrolment, Patient
from tests.factories.cast import Cast, a_person, make_patient
from tests.factories.measures import occasion_on
from tests.factories.outbox import a_module, hand_in, open_module, review, run_at, states, until

CANARY = "zebra-in-my-spine"


@pytest.fixture(autouse=True)
def no_invitations(cast: Cast) -> None:
    """The cast has accepted theirs; nothing but what a test makes is planned."""
    plan()
    assert not Reminder.objects.exists()


def write(cast: Cast, body: str = "Hello") -> Any:
    return send_message(by=cast.therapist, patient=cast.patient, body=body, submission_id=uuid4())


def prefer(cast: Cast, **changes: Any) -> None:
    chosen = {"off_kinds": [], "most_per_cause": 3, "quiet_from": time(21), "quiet_until": time(8)} | changes
    set_preferences(by=cast.patient.user, patient=cast.patient, **chosen)


def sent() -> Counter[str]:
    return Counter(str(message.subject) for message in mail.outbox)


# What is planned, and when


def test_module_available_is_mailed_once_however_often_planned(cast: Cast) -> None:
    open_module(cast.enrolment)
    for _ in range(3):
        plan()
        deliver()
    assert sent() == {"There is something new for you": 1}
    assert mail.outbox[0].recipients() == ["maria@example.org"]


def test_module_opened_before_the_mail_went_is_cancelled(cast: Cast) -> None:
    progress = open_module(cast.enrolment)
    plan()
    progress.first_opened_at = clock.now()
    progress.save()
    deliver()
    assert states(list(Reminder.objects.all())) == [("module_available", "cancelled")]
    assert not mail.outbox


def test_outline_is_not_announced(cast: Cast) -> None:
    open_module(cast.enrolment, a_module(outline=True))
    assert plan() == 0


def test_night_waits_for_the_morning_of_the_patients_own_zone(cast: Cast) -> None:
    Patient.objects.filter(pk=cast.patient.pk).update(timezone="America/New_York")
    with clock.moved(until("2026-03-03T05:00+00:00")):
        open_module(cast.enrolment)
    (reminder,) = run_at("2026-03-03T05:10+00:00")
    assert reminder.state == Reminder.State.PLANNED
    assert reminder.due_at == datetime.fromisoformat("2026-03-03T08:00-05:00")
    assert ":2026-03-03:" in reminder.dedupe_key
    run_at("2026-03-03T12:59+00:00")
    assert not mail.outbox
    run_at("2026-03-03T13:01+00:00")
    assert len(mail.outbox) == 1


def test_reminder_that_comes_late_is_not_sent_at_night(cast: Cast) -> None:
    open_module(cast.enrolment)
    plan()
    with clock.moved(until("2026-03-02T23:00+00:00")):
        deliver()
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.due_at) == ("planned", datetime.fromisoformat("2026-03-03T08:00+00:00"))
    assert not mail.outbox


def test_reminder_that_comes_much_too_late_expires(cast: Cast) -> None:
    open_module(cast.enrolment)
    plan()
    with clock.moved(timedelta(days=4)):
        deliver()
    assert states(list(Reminder.objects.all())) == [("module_available", "expired")]


def test_homework_is_reminded_the_day_before_on_the_day_and_two_days_after(cast: Cast) -> None:
    open_module(cast.enrolment, a_module(homework=True), first_opened_at=clock.now())
    days = []
    for day in range(2, 20):
        before = len(mail.outbox)
        run_at(f"2026-03-{day:02d}T09:59+00:00")
        assert len(mail.outbox) == before
        run_at(f"2026-03-{day:02d}T10:01+00:00")
        days += [day] * sum(m.subject == "A small reminder" for m in mail.outbox[before:])
    assert days == [8, 9, 11]


def test_homework_handed_in_is_not_reminded(cast: Cast) -> None:
    progress = open_module(cast.enrolment, a_module(homework=True), first_opened_at=clock.now())
    with clock.moved(until("2026-03-08T10:01+00:00")):
        plan()
        hand_in(progress)
        deliver()
    homework = Reminder.objects.filter(kind="homework_due")
    assert states(list(homework)) == [("homework_due", "cancelled")]


def test_inactivity_is_reminded_on_day_three_and_six_and_then_no_more(cast: Cast) -> None:
    open_module(cast.enrolment, first_opened_at=clock.now())
    days = []
    for day in range(2, 25):
        before = len(mail.outbox)
        run_at(f"2026-03-{day:02d}T10:01+00:00")
        days += [day] * (len(mail.outbox) - before)
    assert days == [5, 8]


def test_inactivity_begins_anew_when_the_patient_came_back(cast: Cast) -> None:
    open_module(cast.enrolment, first_opened_at=clock.now())
    run_at("2026-03-05T10:01+00:00")
    with clock.moved(until("2026-03-06T12:00+00:00")):
        Enrolment.objects.filter(pk=cast.enrolment.pk).update(last_activity_at=clock.now())
    run_at("2026-03-08T10:01+00:00")
    assert len(mail.outbox) == 1
    run_at("2026-03-09T10:01+00:00")
    assert sent() == {"Ready when you are": 2}


def test_inactivity_is_not_asked_about_on_top_of_another_reminder(cast: Cast) -> None:
    open_module(cast.enrolment, a_module(homework=True), first_opened_at=clock.now())
    for day in range(2, 20):
        run_at(f"2026-03-{day:02d}T10:01+00:00")
    assert sent() == {"A small reminder": 3, "Ready when you are": 1}


def test_inactivity_of_somebody_with_nothing_to_do_is_left_in_peace(cast: Cast) -> None:
    open_module(cast.enrolment, first_opened_at=clock.now(), core_completed_at=clock.now())
    run_at("2026-03-05T10:01+00:00")
    assert not mail.outbox


def test_unread_message_is_mailed_after_half_an_hour_and_at_most_three_times(cast: Cast) -> None:
    write(cast)
    run_at("2026-03-02T09:20+00:00")
    assert not mail.outbox
    for day in range(2, 20):
        run_at(f"2026-03-{day:02d}T09:31+00:00")
    assert sent() == {"You have a new message": 3}
    assert {r.number for r in Reminder.objects.all()} == {1, 2, 3}


def test_messages_in_a_row_are_one_mail(cast: Cast) -> None:
    write(cast)
    with clock.moved(timedelta(minutes=10)):
        write(cast)
    run_at("2026-03-02T09:45+00:00")
    assert sent() == {"You have a new message": 1}


def test_message_read_in_time_is_not_mailed(cast: Cast) -> None:
    message = write(cast)
    with clock.moved(timedelta(minutes=31)):
        plan()
        mark_read(by=cast.patient.user, thread=message.thread, until=message.sent_at)
        deliver()
    assert states(list(Reminder.objects.all())) == [("unread_message", "cancelled")]


def test_own_message_of_the_patient_is_not_mailed_to_them(cast: Cast) -> None:
    send_message(by=cast.patient.user, patient=cast.patient, body="Hello", submission_id=uuid4())
    run_at("2026-03-03T10:00+00:00")
    assert not mail.outbox


def test_feedback_is_mailed_unless_newer_homework_was_handed_in(cast: Cast) -> None:
    progress = open_module(cast.enrolment, first_opened_at=clock.now(), core_completed_at=clock.now())
    review(hand_in(progress), cast.therapist)
    plan()
    deliver()
    assert sent() == {"There is an answer for you": 1}
    review(hand_in(progress, version=2), cast.therapist)
    hand_in(progress, version=3)
    plan()
    deliver()
    assert len(mail.outbox) == 1


def test_planner_that_stood_still_catches_up_and_sends_no_two_at_once(cast: Cast) -> None:
    open_module(cast.enrolment, a_module(homework=True), first_opened_at=clock.now())
    run_at("2026-03-09T20:00+00:00")
    assert sent() == {"A small reminder": 1}


def test_zone_changed_after_a_mail_doubles_nothing(cast: Cast) -> None:
    with clock.moved(until("2026-03-02T19:00+00:00")):
        open_module(cast.enrolment)
    run_at("2026-03-02T19:01+00:00")
    Patient.objects.filter(pk=cast.patient.pk).update(timezone="Pacific/Auckland")
    run_at("2026-03-02T21:30+00:00")
    assert sent() == {"There is something new for you": 1}


def test_database_refuses_a_fourth_and_a_doubled_reminder(cast: Cast) -> None:
    progress = open_module(cast.enrolment)
    plan()
    row = Reminder.objects.get()
    for number, key in ((4, "other"), (1, "another")):
        row.pk, row.number, row.dedupe_key = uuid4(), number, key
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)
    assert progress.pk == row.target_id


# What the person chose, and whether they may be reminded at all


def test_preference_for_fewer_times_is_kept(cast: Cast) -> None:
    prefer(cast, most_per_cause=1)
    write(cast)
    for day in range(2, 12):
        run_at(f"2026-03-{day:02d}T09:40+00:00")
    assert len(mail.outbox) == 1


def test_preference_against_a_kind_cancels_what_was_planned(cast: Cast) -> None:
    open_module(cast.enrolment)
    plan()
    prefer(cast, off_kinds=["module_available"])
    deliver()
    assert states(list(Reminder.objects.all())) == [("module_available", "cancelled")]
    open_module(cast.enrolment)
    assert plan() == 0


def test_preference_for_longer_quiet_hours_is_kept(cast: Cast) -> None:
    prefer(cast, quiet_until=time(12))
    open_module(cast.enrolment)
    plan()
    assert Reminder.objects.get().due_at == datetime.fromisoformat("2026-03-02T12:00+00:00")


def end_enrolment(cast: Cast) -> None:
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(state=Enrolment.State.STOPPED)


def leave(cast: Cast) -> None:
    Membership.objects.filter(user=cast.patient.user).update(ended_at=clock.now())


def deactivate(cast: Cast) -> None:
    User.objects.filter(pk=cast.patient.user_id).update(is_active=False)


def take_consent_back(cast: Cast) -> None:
    withdraw_consent(by=cast.patient.user, patient=cast.patient)


@pytest.mark.parametrize("end", [end_enrolment, leave, deactivate, take_consent_back])
def test_person_who_may_not_be_reminded_gets_nothing(cast: Cast, end: Callable[[Cast], None]) -> None:
    open_module(cast.enrolment)
    plan()
    with clock.moved(timedelta(minutes=1)):
        end(cast)
        deliver()
        assert states(list(Reminder.objects.all())) == [("module_available", "cancelled")]
        open_module(cast.enrolment)
        write(cast)
    with clock.moved(timedelta(minutes=40)):
        assert plan() == 0
    assert not mail.outbox


def test_person_who_has_not_agreed_yet_gets_nothing(cast: Cast) -> None:
    person = a_person("New Comer", "new@example.org")
    enrolment = make_patient(cast.clinic, cast.admin, cast.therapist, person, cast.version, consent=False)
    open_module(enrolment)
    assert plan() == 0


# Staff


def test_emergency_is_told_to_every_admin_of_the_clinic_at_any_hour(cast: Cast) -> None:
    with clock.moved(until("2026-03-03T02:00+00:00")):
        open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason=CANARY * 3)
        plan()
        plan()
        deliver()
    assert [m.recipients() for m in mail.outbox] == [["admin@lakeside.test"]]
    assert "Maria" not in mail.outbox[0].body
    assert CANARY not in mail.outbox[0].body


def test_emergency_is_not_told_to_somebody_who_left(cast: Cast) -> None:
    open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason=CANARY * 3)
    plan()
    Membership.objects.filter(user=cast.admin).update(ended_at=clock.now())
    deliver()
    assert not mail.outbox


def invitation_of(cast: Cast) -> Invitation:
    from patients.actions.enrolment import enrol_patient

    _, invitation = enrol_patient(
        by=cast.admin,
        clinic=cast.clinic,
        request_id=uuid4(),
        person=a_person("New Comer", "new@example.org"),
        programme_version=cast.version,
        therapist=cast.therapist,
        starts_on=clock.local_today("Europe/London"),
    )
    assert invitation is not None
    return invitation


def test_invitation_that_nobody_queued_is_found_and_holds_the_link(cast: Cast) -> None:
    invitation = invitation_of(cast)
    plan()
    plan()
    deliver()
    assert [m.recipients() for m in mail.outbox] == [["new@example.org"]]
    assert f"/invitation/{invitation.token}/" in mail.outbox[0].body
    assert "Lakeside" not in mail.outbox[0].body


def test_invitation_sent_again_on_one_day_is_two_mails_with_two_links(cast: Cast) -> None:
    from messaging.actions import queue_invitation

    first = invitation_of(cast)
    queue_invitation(by=cast.admin, invitation=first)
    queue_invitation(by=cast.admin, invitation=first)
    deliver()
    second = renew_invitation(by=cast.admin, invitation=first)
    queue_invitation(by=cast.admin, invitation=second)
    plan()
    deliver()
    assert len(mail.outbox) == 2
    assert second.token in mail.outbox[1].body
    assert first.token not in mail.outbox[1].body


def test_invitation_replaced_or_withdrawn_before_it_went_is_cancelled(cast: Cast) -> None:
    first = invitation_of(cast)
    plan()
    second = renew_invitation(by=cast.admin, invitation=first)
    plan()
    withdraw_invitation(by=cast.admin, invitation=second)
    deliver()
    assert {r.state for r in Reminder.objects.all()} == {"cancelled"}
    assert not mail.outbox


# What is in a mail


def every_kind(cast: Cast) -> None:
    """Something of every kind is planned and sent."""
    write(cast, CANARY)
    progress = open_module(cast.enrolment, a_module(homework=True))
    review(hand_in(open_module(cast.enrolment, a_module())), cast.therapist)
    open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason=CANARY * 3)
    invitation_of(cast)
    assert progress.pk
    today = clock.local_today(cast.patient.timezone)
    occasion_on(cast.enrolment, today, "post", ["peg"])
    open_module(cast.other_enrolment, first_opened_at=clock.now())
    for day in range(2, 10):
        run_at(f"2026-03-{day:02d}T10:01+00:00")


def test_mails_of_every_kind_hold_no_health_information_and_no_names(cast: Cast) -> None:
    every_kind(cast)
    kinds = set(Reminder.objects.filter(state="sent").values_list("kind", flat=True))
    assert kinds == {*NUDGE_KINDS, "emergency_notice", "patient_invitation"}
    for message in mail.outbox:
        text = f"{message.subject} {message.from_email} {message.body} {message.extra_headers}".casefold()
        for word in (CANARY, "Lakeside", "Anna", "Berg", "Maria Lund", "Omar", "Small programme", "Week 1"):
            assert word.casefold() not in text, (word, text)
        body = str(message.body).casefold()
        for word in ("pain", "therap", "homework", "module", "programme", "week", "treatment"):
            assert word not in body.replace("/invitation/", "").split("http")[0], (word, body)


def test_mails_go_to_their_own_person_only(cast: Cast) -> None:
    every_kind(cast)
    assert {tuple(m.recipients()) for m in mail.outbox} == {
        ("maria@example.org",),
        ("admin@lakeside.test",),
        ("new@example.org",),
        ("omar@example.org",),
    }
    for reminder in Reminder.objects.filter(kind__in=NUDGE_KINDS).select_related("patient"):
        assert reminder.patient is not None
        assert reminder.user_id == reminder.patient.user_id


def test_mail_carries_a_message_id_made_from_the_key_and_a_way_to_fewer(cast: Cast) -> None:
    open_module(cast.enrolment)
    plan()
    deliver()
    message = mail.outbox[0].message()
    assert message["Message-ID"] == message_id(Reminder.objects.get())
    assert message["Auto-Submitted"] == "auto-generated"
    assert "/settings/reminders/" in message["List-Unsubscribe"]
    assert "/settings/reminders/" in mail.outbox[0].body
    assert Delivery.objects.get().provider_id == message["Message-ID"]


@pytest.mark.parametrize("address", ["maria@example.org\nBcc: x@evil.test", "maria@example.org\r\n\r\nHello"])
def test_mail_to_an_address_with_a_line_break_is_never_sent(cast: Cast, address: str) -> None:
    User.objects.filter(pk=cast.patient.user_id).update(email=address)
    open_module(cast.enrolment)
    plan()
    deliver()
    assert not mail.outbox
    assert Delivery.objects.get().was_accepted is False


def test_mail_in_spanish_speakers_language_is_chosen_by_the_person(cast: Cast) -> None:
    User.objects.filter(pk=cast.patient.user_id).update(language="es")
    open_module(cast.enrolment)
    plan()
    deliver()
    assert len(mail.outbox) == 1


# Faults of the mail server


class Refuses:
    """A mail server that takes nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.closed = 0

    def open(self) -> bool:
        return True

    def close(self) -> None:
        self.closed += 1

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected(CANARY)


def test_refused_mail_is_tried_again_later_and_fails_in_the_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from messaging.actions import dispatch

    monkeypatch.setattr(dispatch, "get_connection", Refuses)
    open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason=CANARY * 3)
    plan()
    waits = []
    for _ in range(Reminder.MAX_ATTEMPTS):
        reminder = Reminder.objects.get()
        waits.append(reminder.due_at)
        with clock.moved(max(reminder.due_at - clock.now(), timedelta(0)) + timedelta(seconds=1)):
            deliver()
    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.attempts) == ("failed", 6)
    assert waits == sorted(set(waits))
    assert {d.fault for d in Delivery.objects.all()} == {"SMTPServerDisconnected"}
    assert Delivery.objects.count() == 6


def test_one_bad_mail_does_not_hold_up_the_others(cast: Cast) -> None:
    User.objects.filter(pk=cast.patient.user_id).update(email="")
    open_module(cast.enrolment)
    open_module(cast.other_enrolment)
    plan()
    deliver()
    assert [m.recipients() for m in mail.outbox] == [["omar@example.org"]]
    assert Counter(Reminder.objects.values_list("state", flat=True)) == {"sent": 1, "planned": 1}


def test_claim_of_a_dead_worker_is_taken_over_when_its_lease_ends(cast: Cast) -> None:
    from messaging.actions.dispatch import _claim

    open_module(cast.enrolment)
    plan()
    assert len(_claim("email")) == 1
    deliver()
    assert not mail.outbox
    with clock.moved(Reminder.LEASE + timedelta(seconds=1)):
        deliver()
        deliver()
    assert len(mail.outbox) == 1


# Cost


def test_planner_and_dispatcher_cost_the_same_for_two_patients_and_for_fifty(cast: Cast) -> None:
    def cost(work: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            work()
        return len(captured)

    open_module(cast.enrolment)
    open_module(cast.other_enrolment)
    few = cost(plan)
    deliver()
    for number in range(48):
        person = a_person(f"Person {number}", f"person{number}@example.org")
        open_module(make_patient(cast.clinic, cast.admin, cast.therapist, person, cast.version))
    assert cost(plan) == few
    assert Reminder.objects.count() == 50


def test_plan_and_delivery_leave_their_events(cast: Cast) -> None:
    open_module(cast.enrolment)
    plan()
    deliver()
    verbs = AuditEvent.objects.filter(verb__startswith="reminders-").values_list("verb", "actor")
    assert sorted(verbs) == [("reminders-deliver", "system:dispatcher"), ("reminders-plan", "system:planner")]
