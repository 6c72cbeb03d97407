"""Raising alerts: in the transaction that stores the answer, so that one is never there without the other."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.models import Alert, AlertEvent, AlertStep, Enrolment, Response, Score
from patients.safety import clocks, duty
from patients.safety.facts import Definition, facts_of
from patients.safety.rules import DECLINED, FOLLOW_UPS, NO, VERSION, YES, Facts, Finding, findings

Kind = AlertEvent.Kind
# What comes again within a day of the last time is added to the alert that is there (4.1).
MERGED_WITHIN = timedelta(hours=24)
MAX_REASON = 1000


class ReasonNeededError(Exception):
    """This is done with words that colleagues can read later."""


class AnswersMissingError(Exception):
    """Each of the four questions is answered or declined."""


def raise_for_response(
    *, by: User, response: Response, definition: Definition, scores: Sequence[Score]
) -> Alert | None:
    """The alert that a stored response demands, or None. Part of the transaction that stores it.

    For the caller, who holds the enrolment's lock: one query more for an answer without risk, none
    for a questionnaire that is not watched. Several kinds of finding make several alerts; the
    highest is returned.
    """
    met = findings(facts_of(response, definition))
    alerts = []
    for kind, group in groupby(sorted(met, key=lambda one: one.kind), key=lambda one: one.kind):
        details = {"answers": response.answers, "declined": response.declined, "scores": _values(scores)}
        alerts.append(_raise(by, response.enrolment, kind, list(group), response, details))
    return max(alerts, key=lambda alert: alert.level, default=None)


@transaction.atomic
def flag_risk(*, by: User, enrolment: Enrolment, level: int, reason: str) -> Alert:
    """A member of the team marks what they read or heard as a risk. Raises ReasonNeededError."""
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonNeededError
    locked = Enrolment.objects.select_for_update(of=("self",)).select_related("clinic")
    found = Finding("by-hand", Alert.Kind.FLAGGED, level)
    return _raise(by, locked.get(pk=enrolment.pk), found.kind, [found], None, {"reason": reason})


@transaction.atomic
def answer_follow_up(*, by: User, alert: Alert, answers: Mapping[str, str]) -> Alert:
    """Store the patient's answers to the four questions; what they say can raise the level, never lower it.

    Raises AnswersMissingError.
    """
    if any(answers.get(question) not in (YES, NO, DECLINED) for question in FOLLOW_UPS):
        raise AnswersMissingError
    alert = locked_alert(alert)
    if not alert.is_open:
        return alert
    said = {question: answers[question] for question in FOLLOW_UPS}
    met = findings(Facts(follow_up=said))
    level = max((one.level for one in met), default=alert.level)
    is_higher = level > alert.level
    alert.level, alert.rules = max(level, alert.level), _union(alert.rules, met)
    add_event(alert, Kind.FOLLOW_UP, by=by, details={"answers": said})
    if is_higher or (met and alert.acknowledged_at):
        _reopen(alert, clock.now())
    if alert.level < Alert.Level.R3:
        alert.patient_read_at = alert.patient_read_at or clock.now()
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-follow-up", obj=alert)
    return alert


@transaction.atomic
def mark_read(*, by: User, alert: Alert) -> None:
    """The patient has read what to do now; their other pages open again."""
    alert = locked_alert(alert)
    if alert.patient_read_at or not alert.is_open:
        return
    alert.patient_read_at = clock.now()
    add_event(alert, Kind.READ, by=by)
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-read", obj=alert)


def locked_alert(alert: Alert) -> Alert:
    """The alert as it is now, for this transaction alone, with its clinic."""
    return Alert.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=alert.pk)


def add_event(
    alert: Alert,
    kind: str,
    *,
    by: User | None,
    details: Mapping[str, Any] | None = None,
    response: Response | None = None,
) -> AlertEvent:
    """Append to a locked alert what happened; the caller stores the alert, whose counter it moved."""
    alert.event_count += 1
    return _append(alert, kind, by=by, details=details, response=response)


def plan_step(alert: Alert, step: str, due_at: datetime) -> None:
    """Plan one step more for a locked alert; one that is planned already stays as it is."""
    row = AlertStep(
        alert=alert,
        patient_id=alert.patient_id,
        clinic_id=alert.clinic_id,
        step=step,
        round=alert.event_count,
        due_at=due_at,
    )
    AlertStep.objects.bulk_create([row], ignore_conflicts=True)


def _append(
    alert: Alert,
    kind: str,
    *,
    by: User | None,
    details: Mapping[str, Any] | None,
    response: Response | None,
) -> AlertEvent:
    return AlertEvent.objects.create(
        alert=alert,
        patient_id=alert.patient_id,
        clinic_id=alert.clinic_id,
        number=alert.event_count,
        kind=kind,
        level=alert.level,
        details=dict(details) if details is not None else None,
        response=response,
        by=by,
    )


def _raise(
    by: User,
    enrolment: Enrolment,
    kind: str,
    met: Sequence[Finding],
    response: Response | None,
    details: Mapping[str, Any],
) -> Alert:
    now = clock.now()
    details = {**details, "rules": [one.rule for one in met], "version": VERSION}
    level = max(one.level for one in met)
    recent = Alert.objects.open().filter(
        enrolment=enrolment, kind=kind, resolved_at=None, last_raised_at__gt=now - MERGED_WITHIN
    )
    there = recent.select_for_update().order_by("-raised_at").first()
    if there:
        there.clinic = enrolment.clinic
        return _merge(by, there, level, met, response, details, now)
    alert = _new(enrolment, kind, level, met, response, now)
    plan = _start_clock(alert, now)
    alert.save(force_insert=True)
    _append(alert, Kind.RAISED, by=by, details=details, response=response)
    _store_steps(alert, plan)
    record(by=by, action=Action.WRITE, verb="alert-raise", obj=alert)
    return alert


def _new(
    enrolment: Enrolment,
    kind: str,
    level: int,
    met: Sequence[Finding],
    response: Response | None,
    now: datetime,
) -> Alert:
    return Alert(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic=enrolment.clinic,
        kind=kind,
        level=level,
        peak_level=level,
        response=response,
        snapshot=_snapshot(response, met),
        rules=_union([], met),
        rules_version=VERSION,
        raised_at=now,
        last_raised_at=now,
        # What is marked by hand was not done by the patient: only the highest level stops them.
        patient_read_at=now if kind == Alert.Kind.FLAGGED and level < Alert.Level.R3 else None,
        event_count=1,
    )


def _merge(
    by: User,
    alert: Alert,
    level: int,
    met: Sequence[Finding],
    response: Response | None,
    details: Mapping[str, Any],
    now: datetime,
) -> Alert:
    """Add a repeat: the level only ever rises, and whoever has acknowledged it is asked to look again."""
    is_higher, was_seen = level > alert.level, alert.acknowledged_at is not None
    alert.level = max(level, alert.level)
    alert.rules = _union(alert.rules, met)
    alert.last_raised_at = now
    add_event(alert, Kind.MERGED, by=by, details=details, response=response)
    if response:
        alert.patient_read_at = None
    if is_higher or was_seen:
        _reopen(alert, now)
    alert.save()
    record(by=by, action=Action.WRITE, verb="alert-merge", obj=alert)
    return alert


def _reopen(alert: Alert, now: datetime) -> None:
    """Start the clocks anew, for the patient's page as well as for the team."""
    alert.peak_level = max(alert.peak_level, alert.level)
    alert.acknowledged_at = alert.acknowledged_by = alert.acted_at = alert.patient_read_at = None
    alert.resolved_at = alert.resolved_by = None
    alert.outcome = ""
    _store_steps(alert, _start_clock(alert, now))


def _start_clock(alert: Alert, now: datetime) -> clocks.Plan:
    # Only the highest level has a clock that runs at night.
    on_call = alert.level == Alert.Level.R3 and duty.is_on_call(alert.clinic, now)
    plan = clocks.plan(alert.level, now, alert.clinic, is_on_call=on_call)
    alert.ack_due_at, alert.act_due_at = plan.ack_due_at, plan.act_due_at
    return plan


def _store_steps(alert: Alert, plan: clocks.Plan) -> None:
    AlertStep.objects.bulk_create(
        AlertStep(
            alert=alert,
            patient_id=alert.patient_id,
            clinic_id=alert.clinic_id,
            step=step,
            round=alert.event_count,
            due_at=due_at,
        )
        for step, due_at in plan.steps
    )


def _snapshot(response: Response | None, met: Sequence[Finding]) -> dict[str, Any]:
    """What triggered it, without a word of it: ids, rules, and a hash that shows a later change."""
    rules = [one.rule for one in met]
    if response is None:
        return {"rules": rules}
    answers = json.dumps([response.answers, sorted(response.declined)], sort_keys=True)
    texts = json.dumps(response.texts, sort_keys=True)
    return {
        "response": str(response.pk),
        "rules": rules,
        "answers_hash": hashlib.sha256(answers.encode()).hexdigest(),
        "text_hash": hashlib.sha256(texts.encode()).hexdigest(),
    }


def _values(scores: Iterable[Score]) -> dict[str, str | None]:
    return {score.scale: None if score.value is None else str(score.value) for score in scores}


def _union(rules: Sequence[str], met: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys([*rules, *(one.rule for one in met)]))
