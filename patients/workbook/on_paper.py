"""Text of the pages made fit for paper: headings one below another, and links that a reader can follow."""

import re
from collections.abc import Collection

from django.utils.safestring import SafeString, mark_safe

# Titles of steps are the third level of a book; what stands inside one begins at the fourth.
_HEADING = re.compile(r"<(/?)h([23])>")
_LINK = re.compile(r'<a href="(/[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_OUTSIDE = re.compile(r'<a href="(https://[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_SCROLLING = re.compile(r'<div class="table-scroll"[^>]*>')
HELP = "help-now"


def on_paper(html: str, *, anchors: Collection[str]) -> SafeString:
    """The rendered text of a step, a page or a script, for a document in which `anchors` are to be found.

    A link to a page of this site becomes one to the place in the document, with its page number, or
    plain words where there is none; an address outside is written out. `html` is what the loader
    rendered and cleaned (`programs.loading.markdown`), never anything that a person typed.
    """
    html = _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 2}>", html)
    html = _LINK.sub(lambda found: _inside(found[1], found[2], anchors), html)
    html = _OUTSIDE.sub(r'<a href="\1">\2</a> <span class="address">(\1)</span>', html)
    html = _SCROLLING.sub('<div class="plain-table">', html)
    return mark_safe(html)


def _inside(path: str, words: str, anchors: Collection[str]) -> str:
    anchor = "-".join(part for part in path.partition("#")[0].split("/") if part)
    return f'<a class="on-page" href="#{anchor}">{words}</a>' if anchor in anchors else words
