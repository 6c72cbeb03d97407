"""Instrument files to definitions: a file or a folder of them, with every fault, or whole."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from programs.instruments.reading import read_file
from programs.loading.faults import Fault, FaultList
from programs.loading.text_file import read_bytes, read_text
from programs.loading.yaml_nodes import read_yaml

BUILTINS = Path(__file__).resolve().parents[1] / "content/instruments"
MAX_FILES = 100
_NAME = re.compile(r"(?P<slug>[a-z0-9-]+)\.(?P<language>[a-z-]+)\.yaml", re.ASCII)


@dataclass(frozen=True)
class InstrumentContent:
    """One questionnaire in one language as a file says it. The hash is of what it says, not of how."""

    slug: str
    language: str
    title: str
    definition: dict[str, Any]
    content_hash: str


def read_pack(path: Path) -> tuple[InstrumentContent | None, list[Fault]]:
    """The licensed questionnaire in a YAML or JSON file, and its faults; only whole when there are none."""
    faults = FaultList()
    content = _read(path, path.name, faults, is_builtin=False)
    found = sorted(set(faults.found))
    return (None if found else content), found


def read_builtins(folder: Path = BUILTINS) -> tuple[list[InstrumentContent], list[Fault]]:
    """Every questionnaire of a folder, `<slug>.<language>.yaml`, and the faults of all of them."""
    faults = FaultList()
    contents: list[InstrumentContent] = []
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if len(paths) > MAX_FILES:
        faults.add(folder.name, 1, f"too many files (at most {MAX_FILES})")
    for path in paths[:MAX_FILES]:
        content = _read(path, path.name, faults, is_builtin=True)
        named = _NAME.fullmatch(path.name)
        if content and (named is None or named.group("slug", "language") != (content.slug, content.language)):
            faults.add(path.name, 1, f"the file must be called {content.slug}.{content.language}.yaml")
        contents += [content] if content else []
    found = sorted(set(faults.found))
    return ([] if found else contents), found


def _read(path: Path, name: str, faults: FaultList, *, is_builtin: bool) -> InstrumentContent | None:
    before = len(faults.found)
    text = read_text(read_bytes(path, name, faults), name, faults)
    if len(faults.found) > before:
        return None
    here = faults.in_file(name)
    node = read_yaml(text, here)
    if node is None:
        return None
    definition = read_file(node, here, is_builtin=is_builtin)
    written = json.dumps(definition, sort_keys=True, ensure_ascii=False)
    return InstrumentContent(
        slug=definition["slug"],
        language=definition["language"],
        title=definition["title"],
        definition=definition,
        content_hash=hashlib.sha256(written.encode(errors="surrogatepass")).hexdigest(),
    )
