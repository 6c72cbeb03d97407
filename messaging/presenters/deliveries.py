"""What was sent, when, and what failed: for staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from messaging.models import Reminder, ReminderQuerySet

PER_PAGE = 25
TONES = {
    Reminder.State.SENT: "calm",
    Reminder.State.FAILED: "danger",
    Reminder.State.EXPIRED: "attention",
}


@dataclass(frozen=True)
class DeliveryRow:
    """One reminder and how its sending went. `tone` is as the tags of the design system."""

    id: Any
    patient_id: UUID | None
    person: str
    kind: str
    channel: str
    state: str
    tone: str
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    note: str


def delivery_page(reminders: ReminderQuerySet, number: str | int | None) -> Page[Any]:
    """One page of `reminders` (already `visible_to` the reader) as rows, newest first; three queries."""
    page: Page[Any] = Paginator(reminders.for_list(), PER_PAGE).get_page(number)
    page.object_list = [_row(reminder) for reminder in page.object_list]
    return page


def _row(reminder: Reminder) -> DeliveryRow:
    attempts = list(reminder.deliveries.all())
    faults = [attempt.fault for attempt in attempts if not attempt.was_accepted]
    state = Reminder.State(reminder.state)
    return DeliveryRow(
        id=reminder.pk,
        patient_id=reminder.patient_id,
        person=reminder.patient.name if reminder.patient else reminder.user.name,
        kind=reminder.get_kind_display(),
        channel=reminder.get_channel_display(),
        state=str(state.label),
        tone=TONES.get(state, ""),
        due_at=reminder.due_at,
        ended_at=attempts[-1].attempted_at if attempts else None,
        attempts=len(attempts),
        note=_note(reminder, faults),
    )


def _note(reminder: Reminder, faults: list[str]) -> str:
    if reminder.state == Reminder.State.FAILED and reminder.channel == Reminder.Channel.PUSH:
        return _("The device can not be reached. Its person has to switch notices on again. (%(fault)s)") % {
            "fault": faults[-1] if faults else "–"
        }
    if reminder.state == Reminder.State.FAILED and reminder.channel == Reminder.Channel.SMS:
        return _("The gateway for text messages did not take it. (%(fault)s)") % {
            "fault": faults[-1] if faults else "–"
        }
    if reminder.state == Reminder.State.FAILED:
        return _("The mail server did not take it. Please check the address, or call. (%(fault)s)") % {
            "fault": faults[-1] if faults else "–"
        }
    if faults and reminder.state == Reminder.State.PLANNED:
        return _("Not taken yet; it is tried again by itself.")
    return ""
