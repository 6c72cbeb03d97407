"""By text message, through any gateway that takes a JSON POST (docs/operate.md)."""

import hashlib
import hmac
import json
import re

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from messaging.channels import https
from messaging.channels.facts import Facts, key
from messaging.models import Reminder, SmsNumber
from painclinic import clock
from painclinic.channel_settings import Sms

# No address to tap: whoever is called knows where to sign in, and a link in a text is what thieves send.
TEXTS = {
    Reminder.Kind.ALERT: _("Please sign in and look now."),
    Reminder.Kind.CHAIN_TEST: _("The daily test: please sign in and confirm that this arrived."),
    Reminder.Kind.NOTICE_TRIAL: _("This is a trial. Notices reach this phone."),
}


class NotSetUpError(Exception):
    """This installation has no text messages."""


def _own() -> Sms:
    if settings.SMS is None:
        raise NotSetUpError
    return settings.SMS


def send(reminder: Reminder, address: SmsNumber) -> Facts:
    """Hand the text to the gateway. Raises what `https.post` raises."""
    number, text = str(address.number), _text(reminder)
    if settings.DEMO:
        EmailMessage(str(_("Text message")), text, to=[number]).send()
        return Facts(provider_id=key(reminder))
    body = json.dumps({"to": number, "from": _own().sender, "text": text}).encode()
    # The operator chose this address; a gateway may stand in the clinic's own network.
    answer = https.post(_own().url, body, _headers(reminder, body), may_be_private=True)
    if answer.is_accepted:
        return Facts(provider_id=_their_id(answer.body) or key(reminder))
    return Facts(fault=f"HTTP{answer.status}")


def _text(reminder: Reminder) -> str:
    if reminder.kind == Reminder.Kind.ACCOUNT:
        return reminder.body or ""
    with translation.override(reminder.user.language):
        return str(TEXTS[Reminder.Kind(reminder.kind)])


def _headers(reminder: Reminder, body: bytes) -> dict[str, str]:
    moment = str(int(clock.now().timestamp()))
    return {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {_own().token}",
        "Idempotency-Key": key(reminder),
        "Signature": f"t={moment},v1={signature(moment, body)}",
    }


def signature(moment: str, body: bytes) -> str:
    """HMAC-SHA256 of `moment.body` under SMS_SECRET, in hexadecimal: who sent it, and that it is not old."""
    return hmac.new(_own().secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _their_id(body: bytes) -> str:
    """What the gateway calls the message, if it says so in a way that can be kept."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    found = (said.get("id") or said.get("message_id")) if isinstance(said, dict) else ""
    text = str(found or "")
    return text if re.fullmatch(r"[\w.:@/+=-]{1,200}", text) else ""
