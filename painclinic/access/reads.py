"""Reading a record leaves a trace: one event per request and patient (45 CFR 164.312(b), EHDS)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from painclinic.access.decorators import ViewerRequest
from painclinic.audit.actions import record
from painclinic.audit.models import Action


def open_record(
    request: HttpRequest | ViewerRequest,
    *,
    subject_id: UUID,
    clinic_id: UUID,
    verb: str,
    action: Action = Action.READ,
) -> None:
    """Write that this request opened the record of a patient; a second call in it adds nothing.

    If the event cannot be written the page is not served.
    """
    opened: set[Any] = request.__dict__.setdefault("_records_opened", set())
    if subject_id not in opened:
        opened.add(subject_id)
        record(by=request.user, action=action, verb=verb, subject_id=subject_id, clinic_id=clinic_id)


def list_records(
    request: HttpRequest | ViewerRequest, *, subject_ids: Iterable[UUID], clinic_id: UUID, verb: str
) -> None:
    """Write that this request showed a list of patients: one event with all their ids."""
    record(
        by=request.user,
        action=Action.LIST,
        verb=verb,
        object_type="patients.patient",
        object_ids=list(subject_ids),
        clinic_id=clinic_id,
    )
