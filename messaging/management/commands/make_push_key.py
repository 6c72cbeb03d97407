"""Makes the key with which this installation signs web push messages (RFC 8292)."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a new key for web push, as a line for the environment. Keep it secret."

    def handle(self, *args: Any, **options: Any) -> None:
        key = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32)
        self.stdout.write(f"PUSH_PRIVATE_KEY={base64.urlsafe_b64encode(key).decode().rstrip('=')}")
