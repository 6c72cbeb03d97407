"""The ways in which something is sent: one small module each, with `send(reminder, address)`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from messaging.channels import email, push, sms
from messaging.channels.facts import Facts, key
from messaging.models import Reminder

log = structlog.get_logger()
Channel = Reminder.Channel
__all__ = ["ALERT_PATIENCE", "PATIENCE", "SENDERS", "Facts", "Patience", "key", "send"]

SENDERS: dict[str, Callable[[Reminder, Any], Facts]] = {
    Channel.EMAIL: email.send,
    Channel.PUSH: push.send,
    Channel.SMS: sms.send,
}


@dataclass(frozen=True)
class Patience:
    """How long to wait after each failed attempt, the last span again and again, and how often to try."""

    waits: tuple[timedelta, ...]
    attempts: int

    def after(self, attempts: int) -> timedelta | None:
        """The wait after so many failed attempts; None when it is given up."""
        if attempts >= self.attempts:
            return None
        return self.waits[min(attempts, len(self.waits)) - 1]


def _minutes(*numbers: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


PATIENCE = Patience(_minutes(1, 5, 30, 120, 480), Reminder.MAX_ATTEMPTS)
# Somebody waits for it: tried again soon. By mail often enough to outlast a mail server's night. A push or a
# text that comes hours late says nothing that the next step's own notice would not say; and texts cost money.
ALERT_PATIENCE = {
    Channel.EMAIL: Patience(_minutes(1, 1, 2, 5, 10, 15), 200),
    Channel.PUSH: Patience(_minutes(1, 1, 2, 5, 10, 15), 12),
    Channel.SMS: Patience(_minutes(1, 2, 5, 15), 6),
}


def send(reminder: Reminder, address: Any) -> Facts:
    """One attempt through the reminder's own channel, whatever happens on the way.

    The name of a fault is kept and never its text: servers quote addresses and content.
    """
    try:
        facts = SENDERS[reminder.channel](reminder, address)
    except Exception as error:
        # Whatever is wrong with one message or one moment must not hold up the others.
        facts = Facts(fault=type(error).__name__, is_silent=isinstance(error, OSError))
    if facts.fault:
        log.warning(
            "reminder-not-accepted",
            reminder=str(reminder.pk),
            channel=reminder.channel,
            fault=facts.fault,
        )
    return facts
