"""Which alerts the clock has something to do with now."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Min

from patients.models import AlertStep

PORTION = 50


def alerts_with_due_steps(*, without: Collection[UUID] = ()) -> list[UUID]:
    """Alerts of which a step is due, those first that have waited longest; at most a portion at a time."""
    due = AlertStep.objects.due().exclude(alert_id__in=without).values("alert_id")
    waiting = due.annotate(since=Min("due_at")).order_by("since", "alert_id")
    return [row["alert_id"] for row in waiting[:PORTION]]
