"""By mail, over one connection for a whole run."""

from dataclasses import dataclass
from typing import Any

from messaging.channels.facts import Facts
from messaging.emails import compose, message_id
from messaging.models import Reminder
from painclinic.accounts.models import Invitation


@dataclass(frozen=True)
class Mailbox:
    """The mail server's connection, and the invitation that the mail is about, if any."""

    connection: Any
    invitation: Invitation | None = None


def send(reminder: Reminder, address: Mailbox) -> Facts:
    """Hand the mail to the mail server. Raises what the connection raises."""
    connection = address.connection
    try:
        connection.open()
        mail = compose(reminder, address.invitation)
        if not mail.recipients() or not connection.send_messages([mail]):
            return Facts(fault="NobodyToSendTo", provider_id=message_id(reminder))
    except Exception:
        connection.close()
        raise
    return Facts(provider_id=message_id(reminder))
