"""What has to be true of every page, whoever sees it."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.functional.conftest import HEIGHTS

# WCAG 2.0 to 2.2, levels A and AA, and what the makers of axe call best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}

SEEN = """() => ({
    title: document.title,
    lang: document.documentElement.lang,
    headings: [...document.querySelectorAll("h1")].map((one) => one.textContent.trim()),
    mains: document.querySelectorAll("main").length,
    help: [...document.querySelectorAll("header a.help-now")].filter((one) => one.checkVisibility()).length,
})"""
# What sticks out to the right without a box around it that scrolls.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const kept = (one) => one && (getComputedStyle(one).overflowX !== "visible" || kept(one.parentElement));
    const out = [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > width + 1);
    const culprits = out.filter((one) => !kept(one.parentElement));
    return (culprits.length ? culprits : out)
        .slice(-2)
        .map((one) => `${one.outerHTML.slice(0, 60)} in ${one.parentElement.className}`);
}"""
# Words that are cut off by their own box.
CUT_OFF = """() => [...document.querySelectorAll("main :is(a, button, h1, h2, h3, p, label, td, th, li)")]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).overflowX !== "visible"
        && !one.closest(".visually-hidden") && one.scrollWidth > one.clientWidth + 2)
    .map((one) => `${one.tagName}: ${one.textContent.trim().slice(0, 40)}`)"""


def faults_of(page: Page, language: str = "en") -> Iterator[str]:
    """Looks at the page that is open, which is 360 wide: there, wide, enlarged and dark."""
    yield from _frame_faults(page, language)
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    page.evaluate(AXE_SCRIPT)
    yield from _axe_faults(page, "360", EVERYTHING)
    yield from _width_faults(page, "360")
    page.evaluate("document.documentElement.dataset.textSize = 'larger'")
    yield from _width_faults(page, "360, very large letters")
    page.evaluate("delete document.documentElement.dataset.textSize")
    resize(page, 800)
    yield from _width_faults(page, "800")
    resize(page, 640)
    yield from _width_faults(page, "zoomed to 200 %")
    page.evaluate("document.documentElement.dataset.textSize = 'larger'")
    yield from _width_faults(page, "zoomed to 200 %, very large letters")
    resize(page, 1280)
    yield from _width_faults(page, "very large letters")
    page.evaluate("delete document.documentElement.dataset.textSize")
    yield from _width_faults(page, "1280")
    yield from _axe_faults(page, "1280", EVERYTHING)
    # Without motion, because colours that fade over would be measured half way.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    yield from _axe_faults(page, "dark", CONTRAST)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    resize(page, 360)


def faults_at_360(page: Page) -> Iterator[str]:
    """The quick look, for a walk over very many pages: only as the page is, 360 wide."""
    yield from _frame_faults(page)
    page.evaluate(AXE_SCRIPT)
    yield from _axe_faults(page, "360", EVERYTHING)
    yield from _width_faults(page, "360")


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})


def _frame_faults(page: Page, language: str = "en") -> Iterator[str]:
    seen: dict[str, Any] = page.evaluate(SEEN)
    if not seen["title"].removesuffix(" – painclinic").strip() or seen["title"].startswith("painclinic –"):
        yield f"title: {seen['title']!r}"
    if len(seen["headings"]) != 1 or not seen["headings"][0]:
        yield f"first headings: {seen['headings']}"
    if not seen["lang"].startswith(language) or seen["mains"] != 1:
        yield f"language or main part: {seen}"
    if seen["help"] != 1:
        yield "no way to Help now in the header"


def _axe_faults(page: Page, how: str, options: dict[str, Any]) -> Iterator[str]:
    found = page.evaluate(
        "async (options) => (await axe.run(document, {...options, resultTypes: ['violations']})).violations",
        options,
    )
    for fault in found:
        nodes = "; ".join(f"{node['target']} {node['failureSummary'][:200]}" for node in fault["nodes"][:3])
        yield f"{how}: {fault['id']}: {nodes}"


def _width_faults(page: Page, how: str) -> Iterator[str]:
    if out := page.evaluate(STICKING_OUT):
        yield f"{how}: scrolls sideways because of {out}"
    if cut := page.evaluate(CUT_OFF):
        yield f"{how}: cut off: {cut[:3]}"
