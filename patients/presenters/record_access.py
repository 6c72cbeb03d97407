"""The audit trail of one record, in words for the person whom it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from painclinic.accounts.models import Membership, User
from painclinic.audit.models import Action, AuditEvent
from patients.models import Patient


@dataclass(frozen=True)
class Opening:
    """One person's looks at the record on one day."""

    name: str
    role: str
    first_at: datetime
    last_at: datetime
    times: int
    is_emergency: bool


def opening_events(patient: Patient) -> QuerySet[AuditEvent]:
    """Events in which somebody other than the patient saw the record, newest first."""
    seen = Q(action__in=[Action.READ, Action.EXPORT, Action.EMERGENCY], subject_id=patient.pk)
    return AuditEvent.objects.filter(seen).exclude(actor_id=patient.user_id).order_by("-at")


def opened_by_day(events: Iterable[AuditEvent]) -> list[tuple[date, list[Opening]]]:
    """The events of one page, gathered by local day and person; two queries, however many."""
    events = list(events)
    people = User.objects.in_bulk({e.actor_id for e in events if e.actor_id})
    memberships = Membership.objects.filter(user__in=people).order_by("started_at")
    roles: dict[Any, str] = {m.user_id: str(m.get_role_display()) for m in memberships}
    days = []
    for day, of_day in groupby(events, key=lambda event: timezone.localtime(event.at).date()):
        by_person: dict[Any, list[AuditEvent]] = {}
        for event in of_day:
            by_person.setdefault(event.actor_id, []).append(event)
        days.append(
            (day, [_opening(people.get(who), roles.get(who, ""), seen) for who, seen in by_person.items()])
        )
    return days


def _opening(person: User | None, role: str, seen: list[AuditEvent]) -> Opening:
    return Opening(
        name=person.name if person else "painclinic",
        role=role,
        first_at=seen[-1].at,
        last_at=seen[0].at,
        times=len(seen),
        is_emergency=any(event.action == Action.EMERGENCY for event in seen),
    )
