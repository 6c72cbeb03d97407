"""A programme's folder, read whole: every file is looked at, every fault is kept."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from programs.loading.content import (
    ModuleContent,
    ProgrammeContent,
    RelaxationContent,
    ResourceContent,
    StepContent,
    WorksheetContent,
)
from programs.loading.faults import Fault, FaultList
from programs.loading.library_file import read_relaxation, read_resource
from programs.loading.markdown import RENDER_VERSION
from programs.loading.module_file import read_module
from programs.loading.record import Record
from programs.loading.step_file import StepName, read_step
from programs.loading.text_file import read_bytes, read_text
from programs.loading.worksheet_file import read_worksheet
from programs.loading.yaml_nodes import Node, read_yaml

MAX_TREE_BYTES = 5_000_000
MAX_FILES = 400
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?", re.ASCII)
_MODULE_FOLDER = re.compile(r"module-([1-9][0-9]?)", re.ASCII)
PROGRAMME_FILE, MODULE_FILE, WORKSHEET_FOLDER = "programme.yaml", "module.yaml", "worksheets"
RESOURCE_FOLDER, RELAXATION_FOLDER = "resources", "relaxation"

Page = TypeVar("Page", ResourceContent, RelaxationContent)
_ReadPage = Callable[[str, str, str, FaultList, dict[str, WorksheetContent]], Page | None]


def read_tree(path: Path) -> tuple[ProgrammeContent | None, list[Fault]]:
    """The programme in a folder and its faults; there is a programme only when there are none.

    Never raises for anything that is in the folder.
    """
    reading = _Reading(path, FaultList())
    programme = reading.programme()
    faults = sorted(set(reading.faults.found))
    return (None if faults else programme), faults


@dataclass
class _Reading:
    path: Path
    faults: FaultList
    texts: dict[str, str] = field(default_factory=dict)
    digest: "hashlib._Hash" = field(default_factory=lambda: hashlib.sha256(f"{RENDER_VERSION}".encode()))

    def programme(self) -> ProgrammeContent | None:
        if not self.path.is_dir():
            self.faults.add(self.path.name or ".", 1, "there is no such folder")
            return None
        self._read_files()
        node = self._yaml(PROGRAMME_FILE)
        worksheets = self._worksheets()
        resources = self._library(RESOURCE_FOLDER, read_resource, worksheets)
        relaxation = self._library(RELAXATION_FOLDER, read_relaxation, worksheets)
        modules = self._modules(worksheets, {script.slug for script in relaxation})
        for leftover in sorted(self.texts):
            self.faults.add(leftover, 1, "this file does not belong here; see docs/content-format.md")
        programme = self._put_together(node, worksheets, modules) if node else None
        return programme and replace(programme, resources=tuple(resources), relaxation=tuple(relaxation))

    def _put_together(
        self, node: Node, worksheets: dict[str, WorksheetContent], modules: list[ModuleContent]
    ) -> ProgrammeContent:
        record = Record(node, self.faults.in_file(PROGRAMME_FILE), what="programme")
        record.integer("format", 1, 1)
        here = self.path.resolve()
        slug, language = record.slug("slug"), record.matching("language", LANGUAGE, "such as en or pt-br")
        if slug and slug != here.parent.name:
            record.fault(f"'slug' must be the name of the folder above, {here.parent.name}", "slug")
        if language and language != here.name:
            record.fault(f"'language' must be the name of the folder, {here.name}", "language")
        programme = ProgrammeContent(
            slug=slug,
            language=language,
            title=record.text("title", longest=200),
            summary=record.text("summary", longest=1000),
            content_hash=self.digest.hexdigest(),
            worksheets=tuple(worksheets.values()),
            modules=tuple(modules),
        )
        record.finish()
        return programme

    def _worksheets(self) -> dict[str, WorksheetContent]:
        found: dict[str, WorksheetContent] = {}
        for file in self._in_folder(WORKSHEET_FOLDER, ".yaml"):
            node = self._yaml(file)
            if node is None:
                continue
            worksheet = read_worksheet(node, Path(file).stem, self.faults.in_file(file))
            if worksheet.code in {known.code for known in found.values()}:
                self.faults.add(file, 1, f"the code {worksheet.code} belongs to another worksheet")
            found[worksheet.slug] = worksheet
        return found

    def _library(
        self, folder: str, read: "_ReadPage[Page]", worksheets: dict[str, WorksheetContent]
    ) -> list[Page]:
        """The pages in one folder, one a file, by the name of the file."""
        pages = []
        for file in self._in_folder(folder, ".md"):
            page = read(self.texts.pop(file), Path(file).stem, file, self.faults, worksheets)
            pages += [page] if page else []
        return pages

    def _modules(
        self, worksheets: dict[str, WorksheetContent], scripts: Collection[str]
    ) -> list[ModuleContent]:
        folders = {file.split("/")[0] for file in self.texts if "/" in file}
        numbers = sorted(int(match[1]) for match in map(_MODULE_FOLDER.fullmatch, folders) if match)
        if not numbers:
            self.faults.add(PROGRAMME_FILE, 1, "a programme needs at least the folder module-1")
        if numbers != list(range(1, len(numbers) + 1)):
            self.faults.add(PROGRAMME_FILE, 1, "module folders must be numbered 1, 2, 3 ... without a gap")
        modules: list[ModuleContent] = []
        for number in numbers:
            module = self._module(number, worksheets, scripts)
            if module and module.slug in {known.slug for known in modules}:
                self.faults.add(f"module-{number}/{MODULE_FILE}", 1, "its slug belongs to another module")
            modules += [module] if module else []
        return modules

    def _module(
        self, number: int, worksheets: dict[str, WorksheetContent], scripts: Collection[str]
    ) -> ModuleContent | None:
        folder = f"module-{number}"
        steps = list(self._steps(folder, worksheets, scripts))
        file = f"{folder}/{MODULE_FILE}"
        node = self._yaml(file)
        return read_module(node, number, steps, worksheets, self.faults.in_file(file)) if node else None

    def _steps(
        self, folder: str, worksheets: dict[str, WorksheetContent], scripts: Collection[str]
    ) -> Iterator[StepContent]:
        expected, slugs = 1, set[str]()
        for file in self._in_folder(folder, ".md"):
            name = StepName.read(Path(file).stem)
            if name is None:
                self.faults.add(file, 1, "the name must be like 01-welcome.md, or short-version.md")
                self.texts.pop(file)
                continue
            if name.number and name.number != expected:
                self.faults.add(file, 1, f"steps are numbered without a gap; expected {expected:02d}")
            expected = name.number + 1 if name.number else expected
            if name.slug in slugs:
                self.faults.add(file, 1, "another step of this module has the same name")
            slugs.add(name.slug)
            step = read_step(self.texts.pop(file), name, file, self.faults, worksheets, scripts)
            if step:
                yield step

    def _in_folder(self, folder: str, ending: str) -> list[str]:
        paths = [file for file in self.texts if file.startswith(f"{folder}/") and file.endswith(ending)]
        return sorted(file for file in paths if file.count("/") == 1)

    def _yaml(self, file: str) -> Node | None:
        text = self.texts.pop(file, None)
        if text is None:
            self.faults.add(file, 1, "this file is missing or cannot be read")
            return None
        return read_yaml(text, self.faults.in_file(file))

    def _read_files(self) -> None:
        total = 0
        for count, file in enumerate(self._files(), start=1):
            data = read_bytes(self.path / file, file, self.faults)
            total += len(data)
            if count > MAX_FILES or total > MAX_TREE_BYTES:
                self.faults.add(file, 1, f"too much content: at most {MAX_FILES} files and 5 MB")
                return
            self.digest.update(f"{file}\0{len(data)}\0".encode(errors="surrogateescape") + data)
            self.texts[file] = read_text(data, file, self.faults)

    def _files(self) -> Iterator[str]:
        """Every file below the folder in a fixed order; links and hidden files are not followed."""
        for folder, folders, files in os.walk(self.path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(name for name in files if not name.startswith(".")):
                yield (Path(folder) / name).relative_to(self.path).as_posix()
