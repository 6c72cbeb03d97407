"""module-N/NN-slug.md: a step, front matter and Markdown."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from programs.loading.content import StepContent, WorksheetContent
from programs.loading.faults import FaultList, FileFaults, shown
from programs.loading.front_matter import part
from programs.loading.library_file import audio_of
from programs.loading.markdown import render
from programs.loading.record import Record
from programs.loading.worksheet_values import check_values
from programs.loading.yaml_nodes import Node, plain

SHORT_VERSION = "short-version"
SHORT_MINUTES, LONGEST_MINUTES = 10, 15
MAX_EXAMPLE_ENTRIES = 20
_FILE_NAME = re.compile(r"([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)", re.ASCII)

Worksheets = Mapping[str, WorksheetContent]


@dataclass(frozen=True)
class StepName:
    """What the name of a step's file says; number 0 is the short version."""

    number: int
    slug: str

    @classmethod
    def read(cls, stem: str) -> "StepName | None":
        if stem == SHORT_VERSION:
            return cls(0, stem)
        found = _FILE_NAME.fullmatch(stem)
        return cls(int(found[1]), found[2]) if found and int(found[1]) and len(found[2]) <= 60 else None


def read_step(
    text: str,
    name: StepName,
    file: str,
    faults: FaultList,
    worksheets: Worksheets,
    scripts: Collection[str] = (),
) -> StepContent | None:
    """The step in a file's text; None when there is nothing to go by. `scripts` are relaxation slugs."""
    found = part(text, file, faults, what="a step")
    if found is None:
        return None
    html = render(found.text, found.text_faults)
    if found.head is None:
        return None
    return _step(Record(found.head, found.head_faults, what="step"), name, html, worksheets, scripts)


def _step(
    record: Record, name: StepName, html: str, worksheets: Worksheets, scripts: Collection[str]
) -> StepContent:
    kind = record.choice("kind", _KINDS)
    is_short = kind == "short_version"
    if kind and is_short != (name.number == 0):
        record.fault("the file short-version.md, and no other, is of the kind short_version", "kind")
    content: dict[str, Any] = {"goals": record.texts("goals", 0, 8)}
    step = StepContent(
        number=name.number,
        slug=name.slug,
        kind=kind,
        title=record.text("title", longest=200),
        minutes=record.integer("minutes", 1, SHORT_MINUTES if is_short else LONGEST_MINUTES),
        is_core=record.flag("core"),
        body_html=html,
        content=content,
        worksheet="",
    )
    if is_short and step.is_core:
        record.fault("the short version is outside the path; write core: false", "core")
    if not kind:
        return step
    rules = _KINDS[kind]
    if rules.needs_body and not html:
        record.fault(f"a step of the kind {kind} needs a text below its front matter")
    for extra in rules.extras:
        extra(record, content)
    _to_listen(record, content, rules, scripts)
    worksheet = _worksheet(record, content, rules, worksheets)
    record.finish()
    return StepContent(**{**step.__dict__, "worksheet": worksheet})


def _questions(record: Record, content: dict[str, Any]) -> None:
    content["questions"] = [_question(item) for item in record.records("questions", 1, 8)]
    ids = [question["id"] for question in content["questions"]]
    if len(set(ids)) < len(ids):
        record.fault("every question needs an id of its own", "questions")


def _question(record: Record) -> dict[str, Any]:
    question: dict[str, Any] = {
        "id": record.slug("id"),
        "prompt": record.text("prompt", longest=500),
        "options": [_option(item) for item in record.records("options", 2, 6)],
    }
    if sum(option["correct"] for option in question["options"]) != 1:
        record.fault("exactly one option must be correct", "options")
    record.finish()
    return question


def _option(record: Record) -> dict[str, Any]:
    option = {
        "text": record.text("text", longest=300),
        "correct": record.flag("correct"),
        "feedback": record.text("feedback", longest=1000),
    }
    record.finish()
    return option


def _rating(record: Record, content: dict[str, Any]) -> None:
    node = record.node("rating")
    if node is None:
        return
    part = Record(node, record.faults, what="rating")
    content["rating"] = {key: part.text(key, longest=200) for key in ("before", "after", "low", "high")}
    part.finish()


def _to_listen(record: Record, content: dict[str, Any], rules: "KindRules", scripts: Collection[str]) -> None:
    """A recording of the step, and the relaxation script that it guides through."""
    if audio := audio_of(record):
        content["audio"] = audio
    if rules.may_guide and record.node("relaxation"):
        content["relaxation"] = record.slug("relaxation")
        if content["relaxation"] not in scripts:
            record.fault(f"there is no relaxation script {shown(content['relaxation'])}", "relaxation")


def _worksheet(record: Record, content: dict[str, Any], rules: "KindRules", worksheets: Worksheets) -> str:
    """The slug of the step's worksheet, if its kind has one; its example goes into `content`."""
    if rules.worksheet == "none":
        return ""
    if rules.worksheet == "optional" and not record.has("worksheet"):
        if record.has("example"):
            record.fault("'example' needs 'worksheet': which form does it fill?", "example")
        record.node("worksheet")
        record.node("example")
        return ""
    slug = record.slug("worksheet")
    found = worksheets.get(slug)
    if slug and found is None:
        record.fault(f"there is no worksheet {shown(slug)}", "worksheet")
    if found and rules.wants_log is not None and found.is_log != rules.wants_log:
        record.fault(f"{shown(slug)} is {'' if found.is_log else 'not '}a log (is_log)", "worksheet")
    node = record.node("example", required=rules.needs_example)
    if node is not None:
        content["example"] = _example(Record(node, record.faults, what="example"), found)
    return slug


def _example(record: Record, worksheet: WorksheetContent | None) -> dict[str, Any]:
    name = record.text("name", longest=80)
    node = record.node("values", required=True)
    record.finish()
    if node is None:
        return {"name": name, "entries": []}
    several = isinstance(node.value, list)
    nodes = node.value if isinstance(node.value, list) else [node]
    if several and worksheet and not worksheet.is_log:
        record.fault("several entries are for a log; this worksheet is filled once", "values")
    if not 1 <= len(nodes) <= MAX_EXAMPLE_ENTRIES:
        record.fault(f"'values' must be 1 to {MAX_EXAMPLE_ENTRIES} entries", "values")
    entries = []
    for item in nodes[:MAX_EXAMPLE_ENTRIES]:
        if not isinstance(item.value, dict):
            record.faults.add(item.line, "example: 'values' must be 'field: value' lines")
        elif worksheet:
            entries.append(_checked(item, worksheet, record.faults))
    return {"name": name, "entries": entries}


def _checked(node: Node, worksheet: WorksheetContent, faults: FileFaults) -> dict[str, Any]:
    checked = check_values(worksheet.definition["fields"], plain(node))
    lines = {key: part.line for key, part in node.value.items()} if isinstance(node.value, dict) else {}
    for name, message in checked.errors.items():
        # A fault in a list is named feelings-0-name; its line is that of the list.
        faults.add(lines.get(name.partition("-")[0], node.line), f"example, {shown(name)}: {message}")
    return checked.values


@dataclass(frozen=True)
class KindRules:
    """What a kind of step has beside title, minutes, core and goals.

    `worksheet` is none, optional or required; `wants_log` None means either;
    `may_guide` that a relaxation script can be practised on it.
    """

    needs_body: bool = False
    worksheet: str = "none"
    wants_log: bool | None = None
    needs_example: bool = False
    may_guide: bool = False
    extras: tuple[Callable[[Record, dict[str, Any]], None], ...] = ()


_KINDS: Mapping[str, KindRules] = {
    "reading": KindRules(needs_body=True, may_guide=True),
    "example": KindRules(needs_body=True, worksheet="optional", needs_example=True),
    "exercise": KindRules(needs_body=True, worksheet="optional", may_guide=True, extras=(_rating,)),
    "check": KindRules(extras=(_questions,)),
    "worksheet": KindRules(worksheet="required", wants_log=False),
    "log": KindRules(worksheet="required", wants_log=True),
    "practice_plan": KindRules(worksheet="required", wants_log=False),
    "summary": KindRules(needs_body=True),
    "short_version": KindRules(needs_body=True, may_guide=True),
}
