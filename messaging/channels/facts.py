"""What one attempt came to, and the key under which every attempt at one reminder is made."""

import hashlib
from dataclasses import dataclass

from messaging.models import Reminder


@dataclass(frozen=True)
class Facts:
    """How an attempt ended. Without a fault the server has taken it."""

    fault: str = ""
    # What the server calls it, where it says so.
    provider_id: str = ""
    # The address will never work again.
    is_gone: bool = False
    # Nobody answered: the next ones to the same server would wait for nothing, too.
    is_silent: bool = False


def key(reminder: Reminder) -> str:
    """The same for every attempt at one reminder, so that receivers can tell a second copy."""
    return hashlib.sha256(reminder.dedupe_key.encode()).hexdigest()[:32]
