"""Hands on the keyboard: every move of the focus is watched."""

from typing import Any

from playwright.sync_api import Locator, Page

# Where the focus is: whether anything has it, whether a ring shows it, and whether something lies over it.
FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return { name: "", lost: true };
    const label = one.closest("label") ?? (one.labels && one.labels[0]);
    const drawn = [one, label, one.nextElementSibling, one.parentElement].filter(Boolean);
    const ringed = drawn.some((part) => {
        const style = getComputedStyle(part);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const box = (label && one.matches("[type=radio], [type=checkbox]") ? label : one).getBoundingClientRect();
    const points = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]];
    const seen = points.some(([x, y]) => {
        const top = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
        return top && (one.contains(top) || top.contains(one) || label?.contains(top));
    });
    const name = `${one.tagName} ${one.id || one.name || one.textContent.trim().slice(0, 40)}`;
    return { name, lost: false, ringed, seen };
}"""
MOST = 150


def watch(page: Page) -> None:
    """The focus is somewhere, with a ring around it, and nothing lies over it."""
    focus: dict[str, Any] = page.evaluate(FOCUS)
    assert not focus["lost"], f"{page.url}: nothing has the focus"
    assert focus["ringed"], f"{page.url}: no ring around {focus['name']}"
    assert focus["seen"], f"{page.url}: something lies over {focus['name']}"


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab until `target` has the focus; each stop on the way is watched."""
    target.first.wait_for()
    for _press in range(MOST):
        page.keyboard.press(key)
        if target.first.evaluate("(one) => one === document.activeElement"):
            watch(page)
            return
        # After the last stop of a page the browser itself has the focus for one press.
        if page.evaluate("document.activeElement !== document.body"):
            watch(page)
    raise AssertionError(f"{page.url}: the keyboard does not reach {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a link or button by Tab and press it."""
    tab_to(page, target)
    page.keyboard.press(key)


def write(page: Page, target: Locator, text: str) -> None:
    """Go to a box by Tab and type."""
    tab_to(page, target)
    page.keyboard.type(text)
