"""Whom a letter is to, and what its therapist adds to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MAX_NAME = 120
MAX_ADDRESS = 300
MAX_ADDRESS_LINES = 6
# A short paragraph: the letter stays on one page with it.
MAX_NOTE = 500


@dataclass(frozen=True)
class Letter:
    """The stated reader of a letter, and the choices of who signs it; kept encrypted."""

    name: str
    address: str
    note: str = ""
    tells_safety: bool = True

    def __post_init__(self) -> None:
        """Nothing longer than what a page can hold, wherever it came from."""
        is_short = (
            0 < len(self.name) <= MAX_NAME
            and len(self.address) <= MAX_ADDRESS
            and len(self.note) <= MAX_NOTE
            and "\n" not in self.note
            and len(self.address.splitlines()) <= MAX_ADDRESS_LINES
        )
        if not is_short:
            raise ValueError("An addressee has a name, and what is added is short.")

    @classmethod
    def on_file(cls, name: str | None, contact: str | None) -> "Letter | None":
        """A letter to the GP as enrolled, cut to what fits; None when nobody is on file."""
        lines = [line.strip() for line in (contact or "").splitlines() if line.strip()]
        address = "\n".join(lines[:MAX_ADDRESS_LINES])[:MAX_ADDRESS]
        return cls((name or "").strip()[:MAX_NAME], address) if (name or "").strip() else None

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Letter":
        return cls(**stored)
