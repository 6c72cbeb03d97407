"""What the team does about an alert: each step is appended, and nothing is ever taken back."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.alerts import ReasonNeededError, add_event, locked_alert, plan_step
from patients.models import Alert, AlertEvent, AlertHandler, AlertStep
from patients.safety import clocks, duty

Kind = AlertEvent.Kind
MAX_WORDS = 2000


class AlertClosedError(Exception):
    """The alert is closed and stays as it is."""


class NotYetError(Exception):
    """Something has to be done before: contact tried or a risk note written, or an outcome found."""


class SecondPersonNeededError(Exception):
    """What was at the highest level is closed by another person than the one who found the outcome."""


class NotLowerError(Exception):
    """A downgrade goes to a lower level."""


@transaction.atomic
def acknowledge(*, by: User, alert: Alert) -> Alert:
    """`by` has seen the alert and takes it on; from now on they may know whose it is.

    Doing it twice, or after a colleague, changes nothing but who may know.
    """
    alert = _open(alert)
    _take_on(by, alert)
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-acknowledge", obj=alert)
    return alert


@transaction.atomic
def note_contact(*, by: User, alert: Alert, channel: str, result: str, note: str = "") -> Alert:
    """Write down that somebody tried to reach the person, and what came of it."""
    details = {"channel": channel, "result": result, "note": note.strip()[:MAX_WORDS]}
    return _act(by, alert, Kind.CONTACT, details, "alert-contact")


@transaction.atomic
def write_risk_note(*, by: User, alert: Alert, note: Mapping[str, str]) -> Alert:
    """Write down the assessment: ideation, plan, intent, means, protective factors, action.

    Raises ReasonNeededError when nothing is said about what was done.
    """
    kept = {name: str(text).strip()[:MAX_WORDS] for name, text in note.items()}
    if not kept.get("action"):
        raise ReasonNeededError
    return _act(by, alert, Kind.RISK_NOTE, kept, "alert-risk-note")


@transaction.atomic
def downgrade(*, by: User, alert: Alert, level: int, reason: str) -> Alert:
    """Lower the level, for a reason. How it is closed goes by the highest level that it ever had.

    Raises ReasonNeededError, NotLowerError.
    """
    reason = reason.strip()[:MAX_WORDS]
    if not reason:
        raise ReasonNeededError
    alert = _open(alert)
    if not Alert.Level.R1 <= level < alert.level:
        raise NotLowerError
    _take_on(by, alert)
    before, alert.level = alert.level, level
    add_event(alert, Kind.DOWNGRADED, by=by, details={"reason": reason, "from": before})
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-downgrade", obj=alert)
    return alert


@transaction.atomic
def resolve(*, by: User, alert: Alert, outcome: str, note: str) -> Alert:
    """Say how it ended, and close it; what was once at the highest level waits for a second person.

    Raises ReasonNeededError without words, NotYetError before anybody tried to reach the person or
    wrote a risk note.
    """
    note = note.strip()[:MAX_WORDS]
    if not note or outcome not in Alert.Outcome.values:
        raise ReasonNeededError
    alert = _open(alert)
    if alert.acknowledged_at is None or alert.acted_at is None:
        raise NotYetError
    if alert.resolved_at:
        return alert
    alert.outcome, alert.resolved_at, alert.resolved_by = outcome, clock.now(), by
    add_event(alert, Kind.OUTCOME, by=by, details={"outcome": outcome, "note": note})
    if alert.peak_level < Alert.Level.R3:
        _close(by, alert)
    else:
        plan_step(alert, AlertStep.Step.SIGN_OFF, clock.now())
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-resolve", obj=alert)
    return alert


@transaction.atomic
def sign_off(*, by: User, alert: Alert) -> Alert:
    """A second person agrees with the outcome, and the alert is closed.

    Raises NotYetError, SecondPersonNeededError.
    """
    alert = _open(alert)
    if alert.resolved_at is None:
        raise NotYetError
    if alert.resolved_by_id == by.pk:
        raise SecondPersonNeededError
    _may_know(by, alert)
    alert.signed_off_by = by
    add_event(alert, Kind.SIGNED_OFF, by=by)
    _close(by, alert)
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-sign-off", obj=alert)
    return alert


@transaction.atomic
def send_back(*, by: User, alert: Alert, reason: str) -> Alert:
    """A second person does not agree with the outcome: the alert goes on, and somebody has to act anew.

    Raises ReasonNeededError, NotYetError.
    """
    reason = reason.strip()[:MAX_WORDS]
    if not reason:
        raise ReasonNeededError
    alert = _open(alert)
    if alert.resolved_at is None:
        raise NotYetError
    _may_know(by, alert)
    alert.resolved_at = alert.resolved_by = alert.outcome_due_at = None
    alert.outcome, alert.acted_at = "", None
    add_event(alert, Kind.SENT_BACK, by=by, details={"reason": reason})
    _ask_to_act_again(alert)
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-send-back", obj=alert)
    return alert


def _ask_to_act_again(alert: Alert) -> None:
    """A new time to act by, for the level that it has; else it would lie open without a clock."""
    now = clock.now()
    is_on_call = alert.level == Alert.Level.R3 and duty.is_on_call(alert.clinic, now)
    alert.act_due_at = clocks.plan(alert.level, now, alert.clinic, is_on_call=is_on_call).act_due_at
    plan_step(alert, AlertStep.Step.TELL, now)
    plan_step(alert, AlertStep.Step.ACT, alert.act_due_at)


def _ask_for_the_outcome(alert: Alert) -> None:
    """Somebody has acted: a new clock runs until they say how it ended, or an alert in hand would lie."""
    alert.outcome_due_at = clocks.outcome_due(alert.level, clock.now(), alert.clinic)
    plan_step(alert, AlertStep.Step.OUTCOME, alert.outcome_due_at)


def _act(by: User, alert: Alert, kind: str, details: dict[str, Any], verb: str) -> Alert:
    alert = _open(alert)
    _take_on(by, alert)
    add_event(alert, kind, by=by, details=details)
    if alert.acted_at is None and alert.resolved_at is None:
        alert.acted_at = clock.now()
        _ask_for_the_outcome(alert)
    alert.save()
    record(by=by, action=Action.WRITE, verb=verb, obj=alert)
    return alert


def _open(alert: Alert) -> Alert:
    alert = locked_alert(alert)
    if not alert.is_open:
        raise AlertClosedError
    return alert


def _take_on(by: User, alert: Alert) -> None:
    _may_know(by, alert)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = clock.now(), by
        add_event(alert, Kind.ACKNOWLEDGED, by=by)


def _may_know(by: User, alert: Alert) -> None:
    handler = AlertHandler(alert=alert, patient_id=alert.patient_id, clinic_id=alert.clinic_id, user=by)
    AlertHandler.objects.bulk_create([handler], ignore_conflicts=True)


def _close(by: User, alert: Alert) -> None:
    alert.closed_at = clock.now()
    add_event(alert, Kind.CLOSED, by=by)
