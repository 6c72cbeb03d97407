"""Keeps with each open module by how many days its deadlines have moved."""

from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from patients.deadlines import Span, moved_days
from patients.models import Enrolment, ModuleProgress, Respite


def spans_of(rows: QuerySet[Respite], zone: str) -> list[Span]:
    """The days that flare-ups and pauses take."""
    return [Span(row.first_day(zone), row.last_day(zone)) for row in rows]


def move_deadlines(*, enrolment: Enrolment) -> None:
    """Work out anew by how many days each open module's deadlines move. The enrolment is locked.

    Always from all rows, so that the number cannot drift. Part of other actions; leaves no event.
    """
    zone = enrolment.patient.timezone
    spans = spans_of(Respite.objects.filter(enrolment=enrolment), zone)
    changed = []
    for progress in ModuleProgress.objects.filter(enrolment=enrolment):
        opened = progress.unlocked_at.astimezone(ZoneInfo(zone)).date()
        days = moved_days(opened, spans)
        if days != progress.moved_days:
            progress.moved_days = days
            changed.append(progress)
    ModuleProgress.objects.bulk_update(changed, ["moved_days"])
