"""What people type, kept as they type it. Nothing that was acknowledged is ever overwritten.

There is no audit event per save, which would bury everything else under keystrokes: one when a
draft is begun and one when it is closed. What was saved when is in its revisions anyway.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from painclinic.batch import Batch
from patients.models import Draft, DraftRevision, Patient
from patients.models.scope import PatientRow

# What a browser sends while a page is being closed may have 64 kB (fetch with keepalive).
MAX_BYTES = 64_000
MAX_FIELDS = 300
MAX_NAME = 200
MAX_VALUES = 100
_MARK = re.compile(r"(?P<page>[A-Za-z0-9-]{0,24})(?:\.(?P<count>[0-9]{1,15}))?", re.ASCII)

Data = dict[str, str | list[str]]


@dataclass(frozen=True)
class SaveResult:
    """What became of a save.

    Not a conflict: the text is kept and `rev` is what the next save builds on. A conflict: the text
    is kept beside `newest`, which has number `rev` and stays as it is. `is_closed` says that
    the form was handed in before this save came.
    """

    rev: int
    saved_at: datetime
    is_conflict: bool
    newest: Data
    is_closed: bool = False


@dataclass(frozen=True)
class Mark:
    """Which open page a save comes from, and the how-manieth of that page it is; `k3f9.17` as text.

    The count puts saves of one page in order that the network delivered in another.
    """

    page: str
    count: int

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Raises DraftInvalidError when it is not a mark. Without a count the clock counts."""
        found = _MARK.fullmatch(text)
        if not found:
            raise DraftInvalidError({"tab": _("This is not the name of a page.")})
        return cls(found["page"], int(found["count"] or clock.now().timestamp() * 1000))

    def __str__(self) -> str:
        return f"{self.page}.{self.count}"

    def next(self) -> "Mark":
        return Mark(self.page, self.count + 1)

    def follows(self, other: str) -> bool:
        """Whether this is a later save of the same page. Pages without a name are never the same."""
        before = Mark.read(other)
        return bool(self.page) and before.page == self.page and before.count < self.count


class DraftInvalidError(Exception):
    """What was sent cannot be a draft; `errors` says why, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("not a draft")
        self.errors = dict(errors)


class NotTheirDraftError(Exception):
    """The draft belongs to somebody or something else, or its patient is out of sight."""


@transaction.atomic
def save_draft(
    *,
    by: User,
    patient: Patient,
    draft_id: UUID,
    purpose: str,
    target: str,
    base_rev: int,
    data: Mapping[str, Any],
    tab: str = "",
) -> SaveResult:
    """Keep what `by` typed into the form `target`; the first save begins the draft.

    `base_rev` is the revision that the page began from or got acknowledged last. A text that met
    a newer one is kept beside it as a conflict. The same save again is acknowledged again.
    Raises DraftInvalidError and NotTheirDraftError; then nothing is kept.
    """
    clean, mark = checked(data), Mark.read(tab)
    if purpose not in Draft.Purpose.values or len(target) > 120:
        raise DraftInvalidError({"purpose": _("This form is not known.")})
    if not Patient.objects.treated_by(by).filter(pk=patient.pk).exists():
        raise NotTheirDraftError
    draft = _locked(draft_id) or _begun(by, patient, draft_id, purpose, target)
    if (draft.user_id, draft.patient_id, draft.target) != (by.pk, patient.pk, target):
        raise NotTheirDraftError
    return _save(draft, base_rev, clean, mark)


@transaction.atomic
def close_draft(*, by: User, draft_id: UUID) -> None:
    """Close the draft that a submission grew out of. Without one, or closed already: nothing happens.

    What is typed into a page that is still open with it is kept beside it from now on.
    """
    draft = Draft.objects.select_for_update(no_key=True).filter(pk=draft_id, user=by, closed_at=None).first()
    if draft:
        draft.closed_at = clock.now()
        draft.save(update_fields=["closed_at"])
        record(by=by, action=Action.WRITE, verb="draft-close", obj=draft)


def close_draft_of(*, row: PatientRow, by: User, draft_id: UUID, batch: Batch) -> None:
    """`close_draft` for what is stored with `batch`: its event goes there, about the patient of `row`."""
    mine = Draft.objects.filter(pk=draft_id, user=by, patient_id=row.patient_id, closed_at=None)
    if mine.update(closed_at=clock.now()):
        batch.record(
            by=by,
            action=Action.WRITE,
            verb="draft-close",
            object_type=Draft._meta.label_lower,
            object_ids=[draft_id],
            subject_id=row.patient_id,
            clinic_id=row.clinic_id,
        )


def checked(data: Mapping[str, Any]) -> Data:
    """Field names with a text or a list of texts each. Raises DraftInvalidError for anything else."""
    if not isinstance(data, Mapping) or len(data) > MAX_FIELDS:
        raise DraftInvalidError({"data": _("This form has too many fields.")})
    clean: Data = {}
    for name, value in data.items():
        values = value if isinstance(value, list) else [value]
        if not 0 < len(str(name)) <= MAX_NAME or len(values) > MAX_VALUES:
            raise DraftInvalidError({"data": _("This form has too many fields.")})
        if not all(isinstance(item, str) for item in values):
            raise DraftInvalidError({str(name): _("This is not a text.")})
        # A form post ends lines with CRLF where a script sends LF: the same text all the same.
        texts = [item.replace("\r\n", "\n").replace("\r", "\n") for item in values]
        clean[str(name)] = texts if isinstance(value, list) else texts[0]
    if len(json.dumps(clean, ensure_ascii=False).encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise DraftInvalidError({"data": _("This is more text than can be kept. Please shorten it.")})
    return clean


def _locked(draft_id: UUID) -> Draft | None:
    return Draft.objects.select_for_update(no_key=True).filter(pk=draft_id).first()


def _begun(by: User, patient: Patient, draft_id: UUID, purpose: str, target: str) -> Draft:
    closed = Draft.objects.filter(user=by, target=target).exclude(closed_at=None).count()
    if draft_id != Draft.id_for(by.pk, target, closed):
        raise NotTheirDraftError
    draft = Draft(
        id=draft_id,
        user=by,
        patient=patient,
        clinic_id=patient.clinic_id,
        purpose=purpose,
        target=target,
        data={},
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        # Another page made the first save at the same moment; its row is there now.
        other = _locked(draft_id)
        if other is None:
            raise NotTheirDraftError from None
        return other
    record(by=by, action=Action.WRITE, verb="draft-start", obj=draft)
    return draft


def _save(draft: Draft, base_rev: int, data: Data, mark: Mark) -> SaveResult:
    newest: Data = draft.data
    if draft.rev and data == newest and not _settles(draft, mark):
        return _acknowledged(draft)
    if draft.closed_at:
        _keep_beside(draft, data, mark)
        return SaveResult(draft.rev, draft.saved_at, True, newest, is_closed=True)
    if base_rev != draft.rev:
        earlier = _met_before(draft, base_rev, data, mark)
        if earlier:
            return earlier
    return _advanced(draft, data, mark)


def _acknowledged(draft: Draft) -> SaveResult:
    return SaveResult(draft.rev, draft.saved_at, False, draft.data, is_closed=draft.closed_at is not None)


def _advanced(draft: Draft, data: Data, mark: Mark) -> SaveResult:
    draft.rev += 1
    draft.data = data
    draft.saved_at = clock.now()
    draft.save(update_fields=["rev", "data", "saved_at"])
    _write(draft, data, mark, is_conflict=False)
    return _acknowledged(draft)


def _met_before(draft: Draft, base_rev: int, data: Data, mark: Mark) -> SaveResult | None:
    """The outcome of a save that does not build on the newest revision; None: it may go on after all."""
    since = list(draft.revisions.filter(is_conflict=False, rev__gt=base_rev).order_by("rev"))
    own = [revision for revision in since if mark.page and Mark.read(revision.tab).page == mark.page]
    same = next((revision for revision in own if revision.tab == str(mark) and revision.data == data), None)
    if same is None and own and len(own) < len(since) and own[-1].data == data:
        same = own[-1]
    if same:  # its answer got lost; what another page wrote since is not what this one builds on
        return SaveResult(same.rev, same.saved_at, False, data)
    overtaken = [revision for revision in own if not mark.follows(revision.tab)]
    if overtaken:  # a later save of the same page arrived first: keep this one, change nothing
        _keep_beside(draft, data, mark)
        return SaveResult(overtaken[-1].rev, overtaken[-1].saved_at, False, draft.data)
    if since and len(own) == len(since):
        return None
    base = draft.revisions.filter(is_conflict=False, rev=base_rev).first()
    if base and base.data == draft.data:
        return None
    _keep_beside(draft, data, mark)
    return SaveResult(draft.rev, draft.saved_at, True, draft.data)


def _keep_beside(draft: Draft, data: Data, mark: Mark) -> None:
    """Keep a text that is not the newest; once, however often it is sent."""
    kept = draft.revisions.filter(is_conflict=True, tab__startswith=f"{mark.page}.").last()
    if kept is None or kept.data != data:
        _write(draft, data, mark, is_conflict=True)


def _write(draft: Draft, data: Data, mark: Mark, *, is_conflict: bool) -> None:
    DraftRevision.objects.create(
        draft=draft,
        patient_id=draft.patient_id,
        clinic_id=draft.clinic_id,
        rev=draft.rev,
        data=data,
        tab=str(mark),
        is_conflict=is_conflict,
        saved_at=clock.now(),
    )


def _settles(draft: Draft, mark: Mark) -> bool:
    """Whether this save is a choice between two texts, which is written down even if it is the newest."""
    same_page = DraftRevision.objects.filter(draft__user_id=draft.user_id, tab__startswith=f"{mark.page}.")
    conflict = same_page.filter(patient_id=draft.patient_id, is_conflict=True).defer("data").last()
    if conflict is None or not mark.follows(conflict.tab):
        return False
    saved = same_page.filter(draft=draft, is_conflict=False).defer("data")
    return not any(Mark.read(revision.tab).follows(conflict.tab) for revision in saved)
