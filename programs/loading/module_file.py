"""module-N/module.yaml: what a module asks for, and who answers for it."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from programs.loading.content import ModuleContent, StepContent, WorksheetContent
from programs.loading.faults import FileFaults, shown
from programs.loading.record import Record, is_date
from programs.loading.yaml_nodes import Node

NOT_REVIEWED = "draft: not yet reviewed"
_DOI = re.compile(r"10\.[0-9]{4,9}/\S{1,150}", re.ASCII)
_URL = re.compile(r"https://\S{4,300}")


def read_module(
    node: Node,
    number: int,
    steps: Collection[StepContent],
    worksheets: Mapping[str, WorksheetContent],
    faults: FileFaults,
) -> ModuleContent:
    """The module in folder `module-<number>` with the steps found there."""
    record = Record(node, faults, what="module")
    if record.integer("number", 1, 99) != number:
        record.fault(f"'number' must be that of the folder, {number}", "number")
    is_outline = record.flag("outline", default=False)
    module = ModuleContent(
        number=number,
        slug=record.slug("slug"),
        title=record.text("title", longest=200),
        summary=record.text("summary", longest=500),
        is_outline=is_outline,
        details=_details(record, worksheets, written=not is_outline),
        steps=tuple(sorted(steps, key=lambda step: step.number)),
    )
    if not is_outline:
        _is_complete(record, module)
    record.finish()
    return module


def _details(record: Record, worksheets: Mapping[str, WorksheetContent], *, written: bool) -> dict[str, Any]:
    least = int(written)
    return {
        "movable": record.flag("movable", default=False),
        "goals": record.texts("goals", least, 8),
        "homework": [_task(item, worksheets) for item in record.records("homework", 0, 6)],
        "therapist_cues": _pairs(record, "therapist_cues", ("look_for", "respond"), least),
        "obstacles": _pairs(record, "obstacles", ("obstacle", "help"), least),
        "references": [_reference(item) for item in record.records("references", least, 40)],
        "resources": _pairs(record, "resources", ("title", "summary"), 0),
        **_sign_off(record, written=written),
    }


def _pairs(record: Record, key: str, names: tuple[str, str], least: int) -> list[dict[str, str]]:
    found = []
    for item in record.records(key, least, 20):
        found.append({name: item.text(name, longest=600) for name in names})
        item.finish()
    return found


def _task(record: Record, worksheets: Mapping[str, WorksheetContent]) -> dict[str, Any]:
    task: dict[str, Any] = {
        "worksheet": record.slug("worksheet"),
        "kind": record.choice("kind", {"once", "log"}),
        "min_entries": record.integer("min_entries", 1, 100, default=1),
        "min_days": record.integer("min_days", 1, 31, default=1),
        "due_after_days": record.integer("due_after_days", 1, 28, default=7),
        "title": record.text("title", longest=200),
        "hint": record.text("hint", required=False, longest=500),
    }
    worksheet = worksheets.get(task["worksheet"])
    if task["worksheet"] and worksheet is None:
        record.fault(f"there is no worksheet {shown(task['worksheet'])}", "worksheet")
    if worksheet and task["kind"] and worksheet.is_log != (task["kind"] == "log"):
        record.fault(f"the worksheet is {'' if worksheet.is_log else 'not '}a log", "kind")
    if task["kind"] == "once" and (record.has("min_entries") or record.has("min_days")):
        record.fault("'min_entries' and 'min_days' are for logs", "kind")
    record.finish()
    return task


def _reference(record: Record) -> dict[str, Any]:
    reference: dict[str, Any] = {
        "text": record.text("text", longest=600),
        "year": record.integer("year", 1900, 2100),
    }
    if record.has("doi"):
        reference["doi"] = record.matching("doi", _DOI, "a DOI such as 10.1000/182", longest=160)
    if record.has("url"):
        reference["url"] = record.matching("url", _URL, "an address that begins with https://", longest=310)
    record.finish()
    return reference


def _sign_off(record: Record, *, written: bool) -> dict[str, str]:
    """Who wrote the module, who reviewed it and when. `reviewed_on` is empty for a draft."""
    author = record.text("author", required=written, longest=200)
    reviewer = record.text("reviewer", required=False, longest=200)
    reviewed = record.text("reviewed_on", required=written, longest=40)
    if reviewed and reviewed != NOT_REVIEWED:
        if not is_date(reviewed):
            record.fault(f"'reviewed_on' must be a date like 2026-01-31 or \"{NOT_REVIEWED}\"", "reviewed_on")
        if not reviewer:
            record.fault("a reviewed module names its reviewer", "reviewed_on")
    return {
        "author": author,
        "reviewer": reviewer,
        "reviewed_on": "" if reviewed == NOT_REVIEWED else reviewed,
    }


def _is_complete(record: Record, module: ModuleContent) -> None:
    kinds = [step.kind for step in module.steps]
    for kind, name in (
        ("summary", "a summary step"),
        ("short_version", "the short version, short-version.md,"),
    ):
        if kind not in kinds:
            record.fault(f"{name} is missing; say outline: true while the module is not written")
    ids = [question["id"] for step in module.steps for question in step.content.get("questions", ())]
    for twice in sorted({found for found in ids if ids.count(found) > 1}):
        record.fault(f"the question id {shown(twice)} is used twice in this module")
