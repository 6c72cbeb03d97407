"""The texts in the code, found as `makemessages` finds them but without GNU gettext on the machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[3]
APPS = ("clinics", "messaging", "painclinic", "patients", "programs", "therapists")
# A function's name, with the number of its first text and whether a context comes before it.
FUNCTIONS = {
    "_": False,
    "gettext": False,
    "gettext_lazy": False,
    "gettext_noop": False,
    "ngettext": False,
    "ngettext_lazy": False,
    "pgettext": True,
    "pgettext_lazy": True,
    "npgettext": True,
    "npgettext_lazy": True,
}
LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"(?<![\w.])({'|'.join(FUNCTIONS)})\({LITERAL}(?:\s*,\s*{LITERAL})?")
Key = tuple[str, str]


def sources() -> Iterator[tuple[Path, Iterator[Key]]]:
    """Each file of code and templates that is not a test, with the context and text of each message."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield path, in_python(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield path, in_template(path.read_text(encoding="utf-8"))


def in_python(code: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and (name := _called(node)) in FUNCTIONS:
            texts = [_text(argument) for argument in node.args[:2]]
            if FUNCTIONS[name] and len(texts) == 2 and texts[0] is not None and texts[1]:
                yield texts[0], texts[1]
            elif not FUNCTIONS[name] and texts and texts[0]:
                yield "", texts[0]


def in_template(text: str) -> Iterator[Key]:
    for name, first, second in IN_TEMPLATE.findall(templatize(text)):
        words = ast.literal_eval(first)
        if FUNCTIONS[name]:
            yield words, ast.literal_eval(second)
        elif words:
            yield "", words


def renamed(code: str) -> list[str]:
    """Functions of translation under names by which no tool finds their texts."""
    return [
        one.asname
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if one.name in FUNCTIONS and one.asname and one.asname not in FUNCTIONS
    ]


def _called(node: ast.Call) -> str:
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _text(argument: ast.expr) -> str | None:
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return argument.value if is_text else None  # type: ignore[attr-defined,no-any-return]  # a constant, just seen
