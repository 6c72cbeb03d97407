"""Handing in worksheets and log lines. An entry is never changed: a correction takes its place."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.attention import WATCHER, mark_if_needed
from patients.actions.drafts import close_draft
from patients.actions.enrolment import note_activity
from patients.actions.progress import NotInCourseError, finish_step, visit_step
from patients.models import Enrolment, Entry, Written
from patients.pacing import with_given
from programs.models import Step, Worksheet
from programs.worksheets import parse, split_text, to_raw


class EntryInvalidError(Exception):
    """What was typed cannot be taken; `errors` says why, by input name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("invalid entry")
        self.errors = dict(errors)


class SupersededError(Exception):
    """The entry to be corrected was corrected before; `newest` took its place."""

    def __init__(self, newest: Entry) -> None:
        super().__init__("corrected before")
        self.newest = newest


class LogFullError(EntryInvalidError):
    """The worksheet takes no more entries of this enrolment."""


class DayFullError(EntryInvalidError):
    """The log takes no more lines for this day."""


@transaction.atomic
def submit_entry(
    *,
    by: User,
    enrolment: Enrolment,
    worksheet: Worksheet,
    raw: Mapping[str, Any],
    submission_id: UUID,
    step: Step | None = None,
    supersedes: Entry | None = None,
) -> Entry:
    """Keep a filled worksheet for good. `submission_id` is the draft it grew out of, closed with it.

    The same submission again returns the first. With `supersedes` it takes the place of an earlier
    entry of the same worksheet. The step whose form it is counts as done, unless it is a log, which
    goes on. Raises EntryInvalidError, SupersededError, NotInCourseError, and ModuleClosedError for
    a step that is not open yet.
    """
    if worksheet.version_id != enrolment.programme_version_id:
        raise NotInCourseError
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    before = Entry.objects.filter(submission_id=submission_id, enrolment=enrolment).first()
    if before:
        return before
    _check_successor(enrolment, worksheet, supersedes)
    today = clock.local_today(enrolment.patient.timezone)
    raw = with_given(by, enrolment, worksheet, raw)
    parsed = parse(worksheet.definition, raw, today=_reference_day(today, raw, worksheet, supersedes))
    if not parsed.is_valid:
        raise EntryInvalidError(parsed.errors)
    on_date = _on_date(worksheet, parsed.values)
    _check_room(enrolment, worksheet, supersedes)
    _check_day(enrolment, worksheet, on_date, supersedes)
    entry = _create(by, enrolment, worksheet, parsed.values, submission_id, step, supersedes, on_date)
    close_draft(by=by, draft_id=submission_id)
    note_activity(enrolment=enrolment)
    if step:
        (visit_step if worksheet.is_log else finish_step)(by=by, enrolment=enrolment, step=step)
    return entry


@transaction.atomic
def amend_entry(*, by: User, entry: Entry, changed: Mapping[str, Any], submission_id: UUID) -> Entry:
    """Let a version with some answers changed take the place of an entry; the others stay as they are.

    `changed` holds what was typed, by input name; the day stays. The same submission again returns
    the first. Raises EntryInvalidError and SupersededError.
    """
    enrolment = Enrolment.objects.select_for_update(no_key=True, of=("self",)).get(pk=entry.enrolment_id)
    before = Entry.objects.filter(submission_id=submission_id, enrolment=enrolment).first()
    if before:
        return before
    _check_successor(enrolment, entry.worksheet, entry)
    definition = entry.worksheet.definition
    kept = (definition.get("log") or {}).get("date_field", "")
    raw = to_raw(definition, entry.answers) | {k: v for k, v in changed.items() if k != kept}
    parsed = parse(definition, raw, today=entry.on_date or clock.local_today(enrolment.patient.timezone))
    if not parsed.is_valid:
        raise EntryInvalidError(parsed.errors)
    amended = _create(
        by, enrolment, entry.worksheet, parsed.values, submission_id, entry.step, entry, entry.on_date
    )
    note_activity(enrolment=enrolment)
    return amended


def _reference_day(
    today: date, raw: Mapping[str, Any], worksheet: Worksheet, supersedes: Entry | None
) -> date:
    """The day from which "at most 7 days ago" counts.

    A correction that keeps its day counts from when the line was first written.
    """
    log = worksheet.definition.get("log") or {}
    if supersedes is None or str(raw.get(log.get("date_field", ""), "")) != str(supersedes.on_date):
        return today
    zone = supersedes.enrolment.patient.timezone
    return _first_of_day(supersedes).submitted_at.astimezone(ZoneInfo(zone)).date()


def _first_of_day(entry: Entry) -> Entry:
    """The version with which a line came to its day: later corrections have not moved it."""
    while entry.supersedes and entry.supersedes.on_date == entry.on_date:
        entry = entry.supersedes
    return entry


def _create(
    by: User,
    enrolment: Enrolment,
    worksheet: Worksheet,
    values: Mapping[str, Any],
    submission_id: UUID,
    step: Step | None,
    supersedes: Entry | None,
    on_date: date | None,
    *,
    is_withdrawn: bool = False,
) -> Entry:
    open_values, texts = split_text(worksheet.definition, values)
    entry = Entry.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        worksheet=worksheet,
        step=step,
        submission_id=submission_id,
        version=supersedes.version + 1 if supersedes else 1,
        supersedes=supersedes,
        values=open_values,
        texts=texts,
        on_date=on_date,
        is_withdrawn=is_withdrawn,
        locale=enrolment.programme_version.language,
        created_by=by,
        submitted_at=clock.now(),
    )
    if not is_withdrawn:
        mark_if_needed(by=WATCHER, written=Written.ENTRY, row=entry, texts=texts)
    verb = "entry-withdraw" if is_withdrawn else "entry-submit"
    record(by=by, action=Action.WRITE, verb=verb, obj=entry)
    return entry


@transaction.atomic
def withdraw_entry(*, by: User, entry: Entry) -> Entry:
    """Take a log line out: it stays as history and counts for nothing. Withdrawing twice is once.

    Raises SupersededError when it was corrected meanwhile.
    """
    enrolment = Enrolment.objects.select_for_update(no_key=True, of=("self",)).get(pk=entry.enrolment_id)
    if entry.is_withdrawn:
        return entry
    later = Entry.objects.filter(supersedes=entry).first()
    if later and later.is_withdrawn:
        return later
    _check_successor(enrolment, entry.worksheet, entry)
    withdrawn = _create(
        by,
        enrolment,
        entry.worksheet,
        entry.answers,
        uuid5(entry.pk, "withdraw"),
        entry.step,
        entry,
        entry.on_date,
        is_withdrawn=True,
    )
    note_activity(enrolment=enrolment)
    return withdrawn


def _check_successor(enrolment: Enrolment, worksheet: Worksheet, supersedes: Entry | None) -> None:
    if supersedes is None:
        return
    if supersedes.enrolment_id != enrolment.pk or supersedes.worksheet.slug != worksheet.slug:
        raise NotInCourseError
    newest = Entry.objects.filter(supersedes=supersedes).first()
    if newest:
        raise SupersededError(newest)


def _on_date(worksheet: Worksheet, values: Mapping[str, Any]) -> date | None:
    """The day a log line is about; worksheets that are no logs have none."""
    log = worksheet.definition.get("log") or {}
    found = values.get(log.get("date_field", ""))
    return date.fromisoformat(str(found)[:10]) if found else None


def _check_room(enrolment: Enrolment, worksheet: Worksheet, supersedes: Entry | None) -> None:
    """Hold a worksheet to the number of entries that it may have at all."""
    log = worksheet.definition.get("log") or {}
    if supersedes is None and Entry.objects.fill_up(enrolment, worksheet):
        text = ngettext(
            "You have %(number)d of these already. Change it, or take it out first.",
            "You have %(number)d of these already. Change one, or take one out first.",
            log["max_entries"],
        )
        raise LogFullError({log["date_field"]: text % {"number": log["max_entries"]}})


def _check_day(
    enrolment: Enrolment, worksheet: Worksheet, on_date: date | None, supersedes: Entry | None
) -> None:
    log = worksheet.definition.get("log") or {}
    if on_date is None or not log:
        return
    lines = Entry.objects.current().of(worksheet.slug).filter(enrolment=enrolment, on_date=on_date)
    if supersedes:
        lines = lines.exclude(pk=supersedes.pk)
    if lines.count() >= int(log["entries_per_day"]):
        raise DayFullError({log["date_field"]: _("This day is full. Change one of its lines instead.")})
