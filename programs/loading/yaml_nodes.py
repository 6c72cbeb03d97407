"""YAML read into plain nodes that know their line.

The event stream of the parser is turned into nodes here instead of by PyYAML's constructor:
no aliases, no tags, no duplicate keys, bounded depth and size, and nothing that YAML 1.1
would turn into something else (`no` stays text, `07:15` is not a number).
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from programs.loading.faults import FileFaults, shown

MAX_DEPTH = 12
MAX_NODES = 20_000
MAX_TEXT = 8_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}\.[0-9]{1,10}", re.ASCII)

Scalar = str | int | float | bool | None


@dataclass
class Node:
    """A value with its line. `value` is a scalar, a list of nodes, or a dict of nodes by key.

    `written` is a scalar as it stands in the file, for a reader that wants text.
    """

    line: int
    value: "Scalar | list[Node] | dict[str, Node]"
    written: str = ""


def read_yaml(text: str, faults: FileFaults) -> Node | None:
    """The tree in `text`, or None when it cannot be read; every reason is noted in `faults`."""
    try:
        return _Builder(faults).build(text)
    except _UnreadableError as stop:
        faults.add(stop.line, stop.message)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        # At the end of the text the parser points past the last line.
        faults.add(
            min(line, text.count("\n") + 1), f"this is not valid YAML: {error.problem or 'it cannot be read'}"
        )
    except yaml.YAMLError:
        faults.add(1, "this is not valid YAML: it holds characters that are not allowed")
    return None


def plain(node: Node) -> Any:
    """The value without its lines, ready for JSON."""
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    if isinstance(node.value, dict):
        return {key: plain(item) for key, item in node.value.items()}
    return node.value


class _UnreadableError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class _Builder:
    """Builds nodes from parser events without recursion."""

    def __init__(self, faults: FileFaults) -> None:
        self.faults = faults
        self.open: list[Node] = []
        self.keys: list[tuple[str, int] | None] = []
        self.root: Node | None = None
        self.count = 0
        self.documents = 0

    def build(self, text: str) -> Node | None:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _UnreadableError(line, "a file holds one document; remove the second one")
            elif isinstance(event, yaml.AliasEvent):
                raise _UnreadableError(line, "aliases (*name) are not allowed; write the text out")
            elif isinstance(event, yaml.NodeEvent):
                self._start(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._finish()
        if self.root is None:
            self.faults.add(1, "this file is empty")
        return self.root

    def _start(self, event: yaml.NodeEvent, line: int) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise _UnreadableError(line, f"too many values in one file (at most {MAX_NODES})")
        if event.anchor:
            raise _UnreadableError(line, "anchors (&name) are not allowed; write the text out")
        if getattr(event, "tag", None):
            self.faults.add(line, "tags (!name) are not allowed")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
            return
        node = Node(line, [] if isinstance(event, yaml.SequenceStartEvent) else {})
        if len(self.open) >= MAX_DEPTH:
            raise _UnreadableError(line, f"nested too deeply (at most {MAX_DEPTH} levels)")
        self._place(node)
        self.open.append(node)
        self.keys.append(None)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if len(event.value) > MAX_TEXT:
            self.faults.add(line, f"this text is too long (at most {MAX_TEXT} characters)")
        if self.open and isinstance(self.open[-1].value, dict) and self.keys[-1] is None:
            self.keys[-1] = (event.value[:100], line)
            return
        # A plain scalar may be a number or a boolean; a quoted or folded one is always text.
        written = event.value[:MAX_TEXT]
        self._place(Node(line, _resolve(written) if event.implicit[0] else written, written))

    def _place(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1].value
        if isinstance(parent, list):
            parent.append(node)
        elif isinstance(parent, dict):
            if self.keys[-1] is None:
                raise _UnreadableError(node.line, "a name before a colon must be plain text")
            # An author looks for the name, even where its value begins on the next line.
            key, node.line = self.keys[-1]
            if key in parent:
                self.faults.add(node.line, f"{shown(key)} is given twice")
            parent[key] = node
            self.keys[-1] = None

    def _finish(self) -> None:
        self.open.pop()
        self.keys.pop()


def _resolve(text: str) -> Scalar:
    if text in {"true", "false"}:
        return text == "true"
    if text in {"", "~", "null"}:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text
