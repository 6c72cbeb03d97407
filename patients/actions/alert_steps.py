"""The clock of alerts: what is due is taken, once, and says who has to be told.

Each step is a row that was planned with the alert. Whoever takes it writes, in the same
transaction, who is told and when to look again, so that a restart forgets nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import Role, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.actions.alerts import add_event, locked_alert, plan_step
from patients.models import Alert, AlertEvent, AlertHandler, AlertStep, Assignment
from patients.safety import clocks, duty
from patients.workdays import next_opening

Step = AlertStep.Step
# As long as nobody has done anything, these come again: an alert never expires.
_AGAIN = {Step.EVERYBODY, Step.ACT, Step.OUTCOME, Step.SIGN_OFF}
# Who is called at once, in this order, when a notice reached nobody.
_RINGS = (Step.LEAD, Step.EVERYBODY)


@dataclass(frozen=True)
class Call:
    """People who have to be told of an alert now."""

    step_id: UUID
    alert_id: UUID
    clinic_id: UUID
    user_ids: tuple[UUID, ...]
    # Whether it shall reach people wherever they are, and not at their desk only.
    is_pressing: bool = False


@transaction.atomic
def take_due_steps(*, by: Actor, alert_id: UUID) -> list[Call]:
    """Take the steps of an alert that are due, and say whom each calls. Storing the notices is the
    caller's part, in the same transaction. May run many times at once: a step is taken once.

    The alert's own row is the one lock under which its steps change. A transaction that held several
    alerts would meet one in which a patient's answer waits for another of them, and one of both would end.
    """
    alert = locked_alert(Alert(pk=alert_id))
    due = AlertStep.objects.due().filter(alert=alert).order_by("due_at")
    calls = [call for step in due if (call := _take(alert, step))]
    if calls:
        record(by=by, action=Action.WRITE, verb="alert-escalate", obj=alert)
    return calls


@transaction.atomic
def note_undelivered(*, by: Actor, alert_id: UUID, user_id: UUID, fault: str) -> None:
    """A notice did not reach somebody: it stands in the history, and others are called now.

    First the clinical lead, then everybody; each once since the alert was last raised, so that a mail
    server that refuses for hours makes no more notices. Those that there are go on being tried.
    """
    alert = locked_alert(Alert(pk=alert_id))
    if not alert.is_open:
        return
    add_event(
        alert, AlertEvent.Kind.UNDELIVERED, by=None, details={"user": str(user_id), "fault": fault[:80]}
    )
    alert.save(update_fields=["event_count"])
    if alert.acknowledged_at is None:
        _bring_forward(alert)
    record(by=by, action=Action.WRITE, verb="alert-undelivered", obj=alert)


def _bring_forward(alert: Alert) -> None:
    """Make the first ring due that was not called since the alert was last raised."""
    now = clock.now()
    for ring in _RINGS:
        steps = AlertStep.objects.filter(alert=alert, step=ring)
        if steps.filter(done_at__gte=alert.last_raised_at, was_needless=False).exists():
            continue
        waiting = steps.filter(done_at=None).order_by("due_at").first()
        if waiting is None:
            continue
        if waiting.due_at > now:
            waiting.due_at = now
            waiting.save(update_fields=["due_at"])
        return


def _take(alert: Alert, step: AlertStep) -> Call | None:
    now = clock.now()
    step.done_at, step.was_needless = now, not _is_needed(alert, step)
    step.save(update_fields=["done_at", "was_needless"])
    if step.was_needless:
        return None
    people = _people(alert, step.step, now)
    add_event(
        alert,
        AlertEvent.Kind.ESCALATED,
        by=None,
        details={"step": step.step, "people": [person.name for person in people]},
    )
    alert.save(update_fields=["event_count"])
    _let_know(alert, people)
    if step.step in _AGAIN:
        plan_step(alert, step.step, _repeat(alert, step.step, now))
    is_pressing = _is_pressing(alert, step.step)
    return Call(step.pk, alert.pk, alert.clinic_id, tuple(person.pk for person in people), is_pressing)


def _is_needed(alert: Alert, step: AlertStep) -> bool:
    if alert.closed_at or (alert.resolved_at is None) == (step.step == Step.SIGN_OFF):
        return False
    if step.step == Step.SIGN_OFF:
        return True
    if step.step == Step.ACT:
        return alert.acted_at is None
    if step.step == Step.OUTCOME:
        # One of before the alert was raised again has nothing to say any more.
        return alert.outcome_due_at is not None and alert.outcome_due_at <= clock.now()
    return step.step == Step.TELL or alert.acknowledged_at is None


def _is_pressing(alert: Alert, step: str) -> bool:
    """R2, R3 and what was not taken up in time ([D], docs/safety/alerts.md); not what waits for words."""
    if step in (Step.SIGN_OFF, Step.OUTCOME):
        return False
    return alert.level > clocks.R1 or step != Step.TELL


def _people(alert: Alert, step: str, now: datetime) -> list[User]:
    """Whom a step calls. When there is nobody of the kind it asks for, everybody who may is called."""
    clinic, at = alert.clinic, now
    if not duty.is_on_call(clinic, now):
        at = next_opening(now, clinic)
    found: list[User] = []
    if step == Step.TELL:
        found = _treating(alert)
    elif step == Step.DUTY:
        found = duty.on_duty(clinic, at, 1)
    elif step == Step.SECOND:
        found = duty.on_duty(clinic, at, 2)
    elif step in (Step.LEAD, Step.ACT):
        found = duty.staff_of(clinic.pk, Role.SUPERVISOR)
    elif step == Step.OUTCOME:
        found = _treating(alert) + duty.on_duty(clinic, at, 1)
        found += duty.staff_of(clinic.pk, Role.SUPERVISOR) if _is_repeated(alert, step) else []
    elif step == Step.SIGN_OFF:
        found = [one for one in duty.staff_of(clinic.pk) if one.pk != alert.resolved_by_id]
    everybody = found or duty.staff_of(clinic.pk) or duty.staff_of(clinic.pk, Role.CLINIC_ADMIN)
    return list({person.pk: person for person in everybody}.values())


def _is_repeated(alert: Alert, step: str) -> bool:
    """Whether this step, which is marked as taken, was taken before since somebody acted."""
    taken = AlertStep.objects.filter(alert=alert, step=step, was_needless=False, done_at__gte=alert.acted_at)
    return taken.count() > 1


def _treating(alert: Alert) -> list[User]:
    running = Assignment.objects.running().filter(enrolment_id=alert.enrolment_id)
    working = {person.pk for person in duty.staff_of(alert.clinic_id)}
    return [one.therapist for one in running.select_related("therapist") if one.therapist_id in working]


def _let_know(alert: Alert, people: list[User]) -> None:
    AlertHandler.objects.bulk_create(
        [
            AlertHandler(alert=alert, patient_id=alert.patient_id, clinic_id=alert.clinic_id, user=person)
            for person in people
        ],
        ignore_conflicts=True,
    )


def _repeat(alert: Alert, step: str, now: datetime) -> datetime:
    if step in (Step.SIGN_OFF, Step.OUTCOME):
        # The person is cared for; somebody is asked once a working day.
        return clocks.repeat_after(clocks.R1, now, alert.clinic)
    on_call = duty.is_on_call(alert.clinic, now)
    return clocks.repeat_after(alert.level, now, alert.clinic, is_on_call=on_call)
