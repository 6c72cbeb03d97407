"""Devices and numbers of staff, with what a browser would keep to itself."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from messaging.actions import ways
from messaging.models import PushDevice, Reminder, SmsNumber
from painclinic.accounts.models import User

SERVICE = "https://updates.push.services.mozilla.com"
NUMBER = "+447700900123"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class Browser:
    """A browser that has subscribed: only it can read what is sent to it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey
    secret: bytes

    @property
    def p256dh(self) -> str:
        return b64(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def form(self) -> dict[str, str]:
        return {"endpoint": self.endpoint, "p256dh": self.p256dh, "auth": b64(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        read: dict[str, Any] = json.loads(plain)
        return read


def a_browser(service: str = SERVICE) -> Browser:
    return Browser(
        f"{service}/wpush/v2/{uuid4().hex}", ec.generate_private_key(ec.SECP256R1()), uuid4().bytes
    )


def a_device(user: User, browser: Browser | None = None, label: str = "Firefox on Android") -> PushDevice:
    browser = browser or a_browser()
    return ways.add_device(by=user, label=label, **browser.form())


def code_of(user: User) -> str:
    """The code that waits to be sent to them."""
    row = Reminder.objects.filter(user=user, channel="sms", kind="account").order_by("-planned_at")[0]
    found = re.search(r"\d{6}", str(row.body))
    assert found
    return found[0]


def a_number(user: User, number: str = NUMBER) -> SmsNumber:
    """A number that its person has proven."""
    row = ways.give_number(by=user, number=number)
    assert ways.prove_number(by=user, code=code_of(user))
    Reminder.objects.filter(target_id=row.pk).update(state=Reminder.State.SENT, body=None)
    row.refresh_from_db()
    return row
