"""Step bodies: Markdown to HTML of a small, known kind.

markdown-it-py renders with raw HTML switched off; nh3 then lets through only what the player
styles. What an author may not use is a fault with a line, not something silently dropped.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import nh3
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from programs.loading.faults import FileFaults, shown

MAX_BODY = 40_000
BOXES = ("example", "note", "story", "try")
# Part of the content hash: raise it when the HTML made of the same text changes.
RENDER_VERSION = 2

_TAGS = {
    "p", "br", "hr", "strong", "em", "ul", "ol", "li", "blockquote", "h2", "h3", "a", "div",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_CLASSES = {"div": {"callout", "table-scroll", *(f"callout-{box}" for box in BOXES)}, "p": {"callout-title"}}
# A wide table scrolls by itself on a phone; with `tabindex` the arrow keys reach it too.
_TABLE = '<div class="table-scroll" tabindex="0" role="group"><table>\n'
_INTERNAL_LINK = re.compile(r"/[a-z0-9/-]*(#[a-z0-9-]+)?", re.ASCII)
_EXTERNAL_LINK = re.compile(r"https://[^\s/]+\.[^\s]+")
_REFUSED = {
    "image": "pictures cannot be used in a step",
    "code_inline": "code is not used in a step; write plain text",
    "code_block": "a paragraph must not begin with four spaces",
    "fence": "code is not used in a step; write plain text",
}
_RAW_HTML = re.compile(r"</?[a-zA-Z!][^>\n]{0,200}>")
_FENCE = re.compile(r"\s{0,3}:{3,}")


def _render_box(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if token.nesting != 1:
        return "</div>\n"
    name, _, title = token.info.strip().partition(" ")
    head = f'<p class="callout-title">{escape(title.strip())}</p>\n' if title.strip() else ""
    return f'<div class="callout callout-{name}">\n{head}'


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    # Links are judged below, by line; what the parser itself refuses would stay in the text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # the documented way
    for box in BOXES:
        container_plugin(parser, box, render=_render_box)
    parser.add_render_rule("table_open", lambda *_: _TABLE)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


_PARSER = _markdown()


def render(text: str, faults: FileFaults) -> str:
    """Clean HTML of a step's body; everything that is not allowed is noted with its line."""
    if len(text) > MAX_BODY:
        # Also a bound on time: hostile Markdown costs the parser the square of its length.
        faults.add(1, f"the text of a step is too long ({len(text)} characters, at most {MAX_BODY})")
        return ""
    tokens = _PARSER.parse(text)
    _check_lines(text, tokens, faults)
    for line, token in _walk(tokens):
        _check_token(line, token, faults)
    html: str = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "div": {"tabindex", "role"}},
        allowed_classes=_CLASSES,
        url_schemes={"https"},
        link_rel="noopener noreferrer",
    ).strip()


def _walk(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        yield line, token
        inner = line
        for child in token.children or ():
            yield inner, child
            inner += child.type in {"softbreak", "hardbreak"}


def _check_token(line: int, token: Token, faults: FileFaults) -> None:
    if token.type in _REFUSED:
        faults.add(line, _REFUSED[token.type])
    elif token.type == "heading_open" and token.tag not in {"h2", "h3"}:
        faults.add(line, "headings begin with ## or ###; the title of the step is its main heading")
    elif token.type == "link_open":
        target = str(token.attrGet("href") or "")
        if not (_INTERNAL_LINK.fullmatch(target) or _EXTERNAL_LINK.fullmatch(target)):
            faults.add(line, f"the link {shown(target)} must begin with https:// or be like /help-now/")
    elif token.type == "text" and _RAW_HTML.search(token.content):
        faults.add(line, "HTML cannot be used in a step; write Markdown")


def _check_lines(text: str, tokens: Sequence[Token], faults: FileFaults) -> None:
    """Boxes that are unknown or never closed: Markdown itself would show their colons as text."""
    opened = {token.map[0] for token in tokens if token.type.startswith("container_") and token.map}
    unclosed: list[int] = []
    for number, line in enumerate(text.split("\n")):
        if not _FENCE.match(line):
            continue
        name = line.strip().lstrip(":").strip().split(" ")[0]
        if not name:
            if not unclosed:
                faults.add(number + 1, "this ::: closes a box that was never opened")
            del unclosed[-1:]
            continue
        unclosed.append(number)
        if name not in BOXES:
            faults.add(number + 1, f"the box {shown(name)} is not known; use {', '.join(BOXES)}")
        elif number not in opened:
            faults.add(number + 1, "a box begins on a line of its own, outside of lists")
    for number in unclosed:
        faults.add(number + 1, "a box is opened with ::: but never closed")
