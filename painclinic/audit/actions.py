"""The one way to write the audit trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from painclinic import clock
from painclinic.audit.context import current
from painclinic.audit.models import Action, AuditEvent


@dataclass(frozen=True)
class System:
    """An actor that is no person: a job, a command, a migration."""

    name: str


Actor = System | models.Model | Any


def _describe(by: Actor) -> tuple[UUID | None, str]:
    if isinstance(by, System):
        return None, f"system:{by.name}"
    return by.pk, "user"


def record(
    *,
    by: Actor,
    action: Action,
    verb: str,
    obj: models.Model | None = None,
    object_type: str = "",
    object_ids: Iterable[UUID] = (),
    subject_id: UUID | None = None,
    clinic_id: UUID | None = None,
    purpose: str = "",
) -> AuditEvent:
    """Append one event, in the transaction that is open; if it fails, what it tells of fails too.

    `by` is a user or a `System`. `subject_id` is the patient whom it is about. `purpose` holds
    no health information: it is the reason a person gave for an act, cut to 300 characters.
    """
    event = event_of(
        by=by,
        action=action,
        verb=verb,
        obj=obj,
        object_type=object_type,
        object_ids=object_ids,
        subject_id=subject_id,
        clinic_id=clinic_id,
        purpose=purpose,
    )
    event.save(force_insert=True)
    return event


def event_of(
    *,
    by: Actor,
    action: Action,
    verb: str,
    obj: models.Model | None = None,
    object_type: str = "",
    object_ids: Iterable[UUID] = (),
    subject_id: UUID | None = None,
    clinic_id: UUID | None = None,
    purpose: str = "",
) -> AuditEvent:
    """The event that `record` would append, not stored yet: for a batch that stores it with the rest."""
    actor_id, actor = _describe(by)
    ids = [obj.pk] if obj is not None and isinstance(obj.pk, UUID) else list(object_ids)
    context = current.get()
    return AuditEvent(
        at=clock.now(),
        actor_id=actor_id,
        actor=actor[:80],
        clinic_id=clinic_id if clinic_id is not None else getattr(obj, "clinic_id", None),
        subject_id=subject_id if subject_id is not None else getattr(obj, "patient_id", None),
        action=action,
        verb=verb,
        object_type=object_type or (obj._meta.label_lower if obj is not None else ""),
        object_ids=ids,
        purpose=purpose[:300],
        request_id=context.request_id,
        address=context.address,
    )
