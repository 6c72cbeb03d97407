"""Tells people of alerts: each step of an alert's clock that is due becomes mails, in one transaction."""

from datetime import timedelta

from django.db import transaction

from messaging.models import Reminder
from messaging.tasks import ring_after_commit
from painclinic import clock
from painclinic.audit.actions import Actor, System
from patients.actions.alert_steps import PORTION, Call, note_undelivered, take_due_steps

ESCALATOR = System("escalator")
# A notice of an alert stays worth sending for as long as the alert is open; this only bounds the row.
HELPS_FOR = timedelta(days=30)


def escalate(*, by: Actor = ESCALATOR) -> int:
    """Take every step that is due and queue its mails; returns how many people are called.

    May run twice at once, late, or again: the step and its mails are one transaction.
    """
    called = 0
    while True:
        with transaction.atomic():
            calls = take_due_steps(by=by)
            rows = [row for call in calls for row in _notices(call)]
            Reminder.objects.bulk_create(rows, ignore_conflicts=True)
            if rows:
                ring_after_commit()
        called += len(rows)
        if len(calls) < PORTION:
            return called


def report_undelivered(*, by: Actor, reminder: Reminder, fault: str) -> None:
    """A notice of an alert did not go out: say so in the alert. Once for each notice; its retries go on."""
    if reminder.attempts == 0 and reminder.target_id:
        note_undelivered(by=by, alert_id=reminder.target_id, user_id=reminder.user_id, fault=fault)


def _notices(call: Call) -> list[Reminder]:
    now = clock.now()
    return [
        Reminder(
            dedupe_key=f"{Reminder.Kind.ALERT}:{user_id}:{call.step_id}:email",
            kind=Reminder.Kind.ALERT,
            clinic_id=call.clinic_id,
            user_id=user_id,
            target_id=call.alert_id,
            due_at=now,
            not_after=now + HELPS_FOR,
            planned_at=now,
        )
        for user_id in call.user_ids
    ]
