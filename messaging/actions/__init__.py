"""Every write of messaging. One noun per file; nothing else writes."""

from messaging.actions.outbox import cancel_reminders, queue_account_mail, queue_invitation
from messaging.actions.preferences import set_preferences
from messaging.actions.threads import (
    AlreadySentError,
    MessageInvalidError,
    mark_read,
    send_message,
)
from messaging.actions.ways import end_ways

__all__ = [
    "AlreadySentError",
    "MessageInvalidError",
    "cancel_reminders",
    "end_ways",
    "mark_read",
    "queue_account_mail",
    "queue_invitation",
    "send_message",
    "set_preferences",
]
