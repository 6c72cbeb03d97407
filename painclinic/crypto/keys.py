"""Envelope encryption: one AES-256 key per person, wrapped by a key from the settings.

Unwrapped keys live in a context variable, so no request or task ever sees what another loaded
(a shared cache is how other portals showed people each other's records).
"""

import base64
import binascii
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from painclinic import clock
from painclinic.crypto.models import SubjectKey

NONCE_BYTES = 12
_loaded: ContextVar[dict[UUID, AESGCM] | None] = ContextVar("loaded_keys", default=None)


class DecryptionError(Exception):
    """A value could not be decrypted: wrong key, wrong row, or altered bytes. Names no content."""


@lru_cache(maxsize=4)
def _parse_ring(text: str) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for part in text.split(","):
        name, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(name) > 40 or len(key) != 32:
            raise ImproperlyConfigured(
                "PAINCLINIC_KEYS must be name:base64 of 32 random bytes; several are separated by commas."
            )
        ring[name] = key
    return ring


def key_ring() -> dict[str, bytes]:
    """The installation's wrapping keys by name; the first is the one in use for new keys.

    Raises ImproperlyConfigured when the setting is malformed.
    """
    return _parse_ring(settings.PAINCLINIC_KEYS)


def _wrap(key: bytes, subject_id: UUID) -> tuple[str, bytes]:
    name, wrapping_key = next(iter(key_ring().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return name, nonce + AESGCM(wrapping_key).encrypt(nonce, key, subject_id.bytes)


def _unwrap(row: SubjectKey) -> bytes:
    wrapping_key = key_ring().get(row.wrapped_by)
    wrapped = bytes(row.wrapped)
    try:
        if wrapping_key is None:
            raise InvalidTag
        return AESGCM(wrapping_key).decrypt(
            wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], row.subject_id.bytes
        )
    except InvalidTag:
        raise DecryptionError(f"the key of {row.subject_id} cannot be unwrapped") from None


def create(subject_id: UUID) -> None:
    """Make the data key of a new person; must run before anything of theirs is encrypted."""
    create_many([subject_id])


def create_many(subject_ids: Iterable[UUID]) -> None:
    """`create` for many people in one statement."""
    rows = [(subject_id, *_wrap(secrets.token_bytes(32), subject_id)) for subject_id in subject_ids]
    SubjectKey.objects.bulk_create(
        SubjectKey(subject_id=subject_id, wrapped=wrapped, wrapped_by=name, created_at=clock.now())
        for subject_id, name, wrapped in rows
    )


def _known() -> dict[UUID, AESGCM]:
    known = _loaded.get()
    if known is None:
        known = {}
        _loaded.set(known)
    return known


def prefetch(subject_ids: Iterable[UUID]) -> None:
    """Load the keys of many people in one query, for a page that decrypts for all of them."""
    known = _known()
    missing = set(subject_ids) - known.keys()
    if missing:
        for row in SubjectKey.objects.filter(subject_id__in=missing):
            known[row.subject_id] = AESGCM(_unwrap(row))


def cipher(subject_id: UUID) -> AESGCM:
    """The cipher of one person. Raises DecryptionError when there is no key (erased, never made)."""
    prefetch([subject_id])
    try:
        return _known()[subject_id]
    except KeyError:
        raise DecryptionError(f"there is no key for {subject_id}") from None


def forget() -> None:
    """Drop the unwrapped keys of this request or task."""
    _loaded.set(None)


def rewrap_batch(size: int = 500) -> int:
    """Wrap up to `size` keys that an older installation key wrapped with the newest; returns how many.

    May be stopped and started again at any time; what is encrypted stays untouched.
    """
    newest = next(iter(key_ring()))
    rows = list(SubjectKey.objects.exclude(wrapped_by=newest).order_by("subject_id")[:size])
    for row in rows:
        row.wrapped_by, row.wrapped = _wrap(_unwrap(row), row.subject_id)
    SubjectKey.objects.bulk_update(rows, ["wrapped", "wrapped_by"])
    return len(rows)
