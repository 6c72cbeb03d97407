"""The register of adverse events: reports of patients, of questionnaires and of staff; their assessment.

Everything is appended. An event is never changed or deleted: each act adds a version, the newest counts.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from painclinic.batch import Batch
from painclinic.ids import new_id
from patients.actions.attention import WATCHER, mark_if_needed, note_read
from patients.actions.drafts import close_draft
from patients.models import AdverseEvent, AdverseVersion, Enrolment, Response, Written
from patients.models.adverse import is_lead_of
from patients.safety.effects import (
    HOSPITAL,
    LEAD_DAYS,
    MAX_NOTE,
    MAX_TEXT,
    MAX_TITLE,
    Assessment,
    effects_in,
    faults_of,
    lead_waits_until,
    report_form,
)
from patients.workdays import deadline
from programs.instruments.definition import InstrumentDefinition
from programs.worksheets import parse

# Reports of one person in a day, and versions of one event: far above what anybody needs.
MOST_A_DAY, MOST_VERSIONS = 20, 100


class EventInvalidError(Exception):
    """What was typed cannot be taken; `errors` says why, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("not an event")
        self.errors = dict(errors)


class ChangedMeanwhileError(Exception):
    """A colleague has written a newer version since the page was opened."""


class LeadNeededError(Exception):
    """Only the clinical lead may do this with an event that is, or was, serious."""


class InErrorError(Exception):
    """The event was marked as entered in error and stays as it is."""


@transaction.atomic
def report_effect(
    *, by: User, enrolment: Enrolment, raw: Mapping[str, Any], submission_id: UUID
) -> AdverseEvent:
    """Keep what a patient reports; it waits for the team, by the clock of messages.

    The same submission again returns the first. A stay in a hospital waits for the clinical lead as
    well. Words of the lists for free text put "please read soon" on it. Raises EventInvalidError.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    mine = AdverseEvent.objects.filter(enrolment=enrolment, source=AdverseEvent.Source.PATIENT)
    before = mine.filter(submission_id=submission_id).first()
    if before:
        return before
    parsed = parse(report_form(), raw, today=clock.local_today(enrolment.patient.timezone))
    if not parsed.is_valid:
        raise EventInvalidError(parsed.errors)
    if mine.filter(at__gt=clock.now() - timedelta(days=1)).count() >= MOST_A_DAY:
        raise EventInvalidError({"what": _("You have sent many reports today. Please call the clinic.")})
    said = {name: value for name, value in parsed.values.items() if value not in (None, "")}
    event, version = _reported(by, enrolment, said, AdverseVersion.Category.OTHER)
    event.source, event.submission_id = AdverseEvent.Source.PATIENT, submission_id
    event.save(force_insert=True)
    version.save(force_insert=True)
    mark_if_needed(by=WATCHER, written=Written.EFFECT, row=event, texts=said)
    close_draft(by=by, draft_id=submission_id)
    record(by=by, action=Action.WRITE, verb="adverse-report", obj=event)
    return event


def report_from_answers(
    *, by: User, response: Response, definition: InstrumentDefinition, batch: Batch
) -> list[AdverseEvent]:
    """Put the effects that a response reports into the register, in the batch that stores the response.

    No query, for any response: what was said is read from the response itself. A correction makes events
    of its own, and the earlier ones stay: a person decides what counts.
    """
    events = []
    for effect in effects_in(definition, response.answers):
        event, version = _reported(by, response.enrolment, {}, effect.category)
        event.source, event.response, event.item = AdverseEvent.Source.ANSWERS, response, effect.item
        batch.add(event, version)
        batch.record(by=by, action=Action.WRITE, verb="adverse-report", obj=event)
        events.append(event)
    return events


@transaction.atomic
def add_event(
    *, by: User, enrolment: Enrolment, known_on: date, found: Assessment, submission_id: UUID
) -> AdverseEvent:
    """Write down an event that somebody of the team was told of or saw, with its assessment.

    The same submission again returns the first. Raises EventInvalidError.
    """
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    before = AdverseEvent.objects.filter(submission_id=submission_id, enrolment=enrolment).first()
    if before:
        return before
    today = clock.local_today(enrolment.clinic.timezone)
    errors = faults_of(found, today=today)
    if known_on > today:
        errors["known_on"] = _("This day has not come yet.")
    if errors:
        raise EventInvalidError(errors)
    event = AdverseEvent.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        source=AdverseEvent.Source.STAFF,
        submission_id=submission_id,
        known_at=_known_at(known_on, enrolment.clinic),
        by=by,
    )
    _append(by, event, None, found)
    record(by=by, action=Action.WRITE, verb="adverse-add", obj=event)
    return event


@transaction.atomic
def assess_event(*, by: User, event: AdverseEvent, based_on: int, found: Assessment) -> AdverseVersion:
    """Add what the team makes of an event now: the first assessment, or a follow-up.

    Whoever assesses a report has read it: a mark to read it soon is gone with that. `based_on` is the
    number of the version that was read. Raises EventInvalidError, ChangedMeanwhileError, InErrorError.
    """
    before = _newest(event, based_on)
    errors = faults_of(found, today=clock.local_today(event.clinic.timezone))
    if errors:
        raise EventInvalidError(errors)
    version = _append(by, event, before, found)
    note_read(by=by, written=Written.EFFECT, object_id=event.pk)
    record(by=by, action=Action.WRITE, verb="adverse-assess", obj=version)
    return version


@transaction.atomic
def mark_in_error(*, by: User, event: AdverseEvent, based_on: int, reason: str) -> AdverseVersion:
    """Say that an event was entered in error, and why; it stays visible, and counts no more.

    What is or ever was serious, or waits for the clinical lead, only the lead can mark. Raises
    EventInvalidError without a reason, LeadNeededError, ChangedMeanwhileError, InErrorError.
    """
    before = _newest(event, based_on)
    if not reason.strip():
        raise EventInvalidError({"reason": _("Write what was wrong, for colleagues who read it later.")})
    if not is_lead_of(by, event.clinic_id) and _ever_serious(event):
        raise LeadNeededError
    kept = ("category", "title", "description", "grade", "criteria", "is_expected", "relation", "outcome")
    values = {name: getattr(before, name) for name in (*kept, "taken", "onset_on", "ended_on")}
    version = AdverseVersion.objects.create(
        **_next(by, event, before), **values, kind=AdverseVersion.Kind.ERROR, note=reason.strip()[:MAX_NOTE]
    )
    record(by=by, action=Action.WRITE, verb="adverse-in-error", obj=version)
    return version


@transaction.atomic
def note_register_export(*, by: User, clinic: Clinic, rows_of: str) -> None:
    """Keep that `by` took the clinic's register away."""
    record(by=by, action=Action.EXPORT, verb="adverse-export", object_type=rows_of, clinic_id=clinic.pk)


def _reported(
    by: User, enrolment: Enrolment, said: Mapping[str, Any], category: str
) -> tuple[AdverseEvent, AdverseVersion]:
    """An event as a patient reports it, and its first version with the clocks; not stored yet."""
    now, clinic = clock.now(), enrolment.clinic
    of = {"patient_id": enrolment.patient_id, "clinic_id": enrolment.clinic_id, "by": by, "at": now}
    event = AdverseEvent(**of, id=new_id(), enrolment=enrolment, reported=dict(said) or None, known_at=now)
    in_hospital = said.get("help") == HOSPITAL
    version = AdverseVersion(
        **of,
        id=new_id(),
        event=event,
        kind=AdverseVersion.Kind.REPORTED,
        category=category,
        due_at=deadline(now, days=clinic.reply_days, clinic=clinic),
        lead_due_at=deadline(now, days=LEAD_DAYS, clinic=clinic) if in_hospital else None,
    )
    return event, version


def _append(
    by: User, event: AdverseEvent, before: AdverseVersion | None, found: Assessment
) -> AdverseVersion:
    is_lead, now = is_lead_of(by, event.clinic_id), clock.now()
    in_a_day = deadline(now, days=LEAD_DAYS, clinic=event.clinic)
    texts = {
        "title": found.title.strip()[:MAX_TITLE],
        "description": found.description.strip()[:MAX_TEXT] or None,
        "note": found.note.strip()[:MAX_NOTE] or None,
        "criteria": sorted(set(found.criteria)),
    }
    return AdverseVersion.objects.create(
        **_next(by, event, before),
        **asdict(found) | texts,
        kind=AdverseVersion.Kind.LEAD if is_lead else AdverseVersion.Kind.ASSESSED,
        lead_due_at=lead_waits_until(before, found, is_lead=is_lead, in_a_day=in_a_day),
        at=now,
    )


def _next(by: User, event: AdverseEvent, before: AdverseVersion | None) -> dict[str, Any]:
    return {
        "event": event,
        "patient_id": event.patient_id,
        "clinic_id": event.clinic_id,
        "number": before.number + 1 if before else 1,
        "supersedes": before,
        "by": by,
    }


def _newest(event: AdverseEvent, based_on: int) -> AdverseVersion:
    """The version that counts, with the event locked: of two colleagues the second is told."""
    AdverseEvent.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)
    newest = AdverseVersion.objects.current().get(event=event)
    if newest.is_error:
        raise InErrorError
    if newest.number != based_on:
        raise ChangedMeanwhileError
    if newest.number >= MOST_VERSIONS:
        raise EventInvalidError({"note": _("This event has too many versions. Add a new event.")})
    return newest


def _ever_serious(event: AdverseEvent) -> bool:
    versions = AdverseVersion.objects.filter(event=event)
    return versions.serious().exists() or versions.filter(lead_due_at__isnull=False).exists()


def _known_at(day: date, clinic: Clinic) -> datetime:
    """The moment that stands for a day: now for today, else the clinic's opening hour of it."""
    if day == clock.local_today(clinic.timezone):
        return clock.now()
    at: time = clinic.work_start
    return datetime.combine(day, at, ZoneInfo(clinic.timezone))
