"""Opaque identifiers, sortable by time of creation (RFC 9562, version 7)."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, 74 random bits.

    The real clock is used on purpose: an identifier must stay unique and sortable
    even while a test moves `painclinic.clock`.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | 0b10 << 62
    return UUID(int=value | secrets.randbits(12) << 64 | secrets.randbits(62))
