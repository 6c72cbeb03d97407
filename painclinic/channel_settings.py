"""Settings of the further ways to tell staff, each None unless it is set up (docs/operate.md)."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# The push services of the browsers there are: Chrome and its kin, Firefox, Safari, Edge on Windows.
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?")


@dataclass(frozen=True)
class Push:
    """Web push: the installation's signing key (RFC 8292), whom a push service may write to, and where."""

    private_key: str
    contact: str
    hosts: tuple[str, ...] = PUSH_SERVICES


@dataclass(frozen=True)
class Sms:
    """The gateway that takes text messages as a JSON POST."""

    url: str
    token: str
    secret: str
    sender: str


def push(env: Any, sender: str) -> Push | None:
    """Web push as the environment has it. Raises ImproperlyConfigured with what to mend."""
    key = env.str("PUSH_PRIVATE_KEY", default="").strip()
    if not key:
        return None
    if not _is_key(key):
        raise ImproperlyConfigured("PUSH_PRIVATE_KEY must be what `manage.py make_push_key` wrote.")
    contact = env.str("PUSH_CONTACT", default="") or f"mailto:{parseaddr(sender)[1]}"
    if not re.fullmatch(r"(mailto:[^@\s]+@[^@\s]+|https://\S+)", contact):
        raise ImproperlyConfigured("PUSH_CONTACT must be mailto:… or https://…, for the push services.")
    more = env.list("PUSH_HOSTS", default=[])
    _check_hosts(more)
    return Push(key, contact, (*PUSH_SERVICES, *more))


def sms(env: Any, *, is_demo: bool) -> Sms | None:
    """The gateway as the environment has it; in a demonstration one that sends nothing.

    Raises ImproperlyConfigured with what to mend.
    """
    if is_demo:
        return Sms("", "", "", "")
    url = env.str("SMS_URL", default="").strip()
    if not url:
        return None
    names = ("token", "secret", "sender")
    given = {name: env.str(f"SMS_{name.upper()}", default="").strip() for name in names}
    if missing := [f"SMS_{name.upper()}" for name, value in given.items() if not value]:
        raise ImproperlyConfigured(f"SMS_URL needs {', '.join(missing)} beside it.")
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ImproperlyConfigured("SMS_URL must be an address that begins with https://.")
    return Sms(url, **given)


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == 32
    except (binascii.Error, ValueError):
        return False


def _check_hosts(hosts: Iterable[str]) -> None:
    if not all(_HOST.fullmatch(host) for host in hosts):
        raise ImproperlyConfigured("PUSH_HOSTS must be host names such as push.example.org, with commas.")
