"""Enough of a PDF reader to look at the tags of our own files, which WeasyPrint writes in a simple way."""

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)


class Parsed:
    """The objects of a PDF by number, with streams unpacked."""

    def __init__(self, pdf: bytes) -> None:
        self.objects: dict[int, str] = {}
        self.streams: dict[int, str] = {}
        for number, body in _OBJECT.findall(pdf):
            self._add(int(number), body)
        self.everything = "\n".join([*self.objects.values(), *self.streams.values()])

    def _add(self, number: int, body: bytes) -> None:
        stream = _STREAM.search(body)
        head = (body[: stream.start()] if stream else body).decode("latin-1")
        self.objects[number] = head
        if not stream:
            return
        content = zlib.decompress(stream[1]) if "/FlateDecode" in head else stream[1]
        self.streams[number] = content.decode("latin-1")
        if "/ObjStm" in head:
            self._unpack(content, int(_entry(head, "First")))

    def _unpack(self, content: bytes, first: int) -> None:
        numbers = [int(word) for word in content[:first].split()]
        places = [*numbers[1::2], len(content) - first]
        for number, start, end in zip(numbers[::2], places, places[1:], strict=False):
            self.objects[number] = content[first + start : first + end].decode("latin-1").strip()

    def one(self, mark: str) -> str:
        """The only object with this mark in it."""
        (found,) = (text for text in self.objects.values() if mark in text)
        return found

    def tags(self, number: int | None = None, depth: int = 0) -> Iterator[tuple[int, str, str]]:
        """Depth, tag and raw text of every element of the structure tree, in reading order."""
        text = self.objects[number] if number else self.one("/Type /StructTreeRoot")
        if number:
            yield depth, _entry(text, "S").lstrip("/"), text
        for kid in re.findall(r"(\d+) 0 R", _array(text, "K")):
            if "/StructElem" in self.objects[int(kid)]:
                yield from self.tags(int(kid), depth + 1)


def _entry(text: str, key: str) -> str:
    found = re.search(rf"/{key} (\S+?)(?=[\s/>]|$)", text)
    assert found, key
    return found[1]


def _array(text: str, key: str) -> str:
    found = re.search(rf"/{key} \[([^\]]*)\]", text)
    return found[1] if found else ""
