"""The reading side of drafts: what a form begins with, and what a form post brings back."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.drafts import (
    Data,
    DraftInvalidError,
    Mark,
    NotTheirDraftError,
    SaveResult,
    checked,
    save_draft,
)
from patients.models import Draft, DraftRevision, Patient
from patients.models.drafts import DraftRevisionQuerySet

# Inputs of a form that are about the draft and not part of what was typed.
RESERVED = frozenset(
    {
        "csrfmiddlewaretoken",
        "draft",
        "base_rev",
        "submission_id",
        "draft_tab",
        "save_only",
        "add_row",
        "partial",
        "next",
    }
)
CHOICE = "keep:"
KEPT_FOR = timedelta(days=30)
MAX_KEPT = 3
# How the patient is found from the first part of a target.
_PATIENT_BY = {
    Draft.Purpose.ENTRY: "enrolments",
    Draft.Purpose.MESSAGE: "pk",
    Draft.Purpose.REVIEW: "homework",
    Draft.Purpose.MEASURE: "occasions",
    Draft.Purpose.PLAN: "pk",
    Draft.Purpose.EFFECT: "pk",
}


@dataclass(frozen=True)
class Difference:
    """One field that two texts fill differently. `label` is empty when the view gave none."""

    name: str
    label: str
    form: str
    kept: str


@dataclass(frozen=True)
class KeptText:
    """A text from another page or device that met a newer one and about which nothing is decided yet."""

    id: UUID
    tab: str
    data: Data
    saved_at: datetime
    differences: tuple[Difference, ...]

    @property
    def choice(self) -> str:
        """The name of the inputs by which the reader decides."""
        return f"{CHOICE}{self.id}"


@dataclass(frozen=True)
class DraftState:
    """What a form that saves itself begins with. No row is made for it.

    `tab` names this opening of the page for readers without scripts. `kept` are texts to show
    beside the form, newest first.
    """

    id: UUID
    rev: int
    data: Data
    saved_at: datetime | None
    url: str
    purpose: str
    target: str
    tab: str = ""
    kept: tuple[KeptText, ...] = ()

    @property
    def kept_data(self) -> list[dict[str, Any]]:
        """The kept texts as the script reads them."""
        return [
            {"tab": kept.tab, "data": kept.data, "saved_at": kept.saved_at.isoformat()} for kept in self.kept
        ]


@dataclass(frozen=True)
class PostedDraft:
    """What a form post brought: saved as a draft before anything else is done with it.

    Hand in only when `may_submit`. Otherwise show the form again, from a fresh `form_state` (a
    redirect to the form does): it shows both texts when there are two. `errors` are by field.
    """

    id: UUID
    data: Data
    result: SaveResult | None
    errors: Mapping[str, str] = field(default_factory=dict)
    wants_only_save: bool = False
    has_chosen: bool = False

    @property
    def is_conflict(self) -> bool:
        return self.result is not None and self.result.is_conflict

    @property
    def may_submit(self) -> bool:
        return not (self.errors or self.is_conflict or self.wants_only_save or self.has_chosen)


def form_state(
    user: User, patient: Patient, *, purpose: str, target: str, labels: Mapping[str, str] | None = None
) -> DraftState:
    """What the form `target` of this person begins with; reads only.

    Two pages that open it at once get the same id. `labels` are the fields' labels by name, for
    showing two texts side by side.
    """
    drafts = Draft.objects.visible_to(user).filter(patient=patient, target=target)
    draft = drafts.open().first()
    draft_id = draft.pk if draft else Draft.id_for(user.pk, target, drafts.exclude(closed_at=None).count())
    data: Data = draft.data if draft else {}
    return DraftState(
        id=draft_id,
        rev=draft.rev if draft else 0,
        data=data,
        saved_at=draft.saved_at if draft else None,
        url=reverse("patients:draft-api", args=[draft_id]),
        purpose=purpose,
        target=target,
        tab=secrets.token_hex(6),
        kept=_kept(user, patient, target, data, labels or {}),
    )


def draft_from_post(request: HttpRequest, patient: Patient, *, purpose: str, target: str) -> PostedDraft:
    """Save what a form post brings, so that nothing typed is lost whatever comes of it.

    Works without scripts: `save_only` saves and no more, `keep:<id>` chooses between two texts.
    Raises Http404 when the draft is not this person's.
    """
    post = request.POST
    user = request.user
    if not isinstance(user, User):
        raise Http404
    draft_id, base_rev = _uuid(post.get("draft", "")), post.get("base_rev", "0")
    typed: dict[str, str | list[str]] = {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in post.lists()
        if name not in RESERVED and not name.startswith(CHOICE) and values
    }
    choices = {name.removeprefix(CHOICE): str(post[name]) for name in post if name.startswith(CHOICE)}
    save = partial(save_draft, by=user, patient=patient, draft_id=draft_id, purpose=purpose, target=target)
    try:
        data = checked(typed)
        rev = int(base_rev) if base_rev.isdecimal() else 0
        result = save(base_rev=rev, data=data, tab=post.get("draft_tab", ""))
        for kept in _own_revisions(user, patient, target).filter(is_conflict=True, pk__in=_uuids(choices)):
            if not result.is_conflict:
                data = _chosen(data, kept.data, choices[str(kept.pk)])
                # A decision is saved under the name of the page whose text it decides about.
                result = save(base_rev=result.rev, data=data, tab=str(Mark.read(kept.tab).next()))
    except NotTheirDraftError:
        raise Http404 from None
    except DraftInvalidError as invalid:
        return PostedDraft(id=draft_id, data=typed, result=None, errors=invalid.errors)
    return PostedDraft(
        id=draft_id,
        data=data,
        result=result,
        wants_only_save="save_only" in post,
        has_chosen=bool(choices),
    )


def patient_for(user: User, purpose: str, target: str) -> Patient | None:
    """The patient whom a target is about, if `user` may see their treatment."""
    prefix, _, rest = target.partition(":")
    lookup = _PATIENT_BY.get(Draft.Purpose(prefix)) if prefix in Draft.Purpose.values else None
    try:
        key = UUID(rest.partition(":")[0])
    except ValueError:
        return None
    if lookup is None or prefix != purpose:
        return None
    return Patient.objects.treated_by(user).filter(**{lookup: key}).first()


def owner_mark(user: User) -> str:
    """Names the person to the browser without telling who it is: it binds unsent text to them."""
    return salted_hmac("painclinic.draft-owner", str(user.pk), algorithm="sha256").hexdigest()[:32]


def put_together(form: str, kept: str) -> str:
    """Both texts, one below the other; once where one contains the other."""
    if kept in form:
        return form
    return kept if form in kept else f"{form}\n\n{kept}"


def _chosen(form: Data, kept: Data, choice: str) -> Data:
    if choice == "kept":
        return {**form, **kept}
    if choice != "both":
        return form
    texts = {
        name: put_together(mine, theirs)
        for name, theirs in kept.items()
        if isinstance(theirs, str) and isinstance(mine := form.get(name, ""), str)
    }
    return {**kept, **form, **texts}


def _own_revisions(user: User, patient: Patient, target: str) -> DraftRevisionQuerySet:
    # A correction of an entry is another target than the entry; what was kept then is shown there too.
    targets = {target, ":".join(target.split(":")[:3])}
    return DraftRevision.objects.visible_to(user).filter(patient=patient, draft__target__in=targets)


def _kept(
    user: User, patient: Patient, target: str, data: Data, labels: Mapping[str, str]
) -> tuple[KeptText, ...]:
    revisions = _own_revisions(user, patient, target).filter(saved_at__gt=clock.now() - KEPT_FOR)
    conflicts = {Mark.read(one.tab).page: one for one in revisions.filter(is_conflict=True)}
    if not conflicts:
        return ()
    decided: dict[str, int] = {}
    for mark in map(Mark.read, revisions.filter(is_conflict=False).values_list("tab", flat=True)):
        decided[mark.page] = max(mark.count, decided.get(mark.page, 0))
    open_ones = [
        one
        for page, one in conflicts.items()
        if Mark.read(one.tab).count > decided.get(page, 0) and one.data != data
    ]
    open_ones.sort(key=lambda one: one.saved_at, reverse=True)
    return tuple(
        KeptText(one.pk, one.tab, one.data, one.saved_at, _differences(data, one.data, labels))
        for one in open_ones[:MAX_KEPT]
    )


def _differences(form: Data, kept: Data, labels: Mapping[str, str]) -> tuple[Difference, ...]:
    names = [name for name in {**form, **kept} if form.get(name, "") != kept.get(name, "")]
    return tuple(
        Difference(name, str(labels.get(name, "")), _shown(form.get(name, "")), _shown(kept.get(name, "")))
        for name in names
    )


def _shown(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _uuids(texts: Mapping[str, str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
