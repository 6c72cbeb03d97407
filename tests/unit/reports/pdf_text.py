"""The words of our own PDFs, as a reader program finds them: by each font's own table of characters."""

import re

from tests.unit.pdf.parsed import Parsed

_PAIR = re.compile(r"<([0-9a-f]{4})> <([0-9a-f]+)>")
_SHOWN = re.compile(r"/(\w+) [\d.]+ Tf\n\[(.*?)\] TJ", re.DOTALL)
_CODE = re.compile(r"<([0-9a-f]*)>")


def text_of(pdf: bytes) -> str:
    """All words in the order in which they are drawn, with single spaces between them."""
    document = Parsed(pdf)
    fonts = _fonts(document)
    words = []
    for stream in document.streams.values():
        for font, line in _SHOWN.findall(stream):
            codes = "".join(_CODE.findall(line))
            words.append("".join(fonts[font].get(codes[at : at + 4], "?") for at in range(0, len(codes), 4)))
    return " ".join(" ".join(words).split())


def _fonts(document: Parsed) -> dict[str, dict[str, str]]:
    fonts = {}
    for text in document.objects.values():
        for name, number in re.findall(r"/([A-Z]{6}) (\d+) 0 R", text):
            found = re.search(r"/ToUnicode (\d+) 0 R", document.objects[int(number)])
            if found:
                pairs = _PAIR.findall(document.streams[int(found[1])])
                fonts[name] = {code: bytes.fromhex(value).decode("utf-16-be") for code, value in pairs}
    return fonts
