"""Sends what is due: claims rows by lease, looks again whether they still shall go, sends, writes it down.

A worker that dies keeps its claims only until the lease ends; then another one sends them under
the same key. The moments between a server's acceptance and our note of it cannot be
closed by anybody: a kill in just that moment sends a second copy under the same key.

Each channel is claimed by itself, and a server that does not answer is left alone for the rest of the
run, so that none holds up another.
"""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from messaging import channels
from messaging.actions.alerts import report_undelivered
from messaging.actions.ways import note_gone, note_success
from messaging.causes import NUDGES, REACH, Cause, occasions, standing
from messaging.channels import ALERT_PATIENCE, PATIENCE, Facts
from messaging.channels.addresses import addresses_of, server_of
from messaging.channels.email import Mailbox
from messaging.models import Delivery, Reminder
from messaging.quiet import is_quiet, next_allowed
from painclinic import clock
from painclinic.accounts.models import Invitation, Membership, Role
from painclinic.audit.actions import Actor, System, record
from painclinic.audit.models import Action
from patients.models import Alert

log = structlog.get_logger()
State = Reminder.State
Kind = Reminder.Kind
Channel = Reminder.Channel
# Mail comes last: it is the one that there is much of.
CHANNELS = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
DISPATCHER = System("dispatcher")
# Small, so that a batch is sent well within its lease even when the mail server is slow.
BATCH = 10
# A task ends long before the worker's time limit and leaves the rest to the next.
RUNS_FOR = timedelta(minutes=2)
# No cause is older than this when its last reminder is due.
OLDEST_CAUSE = max(REACH.values()) + timedelta(days=15)

_CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT id FROM messaging_reminder
    WHERE state IN ('planned', 'sending') AND due_at <= %(now)s AND channel = %(channel)s
      AND (lease_until IS NULL OR lease_until <= %(now)s)
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
UPDATE messaging_reminder SET state = 'sending', lease_until = %(until)s
WHERE id IN (SELECT id FROM picked) RETURNING id, lease_until
"""


@dataclass(frozen=True)
class Verdict:
    """What shall become of a claimed reminder: SENDING means that it shall go out now."""

    state: State
    due_at: datetime | None = None


@dataclass
class Run:
    """One run of the dispatcher: its connection to the mail server, and the servers that did not answer."""

    connection: Any
    silent: set[str] = field(default_factory=set)


def deliver(*, by: Actor = DISPATCHER) -> Counter[str]:
    """Send everything that is due; returns how many ended in which state. May run many times at once."""
    ended: Counter[str] = Counter()
    stop_at = clock.now() + RUNS_FOR
    with closing(get_connection()) as connection:
        run, found = Run(connection), True
        while found and clock.now() < stop_at:
            counted = [_deliver_some(run, channel, by) for channel in CHANNELS]
            found = any(counted)
            for one in counted:
                ended.update(one)
    if ended:
        log.info("reminders-delivered", **ended)
    return ended


def _deliver_some(run: Run, channel: str, by: Actor) -> Counter[str]:
    if not (claimed := _claim(channel)):
        return Counter()
    ended = _settle(claimed, run)
    record(
        by=by,
        action=Action.WRITE,
        verb="reminders-deliver",
        object_type="messaging.reminder",
        object_ids=[reminder.pk for reminder in claimed],
    )
    return ended


def _claim(channel: str) -> list[Reminder]:
    now = clock.now()
    values = {"now": now, "until": now + Reminder.LEASE, "batch": BATCH, "channel": channel}
    claimed = {reminder.pk: reminder for reminder in Reminder.objects.raw(_CLAIM, values)}
    rows = Reminder.objects.filter(pk__in=claimed).select_related("user").order_by("due_at")
    return [row for row in rows if row.lease_until == claimed[row.pk].lease_until]


def _settle(claimed: list[Reminder], run: Run) -> Counter[str]:
    ended: Counter[str] = Counter()
    now = clock.now()
    invitations = _invitations(claimed)
    addresses = _addresses(claimed, invitations, run)
    verdicts = _verdicts(claimed, invitations, now)
    for reminder in claimed:
        verdict = verdicts[reminder.pk]
        if verdict.state == State.SENDING and reminder.pk not in addresses:
            # The device or number was taken off since.
            verdict = Verdict(State.CANCELLED)
        if verdict.state != State.SENDING:
            _let_go(reminder, verdict)
        elif clock.now() < now + Reminder.LEASE / 2:
            verdict = _send(reminder, addresses[reminder.pk], run)
        else:
            # The server is slow: let go of what this lease may not last for.
            verdict = Verdict(State.PLANNED, reminder.due_at)
            _close(reminder, verdict)
        ended[verdict.state] += 1
    return ended


def _verdicts(
    claimed: list[Reminder], invitations: dict[UUID | None, Invitation], now: datetime
) -> dict[UUID, Verdict]:
    causes = _causes(claimed, now)
    admins = _administrators(claimed)
    alerts = _open_alerts(claimed)
    verdicts = {}
    for reminder in claimed:
        if reminder.not_after < now:
            verdict = Verdict(State.EXPIRED)
        elif not reminder.user.is_active:
            verdict = Verdict(State.CANCELLED)
        elif reminder.kind in NUDGES:
            verdict = _judge(
                reminder, causes.get((reminder.kind, reminder.patient_id, reminder.target_id)), now
            )
        else:
            stands = _stands(reminder, invitations, admins | alerts)
            verdict = Verdict(State.SENDING if stands else State.CANCELLED)
        verdicts[reminder.pk] = verdict
    return verdicts


def _judge(reminder: Reminder, cause: Cause | None, now: datetime) -> Verdict:
    if cause is None or reminder.number > cause.most:
        return Verdict(State.CANCELLED)
    if not any(one.number == reminder.number and one.at <= now for one in occasions(cause)):
        # The deadline has moved since this was planned.
        return Verdict(State.CANCELLED)
    if is_quiet(now, **cause.quiet):
        return Verdict(State.PLANNED, next_allowed(now, **cause.quiet))
    return Verdict(State.SENDING)


def _stands(
    reminder: Reminder, invitations: dict[UUID | None, Invitation], standing_for: set[tuple[Any, Any]]
) -> bool:
    if reminder.kind == Kind.EMERGENCY_NOTICE:
        return (reminder.user_id, reminder.clinic_id) in standing_for
    if reminder.kind == Kind.ALERT:
        return (reminder.target_id, reminder.clinic_id) in standing_for
    if reminder.kind in {Kind.STAFF_INVITATION, Kind.PATIENT_INVITATION}:
        invitation = invitations.get(reminder.target_id)
        # An older link was replaced by a newer one, which has a reminder of its own.
        return (
            invitation is not None and Reminder.for_invitation(invitation).dedupe_key == reminder.dedupe_key
        )
    return reminder.kind in {Kind.ACCOUNT, Kind.NOTICE_TRIAL, Kind.CHAIN_TEST}


def _causes(claimed: list[Reminder], now: datetime) -> dict[tuple[Any, Any, Any], Cause]:
    found = {}
    for kind in {reminder.kind for reminder in claimed} & set(NUDGES):
        patient_ids = [reminder.patient_id for reminder in claimed if reminder.kind == kind]
        patients = [patient_id for patient_id in patient_ids if patient_id]
        for cause in standing(kind, began_after=now - OLDEST_CAUSE, began_before=now, patient_ids=patients):
            found[kind, cause.patient_id, cause.target_id] = cause
    return found


def _administrators(claimed: list[Reminder]) -> set[tuple[Any, Any]]:
    users = [reminder.user_id for reminder in claimed if reminder.kind == Kind.EMERGENCY_NOTICE]
    if not users:
        return set()
    working = Membership.objects.active().filter(user_id__in=users, role=Role.CLINIC_ADMIN)
    return set(working.values_list("user_id", "clinic_id"))


def _open_alerts(claimed: list[Reminder]) -> set[tuple[Any, Any]]:
    """Those of the alerts told of that nobody has closed yet."""
    ids = [one.target_id for one in claimed if one.kind == Kind.ALERT and one.target_id]
    return set(Alert.objects.open().filter(pk__in=ids).values_list("pk", "clinic_id")) if ids else set()


def _invitations(claimed: list[Reminder]) -> dict[UUID | None, Invitation]:
    kinds = {Kind.STAFF_INVITATION, Kind.PATIENT_INVITATION}
    ids = [found.target_id for found in claimed if found.kind in kinds and found.target_id]
    return {found.pk: found for found in Invitation.objects.open().filter(pk__in=ids)} if ids else {}


def _addresses(
    claimed: list[Reminder], invitations: dict[UUID | None, Invitation], run: Run
) -> dict[UUID, Any]:
    mails = {
        one.pk: Mailbox(run.connection, invitations.get(one.target_id))
        for one in claimed
        if one.channel == Channel.EMAIL
    }
    return mails | addresses_of(claimed)


def _send(reminder: Reminder, address: Any, run: Run) -> Verdict:
    facts = _attempt(reminder, address, run)
    verdict = _after(reminder, facts)
    with transaction.atomic():
        Delivery.objects.create(
            reminder=reminder,
            attempted_at=clock.now(),
            was_accepted=not facts.fault,
            fault=facts.fault[:80],
            provider_id=facts.provider_id or channels.key(reminder),
        )
        _close(reminder, verdict, attempts=F("attempts") + 1)
        if facts.is_gone:
            note_gone(by=DISPATCHER, device=address)
        if not facts.fault:
            note_success(address)
        elif reminder.kind == Kind.ALERT:
            is_final = verdict.state == State.FAILED
            report_undelivered(by=DISPATCHER, reminder=reminder, fault=facts.fault, is_final=is_final)
    return verdict


def _attempt(reminder: Reminder, address: Any, run: Run) -> Facts:
    if reminder.channel == Channel.EMAIL:
        return channels.send(reminder, address)
    server = server_of(reminder, address)
    if server in run.silent:
        return Facts(fault="ServerSilent")
    facts = channels.send(reminder, address)
    if facts.is_silent:
        run.silent.add(server)
    return facts


@transaction.atomic
def _let_go(reminder: Reminder, verdict: Verdict) -> None:
    """Not to be sent now. A notice of an alert that can not be sent any more is one that reached nobody."""
    _close(reminder, verdict)
    if reminder.kind == Kind.ALERT and verdict.state in (State.CANCELLED, State.EXPIRED):
        report_undelivered(by=DISPATCHER, reminder=reminder, fault="NoLongerHere", is_final=True)


def _after(reminder: Reminder, facts: Facts) -> Verdict:
    if not facts.fault:
        return Verdict(State.SENT)
    # The daily test goes the way of an alert's notice: what it proves must be that.
    is_alert = reminder.kind in {Kind.ALERT, Kind.CHAIN_TEST}
    patience = ALERT_PATIENCE[Channel(reminder.channel)] if is_alert else PATIENCE
    wait = patience.after(reminder.attempts + 1)
    if facts.is_gone or wait is None:
        return Verdict(State.FAILED)
    return Verdict(State.PLANNED, clock.now() + wait)


def _close(reminder: Reminder, verdict: Verdict, **changes: Any) -> None:
    """Write the end of this claim, unless the lease ran out and somebody else has claimed it since."""
    changes |= {"state": verdict.state, "lease_until": None}
    if verdict.state == State.SENT:
        changes["sent_at"] = clock.now()
    if verdict.state == State.PLANNED:
        changes["due_at"] = verdict.due_at
    else:
        # A link for signing in is not kept longer than it takes to send it.
        changes["body"] = None
    mine = Reminder.objects.filter(pk=reminder.pk, state=State.SENDING, lease_until=reminder.lease_until)
    mine.update(**changes)
