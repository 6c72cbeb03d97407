"""A file's text: bounded, no link, UTF-8; everything else is a fault."""

from pathlib import Path

from programs.loading.faults import FaultList

MAX_FILE_BYTES = 200_000


def read_bytes(target: Path, name: str, faults: FaultList) -> bytes:
    """What a file holds; nothing, and a fault, where it may not or cannot be read."""
    if not target.exists() and not target.is_symlink():
        faults.add(name, 1, "there is no such file")
        return b""
    if target.is_symlink() or not target.is_file():
        faults.add(name, 1, "links and special files are not allowed")
        return b""
    try:
        with target.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError:
        faults.add(name, 1, "this file cannot be read")
        return b""
    if len(data) > MAX_FILE_BYTES:
        faults.add(name, 1, f"this file is too large (at most {MAX_FILE_BYTES // 1000} kB)")
        return b""
    return data


def read_text(data: bytes, name: str, faults: FaultList) -> str:
    """Bytes of a file as text with plain line ends; empty, and a fault, where they are no text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.add(name, data[: error.start].count(b"\n") + 1, "this is not UTF-8 text")
        text = ""
    if "\0" in text:
        faults.add(name, text[: text.index("\0")].count("\n") + 1, "this file is not text")
        text = ""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    # YAML takes these for line breaks and no editor does; lines would be counted wrongly.
    return text.translate({0x85: " ", 0x2028: " ", 0x2029: " "})
