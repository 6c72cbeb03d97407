"""Raising alerts: in the transaction that stores the answer, so that one is never there without the other."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from painclinic.batch import Batch
from patients.models import Alert, AlertEvent, AlertStep, Enrolment, Response, Score
from patients.safety import clocks, duty
from patients.safety.facts import Definition, facts_of
from patients.safety.rules import DECLINED, FOLLOW_UPS, NO, VERSION, YES, Facts, Finding, findings
from patients.safety.words import SHOWS

Kind = AlertEvent.Kind
# What comes again within a day of the last time is added to the alert that is there (4.1).
MERGED_WITHIN = timedelta(hours=24)
MAX_REASON = 1000


class ReasonNeededError(Exception):
    """This is done with words that colleagues can read later."""


@dataclass(frozen=True)
class About:
    """Which text of the patient a member of the team marked: its kind, its id, a hash of its words."""

    written: str
    object_id: UUID
    text_hash: str

    def stored(self) -> dict[str, str]:
        return {"written": self.written, "id": str(self.object_id), "text_hash": self.text_hash}


class AnswersMissingError(Exception):
    """Each of the four questions is answered or declined."""


def raise_for_response(
    *,
    by: User,
    response: Response,
    definition: Definition,
    scores: Sequence[Score],
    history: Iterable[Response],
    is_on_call: bool,
    batch: Batch,
) -> Alert | None:
    """The alert that a response demands, or None: added to the batch that stores the response.

    For the caller, who holds the enrolment's lock. `history` is what stands of the enrolment's mood
    questionnaires, oldest first; `is_on_call` whether somebody of the rota answers at any hour today.
    One query for an answer that is a risk, none for any other. Several kinds of finding make several
    alerts; the highest is returned.
    """
    met = findings(facts_of(response, definition, history))
    by_kind = {kind: list(group) for kind, group in groupby(sorted(met, key=_kind), key=_kind)}
    there = _to_merge(response.enrolment, by_kind) if by_kind else {}
    details = {"answers": response.answers, "declined": response.declined, "scores": _values(scores)}
    alerts = []
    for kind, found in by_kind.items():
        cause = _Cause(by, response.enrolment, kind, found, response, details, is_on_call)
        alerts.append(_raise(cause, there.get(kind), batch))
    return max(alerts, key=lambda alert: alert.level, default=None)


@transaction.atomic
def flag_risk(
    *,
    by: User,
    enrolment: Enrolment,
    level: int,
    reason: str,
    shows: str = "other",
    about: About | None = None,
) -> Alert:
    """A member of the team marks what they read or heard as a risk; `about` is the text, if it is one.

    `shows` (`words.SHOWS`) has a least level: a plan is of the highest, whatever was chosen.
    Raises ReasonNeededError.
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise ReasonNeededError
    found = [Finding("by-hand", Alert.Kind.FLAGGED, max(level, SHOWS[shows][0]))]
    details: dict[str, Any] = {"reason": reason, "shows": shows}
    if about:
        details["about"] = about.stored()
    return _raise_without_response(by, enrolment, found, details)


@transaction.atomic
def answer_follow_up(*, by: User, alert: Alert, answers: Mapping[str, str]) -> Alert:
    """Store the patient's answers to the four questions; what they say can raise the level, never lower it.

    Answers that arrive after the alert was closed (they waited for a network) and say that there is a
    risk raise one of their own. Raises AnswersMissingError.
    """
    if any(answers.get(question) not in (YES, NO, DECLINED) for question in FOLLOW_UPS):
        raise AnswersMissingError
    alert = locked_alert(alert)
    said = {question: answers[question] for question in FOLLOW_UPS}
    met = findings(Facts(follow_up=said))
    if not alert.is_open:
        told = {"answers": said}
        return _raise_without_response(by, alert.enrolment, met, told) if met else alert
    level = max((one.level for one in met), default=alert.level)
    is_higher = level > alert.level
    alert.level, alert.rules = max(level, alert.level), _union(alert.rules, met)
    add_event(alert, Kind.FOLLOW_UP, by=by, details={"answers": said})
    if is_higher or (met and alert.acknowledged_at):
        now = clock.now()
        is_on_call = alert.level == Alert.Level.R3 and duty.is_on_call(alert.clinic, now)
        AlertStep.objects.bulk_create(_reopen(alert, now, is_on_call=is_on_call))
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
    return (
        Alert.objects.select_for_update(no_key=True, of=("self",)).select_related("clinic").get(pk=alert.pk)
    )


def add_event(
    alert: Alert, kind: str, *, by: User | None, details: Mapping[str, Any] | None = None
) -> AlertEvent:
    """Append to a locked alert what happened; the caller stores the alert, whose counter it moved."""
    event = _next_event(alert, kind, by, details)
    event.save(force_insert=True)
    return event


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


def _next_event(
    alert: Alert,
    kind: str,
    by: User | None,
    details: Mapping[str, Any] | None,
    response: Response | None = None,
) -> AlertEvent:
    alert.event_count += 1
    return AlertEvent(
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


@dataclass(frozen=True)
class _Cause:
    """What an alert is raised for; `found` is all of one kind."""

    by: User
    enrolment: Enrolment
    kind: str
    found: Sequence[Finding]
    response: Response | None
    details: Mapping[str, Any]
    is_on_call: bool

    @property
    def level(self) -> int:
        return max(one.level for one in self.found)

    @property
    def told(self) -> Mapping[str, Any]:
        return {**self.details, "rules": [one.rule for one in self.found], "version": VERSION}


def _kind(finding: Finding) -> str:
    return finding.kind


def _to_merge(enrolment: Enrolment, kinds: Iterable[str]) -> dict[str, Alert]:
    """The alert of each kind, locked, into which a repeat is merged."""
    recent = Alert.objects.open().filter(
        enrolment=enrolment,
        kind__in=list(kinds),
        resolved_at=None,
        last_raised_at__gt=clock.now() - MERGED_WITHIN,
    )
    return {alert.kind: alert for alert in recent.select_for_update(no_key=True).order_by("raised_at")}


def _raise_without_response(
    by: User, enrolment: Enrolment, found: Sequence[Finding], told: Mapping[str, Any]
) -> Alert:
    """An alert, or a repeat of one, that no questionnaire is behind. All findings are of one kind."""
    locked = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("clinic")
    enrolment = locked.get(pk=enrolment.pk)
    kind = found[0].kind
    is_on_call = duty.is_on_call(enrolment.clinic, clock.now())
    cause = _Cause(by, enrolment, kind, found, None, told, is_on_call)
    batch = Batch()
    alert = _raise(cause, _to_merge(enrolment, [kind]).get(kind), batch)
    batch.write()
    return alert


def _raise(cause: _Cause, there: Alert | None, batch: Batch) -> Alert:
    now = clock.now()
    if there:
        there.clinic = cause.enrolment.clinic
        return _merge(cause, there, now, batch)
    alert = _new(cause, now)
    alert.snapshot |= {"about": cause.details["about"]} if "about" in cause.details else {}
    raised = _next_event(alert, Kind.RAISED, cause.by, cause.told, cause.response)
    batch.add(alert, raised, *_start_clock(alert, now, is_on_call=cause.is_on_call))
    batch.record(by=cause.by, action=Action.WRITE, verb="alert-raise", obj=alert)
    return alert


def _new(cause: _Cause, now: datetime) -> Alert:
    is_by_hand = cause.kind == Alert.Kind.FLAGGED
    return Alert(
        enrolment=cause.enrolment,
        patient_id=cause.enrolment.patient_id,
        clinic=cause.enrolment.clinic,
        kind=cause.kind,
        level=cause.level,
        peak_level=cause.level,
        response=cause.response,
        snapshot=_snapshot(cause.response, cause.found),
        rules=_union([], cause.found),
        rules_version=VERSION,
        raised_at=now,
        last_raised_at=now,
        # What is marked by hand was not done by the patient: only the highest level stops them.
        patient_read_at=now if is_by_hand and cause.level < Alert.Level.R3 else None,
        event_count=0,
    )


def _merge(cause: _Cause, alert: Alert, now: datetime, batch: Batch) -> Alert:
    """Add a repeat: the level only ever rises, and whoever has acknowledged it is asked to look again."""
    is_higher, was_seen = cause.level > alert.level, alert.acknowledged_at is not None
    alert.level = max(cause.level, alert.level)
    alert.rules = _union(alert.rules, cause.found)
    alert.last_raised_at = now
    batch.add(_next_event(alert, Kind.MERGED, cause.by, cause.told, cause.response))
    if cause.response:
        alert.patient_read_at = None
    if is_higher or was_seen:
        batch.add(*_reopen(alert, now, is_on_call=cause.is_on_call))
    batch.change(alert)
    batch.record(by=cause.by, action=Action.WRITE, verb="alert-merge", obj=alert)
    return alert


def _reopen(alert: Alert, now: datetime, *, is_on_call: bool) -> list[AlertStep]:
    """Start the clocks anew, for the patient's page as well as for the team."""
    alert.peak_level = max(alert.peak_level, alert.level)
    alert.acknowledged_at = alert.acknowledged_by = alert.acted_at = alert.patient_read_at = None
    alert.resolved_at = alert.resolved_by = alert.outcome_due_at = None
    alert.outcome = ""
    return _start_clock(alert, now, is_on_call=is_on_call)


def _start_clock(alert: Alert, now: datetime, *, is_on_call: bool) -> list[AlertStep]:
    """Set by when the alert is acknowledged and acted on; returns the steps to store."""
    # Only the highest level has a clock that runs at night.
    is_on_call = is_on_call and alert.level == Alert.Level.R3
    plan = clocks.plan(alert.level, now, alert.clinic, is_on_call=is_on_call)
    alert.ack_due_at, alert.act_due_at = plan.ack_due_at, plan.act_due_at
    return [
        AlertStep(
            alert=alert,
            patient_id=alert.patient_id,
            clinic_id=alert.clinic_id,
            step=step,
            round=alert.event_count,
            due_at=due_at,
        )
        for step, due_at in plan.steps
    ]


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
