"""Where mail goes in a demonstration: onto a page, and out to nobody."""

from collections.abc import Sequence
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from messaging.models import DemoMail
from painclinic import clock


class DemoMailbox(BaseEmailBackend):
    """Keeps every mail as a `DemoMail`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            headers: dict[str, Any] = {name.lower(): value for name, value in mail.extra_headers.items()}
            DemoMail.objects.create(
                to=", ".join(mail.recipients())[:254],
                subject=str(mail.subject)[:200],
                body=str(mail.body),
                message_id=str(headers.get("message-id", ""))[:200],
                sent_at=clock.now(),
            )
        return len(email_messages)
