"""A worksheet as a form that saves itself: what it shows, and what a post of it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from painclinic import clock
from patients.access import PatientRequest
from patients.actions.entries import EntryInvalidError, SupersededError, submit_entry
from patients.drafts import DraftState, draft_from_post, form_state
from patients.models import Draft, Entry
from patients.pacing import Given, Track, given_for
from programs.models import Step, Worksheet
from programs.worksheets import FormField, fields_for, initial

ADD_ROW = "add_row"


@dataclass(frozen=True)
class FormPart:
    """The fields under one heading. An extra part asks for nothing that is needed: it waits folded up."""

    title: str
    fields: list[FormField]
    is_extra: bool = False

    @property
    def is_open(self) -> bool:
        """Whether an extra part has something in it that must be in sight."""
        return any(f.value or f.error or f.rows or any(c.is_selected for c in f.choices) for f in self.fields)


@dataclass(frozen=True)
class WorksheetForm:
    """Everything a template needs for one worksheet. `errors` are sentences by input name."""

    worksheet: Worksheet
    draft: DraftState
    fields: list[FormField]
    errors: Mapping[str, str]
    corrects: Entry | None

    @property
    def parts(self) -> list[FormPart]:
        """The fields by heading, in order."""
        groups: list[list[FormField]] = []
        for field in self.fields:
            if field.group or not groups:
                groups.append([])
            groups[-1].append(field)
        return [
            FormPart(group[0].group, group, is_extra=index > 0 and not any(f.required for f in group))
            for index, group in enumerate(groups)
        ]

    @property
    def has_text(self) -> bool:
        """Whether something can be written in it, and not only ticked or counted."""
        parts = [part for field in self.fields for row in field.rows for part in row.fields]
        return any(field.input in {"text", "textarea"} for field in [*self.fields, *parts])

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """Each fault with the id of its input and the label, for the list on top of the form."""
        return [
            (field.id, field.label, field.error)
            for shown in self.fields
            for field in (shown, *(part for row in shown.rows for part in row.fields))
            if field.error
        ]


@dataclass(frozen=True)
class Outcome:
    """What a post came to: `submitted` (with the entry), `saved` for later, or `again` with the form."""

    kind: Literal["submitted", "saved", "again", "superseded"]
    entry: Entry | None = None
    errors: Mapping[str, str] | None = None
    blank_rows: int = 1
    # What was typed, where it could not even be kept as a draft: it is shown again all the same.
    unsaved: Mapping[str, Any] | None = None


def target_of(request: PatientRequest, worksheet: Worksheet, corrects: Entry | None) -> str:
    """The name of this form's draft."""
    target = f"entry:{request.enrolment.pk}:{worksheet.slug}"
    return f"{target}:{corrects.pk}" if corrects else target


def build(
    request: PatientRequest,
    worksheet: Worksheet,
    *,
    corrects: Entry | None = None,
    offered: Mapping[str, Any] | None = None,
    outcome: Outcome | None = None,
    tracks: Sequence[Track] = (),
    plan: UUID | None = None,
) -> WorksheetForm:
    """The form as it stands: the draft, else the entry to be corrected, else what is `offered`.

    `tracks` are the patient's pacing plans, from which a line of their log is partly filled in;
    `plan` names the one that was chosen.
    """
    definition = worksheet.definition
    labels = {spec["name"]: spec["label"] for spec in definition["fields"]}
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.ENTRY,
        target=target_of(request, worksheet, corrects),
        labels=labels,
    )
    today = clock.local_today(request.patient.timezone)
    begun: Mapping[str, Any] = (
        corrects.answers if corrects else {**initial(definition, today=today), **(offered or {})}
    )
    outcome = outcome or Outcome("again")
    errors = outcome.errors or {}
    typed = outcome.unsaved or draft.data or begun
    fields = fields_for(definition, typed, errors, blank_rows=outcome.blank_rows)
    given = given_for(worksheet, tracks, typed, plan)
    fields = [_filled(field, given.get(field.key)) for field in fields]
    return WorksheetForm(worksheet, draft, fields, errors, corrects)


def _filled(field: FormField, given: Given | None) -> FormField:
    """The field, or what the platform fills it with: that is shown, and not typed."""
    return replace(field, input="given", value=given.raw, shown=given.shown) if given else field


def receive(
    request: PatientRequest, worksheet: Worksheet, *, step: Step | None = None, corrects: Entry | None = None
) -> Outcome:
    """Save what was posted as a draft, then hand it in if that is what was asked and it can be."""
    target = target_of(request, worksheet, corrects)
    posted = draft_from_post(request, request.patient, purpose=Draft.Purpose.ENTRY, target=target)
    if ADD_ROW in request.POST:
        return Outcome("again", blank_rows=2)
    if posted.wants_only_save and not posted.is_conflict:
        return Outcome("saved")
    if not posted.may_submit:
        return Outcome("again", errors=posted.errors, unsaved=posted.data if posted.errors else None)
    try:
        entry = submit_entry(
            by=request.user,
            enrolment=request.enrolment,
            worksheet=worksheet,
            raw=request.POST,
            submission_id=posted.id,
            step=step,
            supersedes=corrects,
        )
    except EntryInvalidError as invalid:
        return Outcome("again", errors=invalid.errors)
    except SupersededError:
        return Outcome("superseded")
    return Outcome("submitted", entry=entry)
