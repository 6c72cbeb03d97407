"""Writing SVG: every text and every attribute is escaped here, and nowhere else.

The pictures carry classes for the page (`static/css/charts.css`) and presentation attributes for
paper: a style sheet wins over the attributes in a browser, and WeasyPrint, which does not apply the
document's style sheets inside an SVG, draws by the attributes. No `style`, no script.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

INK = "#1f2a2e"
QUIET = "#4d5a5e"
RULE = "#d9d2c6"
PAPER = "#ffffff"
GROUND = "#eef3ee"
GREY = "#ecebe8"
COLOURS = ("#0f5c63", "#b4532a", "#1e6b3a", "#7a4b00")
TINTS = ("#0f5c63", "#d5e6e4", "#b4532a", "#f3ddd2")
FONTS = "'Open Sans', 'Noto Sans', 'DejaVu Sans', sans-serif"

TEXT = 13
BIG = 15
# A generous guess at how wide a letter is, as a share of its size: labels must fit in any font.
_LETTER = 0.6
_UID = re.compile(r"[a-z][a-z0-9-]{0,60}\Z")
# Control characters and halves of surrogate pairs.
_FORBIDDEN = ("Cc", "Cs")
_CAMEL = {"viewbox": "viewBox"}

Attribute = str | float | int | None


def node(name: str, *children: SafeString, **attributes: Attribute) -> SafeString:
    """One element. `stroke_width` becomes `stroke-width`, `class_` becomes `class`; None is left out."""
    head = "".join(
        f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None
    )
    body = "".join(children)
    return mark_safe(f"<{name}{head}>{body}</{name}>" if body else f"<{name}{head}/>")


def words(text: str) -> SafeString:
    """Text as it may stand inside an element."""
    return escape(plain(text))


def label(
    x: float,
    y: float,
    text: str,
    *,
    class_: str = "chart-tick",
    fill: str = QUIET,
    size: int = TEXT,
    anchor: str | None = None,
    bold: bool = False,
) -> SafeString:
    """A line of text whose baseline starts (or ends, or is centred) at the point."""
    return node(
        "text",
        words(text),
        x=x,
        y=y,
        class_=class_,
        fill=fill,
        font_size=size,
        font_weight=700 if bold else None,
        text_anchor=anchor,
    )


def group(class_: str, *children: SafeString) -> SafeString:
    """Elements that belong together."""
    return node("g", *children, class_=class_)


def picture(
    *parts: SafeString, uid: str, title: str, description: str, width: int, height: int, class_: str
) -> SafeString:
    """The whole SVG with its name and description for people who do not see it."""
    if not _UID.match(uid):
        raise ValueError("uid: lower-case letters, digits and hyphens, beginning with a letter.")
    return node(
        "svg",
        node("title", words(title), id=f"{uid}-title"),
        node("desc", words(description), id=f"{uid}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart-svg {class_}",
        role="img",
        aria_labelledby=f"{uid}-title",
        aria_describedby=f"{uid}-desc",
        viewbox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family=FONTS,
        font_size=TEXT,
    )


def breadth(text: str, size: int = TEXT) -> float:
    """About how wide the text will be; wide scripts (Chinese, Japanese, Korean) count double."""
    if text.isascii():
        return len(text) * size * _LETTER
    letters = sum(1.7 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return letters * size * _LETTER


def fitted(text: str, room: float, size: int = TEXT) -> str:
    """The text, cut with an ellipsis where it would not fit."""
    text = plain(text)
    if breadth(text, size) <= room:
        return text
    while text and breadth(text, size) + size > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrapped(text: str, room: float, lines: int = 2) -> Sequence[str]:
    """The text broken between words into at most so many lines, the last one cut if need be."""
    rows: list[str] = []
    for word in plain(text).split():
        if rows and breadth(f"{rows[-1]} {word}") <= room:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    kept = rows[: lines - 1] + ([" ".join(rows[lines - 1 :])] if len(rows) >= lines else [])
    return [fitted(row, room) for row in kept]


def plain(text: str) -> str:
    """The text without control characters, which XML does not allow."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\t\n" or unicodedata.category(char) not in _FORBIDDEN)


@cache
def _name(key: str) -> str:
    return _CAMEL.get(key) or key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return html.escape(plain(value))
    return f"{round(value, 1):g}"
