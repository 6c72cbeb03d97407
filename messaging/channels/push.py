"""By web push (RFC 8030), encrypted for the device (RFC 8291) and signed by this installation (RFC 8292)."""

import base64
import json
import re
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from messaging.channels import https
from messaging.channels.facts import Facts, key
from messaging.models import PushDevice, Reminder
from painclinic import clock
from painclinic.channel_settings import Push

# How long the push service keeps it for a device that is off: the clock of an alert tells again by itself.
KEPT_FOR = timedelta(hours=4)
SIGNED_FOR = timedelta(hours=12)
LONGEST_ENDPOINT = 1000
GONE = {404, 410}
TITLES = {
    Reminder.Kind.ALERT: _("Please sign in and look now"),
    Reminder.Kind.CHAIN_TEST: _("The daily test: please confirm that this arrived"),
    Reminder.Kind.NOTICE_TRIAL: _("This is a trial. Notices reach this device."),
}


class UnknownPushServiceError(Exception):
    """The address is not one of a push service that this installation sends to."""


class NotSetUpError(Exception):
    """This installation has no web push."""


def _own() -> Push:
    if settings.PUSH is None:
        raise NotSetUpError
    return settings.PUSH


def public_key() -> str:
    """What a browser needs to subscribe: the public half of the installation's key, base64url."""
    return _public_half(settings.PUSH.private_key) if settings.PUSH else ""


@lru_cache(maxsize=2)
def _public_half(private: str) -> str:
    number = int.from_bytes(base64.urlsafe_b64decode(private + "=" * (-len(private) % 4)))
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def check_endpoint(endpoint: str) -> None:
    """Raise UnknownPushServiceError unless the address is https, plain, and of a known push service."""
    parts = urlsplit(endpoint)
    host = parts.netloc.removesuffix(":443")
    is_plain = len(endpoint) <= LONGEST_ENDPOINT and re.fullmatch(r"[!-~]+", endpoint) is not None
    hosts = settings.PUSH.hosts if settings.PUSH else ()
    if parts.scheme != "https" or not is_plain or not any(_fits(host, one) for one in hosts):
        raise UnknownPushServiceError


def _fits(host: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:]) and re.fullmatch(r"[a-z0-9.-]+", host) is not None
    return host == allowed


def send(reminder: Reminder, address: PushDevice) -> Facts:
    """Hand the notice to the device's push service. Raises what `https.post` raises."""
    endpoint = str(address.endpoint)
    check_endpoint(endpoint)
    answer = https.post(endpoint, _sealed(reminder, address), _headers(reminder, endpoint))
    if answer.is_accepted:
        return Facts(provider_id=key(reminder))
    return Facts(fault=f"HTTP{answer.status}", is_gone=answer.status in GONE)


def _sealed(reminder: Reminder, device: PushDevice) -> bytes:
    """The words for the lock screen, and the tag by which a second copy takes the place of the first."""
    # Loads two HTTP clients that nothing here uses: half a second that only a process that sends shall pay.
    from pywebpush import WebPusher

    with translation.override(reminder.user.language):
        words = {"title": str(TITLES[Reminder.Kind(reminder.kind)]), "tag": key(reminder)}
    pusher = WebPusher({"endpoint": device.endpoint, "keys": device.keys})
    return bytes(pusher.encode(json.dumps(words).encode())["body"])


def _headers(reminder: Reminder, endpoint: str) -> dict[str, str]:
    is_alert = reminder.kind in {Reminder.Kind.ALERT, Reminder.Kind.CHAIN_TEST}
    return {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT_FOR.total_seconds())),
        "Urgency": "high" if is_alert else "normal",
        "Topic": key(reminder),
        "Authorization": _signature(endpoint),
    }


def _signature(endpoint: str) -> str:
    from py_vapid import Vapid02

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"https://{parts.netloc}",
        "exp": int((clock.now() + SIGNED_FOR).timestamp()),
        "sub": _own().contact,
    }
    signer = Vapid02.from_raw(_own().private_key.encode())
    return str(signer.sign(claims)["Authorization"])
