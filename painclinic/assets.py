"""Stylesheets and scripts that belong together, sent as one file: a page asks for less.

There is no build step: the files are joined when they are collected for production, and when a
test first asks for them. What is joined is written as it stands; a script that uses more of the
language of modules than is understood here stops the start with its name.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

_FRAME = ("tokens", "base", "layout", "components", "charts")
# Print comes last: it has to win over all others.
STYLES = {
    "css/joined-plain.css": (*_FRAME, "patient", "path", "print"),
    "css/joined-patient.css": (*_FRAME, "patient", "path", "home", "course", "print"),
    "css/joined-staff.css": (*_FRAME, "staff", "path", "print"),
}
# Each with everything it imports, under its own name.
SCRIPTS = (
    "js/site.js",
    "js/autosave/main.js",
    "js/player/main.js",
    "js/plan/device.js",
    "js/support.js",
    "js/plan/offline.js",
)

_IMPORT = re.compile(
    r'^import (?:(?:\{(?P<names>[^}]*)\}|\* as (?P<all>\w+)) from )?"(?P<path>\.[\w./-]+)";$', re.MULTILINE
)
_EXPORT = re.compile(
    r"^export (?=(?:async )?function (?P<function>\w+)|(?:const|class) (?P<value>\w+))", re.MULTILINE
)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class CannotJoinError(Exception):
    """A script uses imports or exports in a way that is not understood, or in a circle."""


def joined_styles(root: Path, names: Iterable[str]) -> str:
    return "\n".join((root / f"css/{name}.css").read_text() for name in names)


def joined_script(entry: Path) -> str:
    """One module that does what `entry` and all that it imports do, each file run once, in order."""
    modules: dict[Path, str] = {}
    body = _read(entry.resolve(), modules, ())
    return "\n".join([*modules.values(), body])


def _read(path: Path, modules: dict[Path, str], above: tuple[Path, ...]) -> str:
    """The script with its imports replaced; what it imports is added to `modules` first."""
    if path in above:
        raise CannotJoinError(f"{path.name}: imports itself by a detour")

    def imported(found: re.Match[str]) -> str:
        target = (path.parent / found["path"]).resolve()
        if target not in modules:
            modules[target] = _wrapped(_read(target, modules, (*above, path)), _name(target))
        if found["all"]:
            return f"const {found['all']} = {_name(target)};"
        names = (found["names"] or "").replace(" as ", ": ").strip()
        return f"const {{ {names} }} = {_name(target)};" if names else ""

    text = _IMPORT.sub(imported, path.read_text())
    if not above:
        return _whole(path, text)
    exported = ", ".join(found["function"] or found["value"] for found in _EXPORT.finditer(text))
    return _whole(path, f"{_EXPORT.sub('', text)}\nreturn {{ {exported} }};")


def _whole(path: Path, text: str) -> str:
    if found := _LEFT_OVER.search(text):
        raise CannotJoinError(f"{path.name}: {found[0]}")
    return text


def _wrapped(text: str, name: str) -> str:
    return f"const {name} = (() => {{\n{text}\n}})();"


def _name(path: Path) -> str:
    return "$" + re.sub(r"\W", "_", f"{path.parent.name}_{path.stem}")


class JoinedFinder(BaseFinder):
    """Finds the joined files, before the finder that would find their parts."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    @cached_property
    def _folder(self) -> "TemporaryDirectory[str]":
        root, folder = Path(settings.BASE_DIR) / "static", TemporaryDirectory(prefix="painclinic-static-")
        texts = {name: joined_styles(root, parts) for name, parts in STYLES.items()}
        texts |= {name: joined_script(root / name) for name in SCRIPTS}
        for name, text in texts.items():
            target = Path(folder.name) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return folder

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(Path(self._folder.name) / path)] if path in STYLES or path in SCRIPTS else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        storage = FileSystemStorage(location=self._folder.name)
        for path in (*STYLES, *SCRIPTS):
            if not matches_patterns(path, list(ignore_patterns or ())):
                yield path, storage
