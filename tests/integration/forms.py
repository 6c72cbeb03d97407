"""The forms of a page, read as a browser reads them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import tinyhtml5


@dataclass
class Form:
    """A form with what it would send untouched. `words` is all that can be read in it."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    words: str = ""

    def choose(self, name: str, label: str) -> str:
        """The value of the one choice of a field whose label begins with these words."""
        found = [value for text, value in self.options[name].items() if text.startswith(label)]
        assert len(found) == 1, (name, label, self.options[name])
        return found[0]


def forms_of(text: str) -> list[Form]:
    """All forms of a page that are sent by POST."""
    tree = tinyhtml5.parse(text, namespace_html_elements=False)
    return [_read(form) for form in tree.iter("form") if form.get("method", "get").lower() == "post"]


def form_with(text: str, words: str) -> Form:
    """The first form in which these words can be read, or whose address holds them."""
    forms = forms_of(text)
    for form in forms:
        if words in form.words or words in form.action:
            return form
    raise AssertionError(f"no form with {words!r} among {[(form.action, form.words) for form in forms]}")


def _read(element: Any) -> Form:
    form = Form(element.get("action", ""), attributes=dict(element.attrib))
    form.words = " ".join(" ".join(element.itertext()).split())
    for tag in element.iter():
        if tag.tag in {"input", "select", "textarea"}:
            _read_control(form, tag)
    return form


def _read_control(form: Form, tag: Any) -> None:
    name = tag.get("name")
    if not name:
        return
    if tag.tag == "select":
        choices = list(_choices(tag))
        form.options[name] = {label: value for label, value, _ in choices}
        chosen = [value for _, value, selected in choices if selected] or [
            value for _, value, _ in choices[:1]
        ]
        form.values[name] = chosen[0] if chosen else ""
    elif tag.tag == "textarea":
        form.values[name] = "".join(tag.itertext())
    elif tag.get("type") in {"radio", "checkbox"}:
        if tag.get("checked") is not None:
            form.values[name] = tag.get("value", "on")
    elif tag.get("type") not in {"submit", "button"}:
        form.values[name] = tag.get("value", "")


def _choices(select: Any) -> Iterator[tuple[str, str, bool]]:
    for option in select.iter("option"):
        text = " ".join("".join(option.itertext()).split())
        yield text, option.get("value", text), option.get("selected") is not None
