"""Faults found in content: collected, never raised, so that an author sees all of them at once."""

from dataclasses import dataclass, field

MAX_FAULTS = 500


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: where (file relative to the programme, line from 1) and what."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class FaultList:
    """All faults of a tree; stops counting at MAX_FAULTS so that broken input stays cheap."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, message: str) -> None:
        if len(self.found) < MAX_FAULTS:
            self.found.append(Fault(file, line, message))

    def in_file(self, file: str, first_line: int = 1) -> "FileFaults":
        return FileFaults(self, file, first_line)


@dataclass(frozen=True)
class FileFaults:
    """Notes faults of one file. `first_line` is where the examined part starts in it."""

    faults: FaultList
    file: str
    first_line: int = 1

    def add(self, line: int, message: str) -> None:
        """Note a fault at a line counted from 1 within the examined part."""
        self.faults.add(self.file, self.first_line + max(line, 1) - 1, message)


def shown(value: object, length: int = 40) -> str:
    """A value as it may appear in a fault: short, on one line, in quotes."""
    text = " ".join(str(value).split())
    printable = "".join(character if character.isprintable() else "?" for character in text[: length + 1])
    return f'"{printable[:length]}…"' if len(printable) > length else f'"{printable}"'
