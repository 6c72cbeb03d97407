"""Tells people of alerts: the steps of an alert's clock that are due become notices, in one transaction."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q

from messaging.models import Reminder
from messaging.notices import Notice, rows_of
from messaging.tasks import ring_after_commit
from painclinic import clock
from painclinic.audit.actions import Actor, System
from patients.actions.alert_steps import Call, note_undelivered, take_due_steps
from patients.safety.due import alerts_with_due_steps

log = structlog.get_logger()
ESCALATOR = System("escalator")
# A notice of an alert stays worth sending for as long as the alert is open; this only bounds the row.
HELPS_FOR = timedelta(days=30)
# An alert that somebody else holds for longer waits for the next round, and no other waits with it.
LONGEST_LOCK = "10s"


class EscalationError(RuntimeError):
    """Steps of some alerts could not be taken. Those of all others were, and these are due as before."""


def escalate(*, by: Actor = ESCALATOR) -> int:
    """Take every step that is due and queue its notices; returns how many mails are among them.

    May run twice at once, late, or again: an alert's steps and their notices, by every channel, are one
    transaction. Raises EscalationError at the end when something is wrong with an alert, which holds up
    no other.
    """
    called, failed = 0, set[UUID]()
    while waiting := alerts_with_due_steps(without=failed):
        for alert_id in waiting:
            try:
                called += _escalate(by, alert_id)
            except Exception as error:
                # Whatever it is, the other alerts are not told of any later for it.
                log.error("alert-not-escalated", alert=str(alert_id), fault=type(error).__name__)
                failed.add(alert_id)
    if failed:
        raise EscalationError
    return called


@transaction.atomic
def _escalate(by: Actor, alert_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [LONGEST_LOCK])
    rows = _one_each(rows_of([_notice(call) for call in take_due_steps(by=by, alert_id=alert_id)]))
    hurried = _hurry(rows)
    new = [row for row in rows if _reader(row) not in hurried]
    Reminder.objects.bulk_create(new, ignore_conflicts=True)
    if rows:
        ring_after_commit()
    return sum(row.channel == Reminder.Channel.EMAIL for row in rows)


def report_undelivered(*, by: Actor, reminder: Reminder, fault: str, is_final: bool = False) -> None:
    """A notice of an alert did not go out: say so in the alert, at the first attempt and when it is given up.

    Somebody who was reached another way, or may still be, is not undelivered.
    """
    if not reminder.target_id or not (is_final or reminder.attempts == 0):
        return
    same = reminder.dedupe_key.rpartition(":")[0]
    others = Reminder.objects.filter(kind=Reminder.Kind.ALERT, dedupe_key__startswith=f"{same}:")
    waits = Q(state__in=[Reminder.State.PLANNED, Reminder.State.SENDING], attempts=0)
    if not others.exclude(pk=reminder.pk).filter(Q(state=Reminder.State.SENT) | waits).exists():
        note_undelivered(by=by, alert_id=reminder.target_id, user_id=reminder.user_id, fault=fault)


def _reader(row: Reminder) -> tuple[Any, ...]:
    return (row.target_id, row.user_id, row.channel, row.device_id)


def _one_each(rows: list[Reminder]) -> list[Reminder]:
    """Whoever two steps call to the same alert in one moment gets one notice by each way."""
    return list({_reader(row): row for row in rows}.values())


def _hurry(rows: list[Reminder]) -> set[tuple[Any, ...]]:
    """Try what still waits for the same reader and alert at once, instead of adding to it; returns which.

    A mail server that is away for hours would else be followed by a flood in which the next alert drowns.
    """
    targets = {row.target_id for row in rows}
    waiting = Reminder.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
        kind=Reminder.Kind.ALERT, state=Reminder.State.PLANNED, target_id__in=targets
    )
    wanted = {_reader(row) for row in rows}
    found = [row for row in waiting if _reader(row) in wanted] if rows else []
    Reminder.objects.filter(pk__in=[row.pk for row in found]).update(due_at=clock.now())
    return {_reader(row) for row in found}


def _notice(call: Call) -> Notice:
    return Notice(
        kind=Reminder.Kind.ALERT,
        clinic_id=call.clinic_id,
        target_id=call.alert_id,
        cause_id=call.step_id,
        user_ids=call.user_ids,
        is_pressing=call.is_pressing,
        helps_for=HELPS_FOR,
    )
