"""Reading a mapping key by key: each reader notes its faults and returns something harmless."""

import datetime as dt
import re
from collections.abc import Collection, Iterator

from programs.loading.faults import FileFaults, shown
from programs.loading.yaml_nodes import Node

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Record:
    """A mapping under examination. `finish()` notes the keys that nobody asked for."""

    def __init__(self, node: Node, faults: FileFaults, *, what: str) -> None:
        self.line = node.line
        self.faults = faults
        self.what = what
        self.nodes: dict[str, Node] = {}
        self.asked: set[str] = set()
        if isinstance(node.value, dict):
            self.nodes = node.value
        else:
            faults.add(node.line, f"{what}: expected 'name: value' lines, found {_kind(node)}")

    def fault(self, message: str, key: str = "") -> None:
        """Note a fault, at the line of a key where there is one."""
        node = self.nodes.get(key)
        self.faults.add(node.line if node else self.line, f"{self.what}: {message}")

    def has(self, key: str) -> bool:
        return key in self.nodes and self.nodes[key].value is not None

    def node(self, key: str, *, required: bool = False) -> Node | None:
        self.asked.add(key)
        if self.has(key):
            return self.nodes[key]
        if required:
            self.fault(f"'{key}' is missing", key)
        return None

    def text(self, key: str, *, required: bool = True, longest: int = 300) -> str:
        """Plain text, stripped; numbers are taken as they are written."""
        node = self.node(key, required=required)
        if node is None:
            return ""
        if isinstance(node.value, bool) or not isinstance(node.value, str | int | float):
            self.fault(f"'{key}' must be text, found {_kind(node)}; put it in quotes", key)
            return ""
        value = node.written.strip()
        if required and not value:
            self.fault(f"'{key}' is empty", key)
        if len(value) > longest:
            self.fault(f"'{key}' is too long ({len(value)} characters, at most {longest})", key)
        return value[:longest]

    def matching(self, key: str, pattern: re.Pattern[str], hint: str, *, longest: int = 60) -> str:
        value = self.text(key, longest=longest)
        if value and not pattern.fullmatch(value):
            self.fault(f"'{key}' {shown(value)} must be {hint}", key)
        return value

    def slug(self, key: str) -> str:
        return self.matching(key, SLUG, "small letters, digits and single hyphens")

    def integer(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        """A whole number within bounds; required when there is no default."""
        node = self.node(key, required=default is None)
        fallback = low if default is None else default
        if node is None:
            return fallback
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.fault(f"'{key}' must be a whole number, found {_kind(node)}", key)
            return fallback
        if not low <= node.value <= high:
            self.fault(f"'{key}' is {node.value}, it must be from {low} to {high}", key)
            return fallback
        return node.value

    def number(self, key: str) -> float | None:
        """A number of any sign within reason, or None with a fault."""
        node = self.node(key, required=True)
        if node is None:
            return None
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.fault(f"'{key}' must be a number, found {_kind(node)}", key)
            return None
        if abs(node.value) > 1_000_000:
            self.fault(f"'{key}' is out of reach (at most 1,000,000)", key)
            return None
        return node.value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        node = self.node(key, required=default is None)
        if node is None:
            return bool(default)
        if not isinstance(node.value, bool):
            self.fault(f"'{key}' must be true or false, found {_kind(node)}", key)
            return bool(default)
        return node.value

    def choice(self, key: str, allowed: Collection[str], *, default: str = "") -> str:
        """One of the allowed words; required when there is no default."""
        value = self.text(key, required=not default)
        if not value:
            return default
        if value not in allowed:
            self.fault(f"'{key}' is {shown(value)}, it must be one of: {', '.join(sorted(allowed))}", key)
            return default
        return value

    def date(self, key: str) -> str:
        value = self.text(key)
        if value and not is_date(value):
            self.fault(f"'{key}' {shown(value)} is not a date like 2026-01-31", key)
        return value

    def items(self, key: str, low: int, high: int) -> list[Node]:
        """The items of a list whose length is within bounds."""
        node = self.node(key, required=low > 0)
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.fault(f"'{key}' must be a list, found {_kind(node)}", key)
            return []
        if not low <= len(node.value) <= high:
            self.fault(f"'{key}' has {len(node.value)} items, it must have {low} to {high}", key)
        return node.value[:high]

    def texts(self, key: str, low: int, high: int, *, longest: int = 300) -> list[str]:
        found: list[str] = []
        for item in self.items(key, low, high):
            part = Record(Node(item.line, {key: item}), self.faults, what=self.what)
            found.append(part.text(key, longest=longest))
        return found

    def records(self, key: str, low: int, high: int) -> Iterator["Record"]:
        for number, item in enumerate(self.items(key, low, high), start=1):
            yield Record(item, self.faults, what=f"{self.what}, {key} {number}")

    def finish(self) -> None:
        """Note keys that nobody asked for: mostly slips of spelling."""
        for key in self.nodes.keys() - self.asked:
            self.fault(f"'{shown(key)[1:-1]}' is not known here", key)


def is_date(text: str) -> bool:
    """Whether the text is a day of the calendar, written 2026-01-31."""
    if not DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _kind(node: Node) -> str:
    if isinstance(node.value, dict):
        return "'name: value' lines"
    if isinstance(node.value, list):
        return "a list"
    return "nothing" if node.value is None else shown(node.value)
