"""Model fields whose content is unreadable without the key of the person whom it is about.

Stored: version byte, 12-byte nonce, AES-256-GCM ciphertext with tag. The associated data is
`table:column:primary key:subject`, so a ciphertext that is moved to another row, column or
person does not decrypt.
"""

import json
import secrets
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.core.exceptions import FieldError
from django.db import models

from painclinic.crypto import keys

VERSION = b"\x01"
# Django's field takes type arguments in its stubs only.
if TYPE_CHECKING:
    BaseField = models.Field[Any, Any]
else:
    BaseField = models.Field


class Sealed(bytes):
    """Ciphertext as it came from the database; shows nothing when printed."""

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class _Opener:
    """Decrypts on first access, with the row's own id and subject at hand."""

    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.open(instance, value)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(BaseField):
    """Text encrypted for the person whose id stands in the attribute named by `subject`.

    The model's primary key must be a UUID that is set before the row is stored. It cannot be
    filtered on, and bulk writes that know no row (`update`, `bulk_update`) are refused.
    """

    def __init__(self, *args: Any, subject: str = "patient_id", **kwargs: Any) -> None:
        self.subject = subject
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"subject": self.subject}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opener(self))

    def serialise(self, value: Any) -> bytes:
        return str(value).encode("utf-8", "surrogatepass")

    def deserialise(self, data: bytes) -> Any:
        return data.decode("utf-8", "surrogatepass")

    def _subject_of(self, instance: models.Model) -> UUID:
        subject: UUID = getattr(instance, self.subject)
        return subject

    def _associated_data(self, instance: models.Model) -> bytes:
        where = f"{self.model._meta.db_table}:{self.column}:{instance.pk}:{self._subject_of(instance)}"
        return where.encode()

    def seal(self, instance: models.Model, value: Any) -> bytes:
        """The bytes to store for `value` in the row of `instance`."""
        nonce = secrets.token_bytes(keys.NONCE_BYTES)
        cipher = keys.cipher(self._subject_of(instance))
        return VERSION + nonce + cipher.encrypt(nonce, self.serialise(value), self._associated_data(instance))

    def open(self, instance: models.Model, sealed: bytes) -> Any:
        """The value behind stored bytes. Raises DecryptionError when they do not belong to this row."""
        nonce, body = sealed[1 : 1 + keys.NONCE_BYTES], sealed[1 + keys.NONCE_BYTES :]
        try:
            if sealed[:1] != VERSION:
                raise InvalidTag
            plain = keys.cipher(self._subject_of(instance)).decrypt(
                nonce, body, self._associated_data(instance)
            )
        except InvalidTag:
            where = f"{self.model._meta.label}.{self.name} of {instance.pk}"
            raise keys.DecryptionError(f"{where} does not decrypt") from None
        return self.deserialise(plain)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return Sealed(self.seal(model_instance, value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(
                f"{self.name} is encrypted: save the row itself, bulk updates and filters cannot."
            )
        return connection.Database.Binary(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class EncryptedJSONField(EncryptedTextField):
    """Like `EncryptedTextField`, for values that JSON can hold."""

    def serialise(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    def deserialise(self, data: bytes) -> Any:
        return json.loads(data)


class EncryptedBytesField(EncryptedTextField):
    """Like `EncryptedTextField`, for the content of a file."""

    def serialise(self, value: Any) -> bytes:
        return bytes(value)

    def deserialise(self, data: bytes) -> bytes:
        return data
