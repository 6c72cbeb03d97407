"""Two texts of a programme compared: what was added, removed, moved and changed, in words and sentences.

Pure functions of `ProgrammeContent`, so that files and loaded versions are compared alike. Things are
matched by slug (fields by name), as an enrolment that moves to a newer version is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from html import unescape
from typing import Any

from programs.loading.content import ModuleContent, ProgrammeContent, StepContent, WorksheetContent

_TAG = re.compile(r"<[^>]+>")
_BLOCK = re.compile(r"</(?:p|li|h2|h3|tr|blockquote|div)>|<br>")
_SENTENCE = re.compile(r"(?<=[.!?…:])[\"”’)]*\s+")
# Of a long list a reader needs to know that it is long.
LONGEST = 240


@dataclass(frozen=True)
class Difference:
    """One difference: `sign` is + added, - removed, ~ changed or > moved; `depth` says what it belongs to."""

    sign: str
    what: str
    depth: int = 0

    def __str__(self) -> str:
        return f"{'    ' * self.depth}{self.sign} {self.what}"


def compare(old: ProgrammeContent, new: ProgrammeContent) -> list[Difference]:
    """Every difference from `old` to `new`, in the order of the new text; empty when there is none."""
    found = list(_values("", _plain(old, "title", "summary"), _plain(new, "title", "summary"), 0))
    for name in ("modules", "worksheets", "resources", "relaxation"):
        differ = _DIFFERS[name]
        kind = _NAMES[name]
        found += _matched(
            getattr(old, name), getattr(new, name), kind, differ, 0, is_ordered=name == "modules"
        )
    return found


def _matched(
    old: Sequence[Any],
    new: Sequence[Any],
    kind: str,
    differ: "Differ",
    depth: int,
    *,
    is_ordered: bool = False,
) -> Iterator[Difference]:
    """Items by slug. Moved is what stands at another place among those that both texts have."""
    before, after = ({item.slug: item for item in items} for items in (old, new))
    moved = _moved([slug for slug in before if slug in after], [slug for slug in after if slug in before])
    for slug, item in after.items():
        if slug not in before:
            yield Difference("+", f"{kind} {slug}: {item.title}", depth)
            continue
        inside = list(differ(before[slug], item, depth + 1))
        if is_ordered and slug in moved:
            places = f"{before[slug].number} to {item.number}"
            yield Difference(">", f"{kind} {slug}: moved from place {places}", depth)
        if inside:
            yield Difference("~", f"{kind} {slug}: {item.title}", depth)
            yield from inside
    for slug, item in before.items():
        if slug not in after:
            yield Difference("-", f"{kind} {slug}: {item.title}", depth)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest names whose moving turns one order into the other."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    kept = {before[block.a + at] for block in matcher.get_matching_blocks() for at in range(block.size)}
    return set(after) - kept


def _module(old: ModuleContent, new: ModuleContent, depth: int) -> Iterator[Difference]:
    yield from _values(
        "",
        _plain(old, "title", "summary", "is_outline"),
        _plain(new, "title", "summary", "is_outline"),
        depth,
    )
    yield from _values("", old.details, new.details, depth)
    yield from _matched(_in_order(old), _in_order(new), "step", _step, depth, is_ordered=True)


def _in_order(module: ModuleContent) -> list[StepContent]:
    """Steps as they are read, the short version last, however they were found."""
    return sorted(module.steps, key=lambda step: (not step.number, step.number))


def _step(old: StepContent, new: StepContent, depth: int) -> Iterator[Difference]:
    names = ("title", "kind", "minutes", "is_core", "worksheet")
    yield from _values("", _plain(old, *names), _plain(new, *names), depth)
    yield from _sentences(old.body_html, new.body_html, depth)
    yield from _values("", old.content, new.content, depth)


def _worksheet(old: WorksheetContent, new: WorksheetContent, depth: int) -> Iterator[Difference]:
    rest = [{k: v for k, v in one.definition.items() if k not in {"fields", "slug"}} for one in (old, new)]
    yield from _values("", rest[0], rest[1], depth)
    yield from _fields(old.definition["fields"], new.definition["fields"], depth)


def _fields(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], depth: int
) -> Iterator[Difference]:
    before, after = ({field["name"]: field for field in fields} for fields in (old, new))
    moved = _moved([name for name in before if name in after], [name for name in after if name in before])
    for name, field in after.items():
        if name not in before:
            yield Difference("+", f"field {name}: {field['label']}", depth)
            continue
        if name in moved:
            yield Difference(">", f"field {name}: moved", depth)
        yield from _field(before[name], field, depth)
    for name in before.keys() - after.keys():
        yield Difference("-", f"field {name}: {before[name]['label']}", depth)


def _field(old: Mapping[str, Any], new: Mapping[str, Any], depth: int) -> Iterator[Difference]:
    rest = [{k: v for k, v in one.items() if k != "fields"} for one in (old, new)]
    inside = list(_values("", rest[0], rest[1], depth + 1))
    inside += _fields(old.get("fields", ()), new.get("fields", ()), depth + 1)
    if inside:
        yield Difference("~", f"field {new['name']}: {new['label']}", depth)
        yield from inside


def _page(old: Any, new: Any, depth: int) -> Iterator[Difference]:
    """An extra page or a script: its head by name, its text by sentence."""
    before, after = asdict(old), asdict(new)
    texts = [(one.pop("body_html", None), one.pop("parts", None)) for one in (before, after)]
    yield from _values("", before, after, depth)
    (old_body, old_parts), (new_body, new_parts) = texts
    yield from _sentences(old_body or _spoken(old_parts), new_body or _spoken(new_parts), depth)


def _spoken(parts: Sequence[Mapping[str, Any]] | None) -> str:
    return "".join(part.get("body_html") or f"<p>[pause {part['pause']}]</p>" for part in parts or ())


def _sentences(old: str, new: str, depth: int) -> Iterator[Difference]:
    before, after = sentences(old), sentences(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield from (Difference("-", f'"{_short(text)}"', depth) for text in before[a:b])
            yield from (Difference("+", f'"{_short(text)}"', depth) for text in after[c:d])


def sentences(html: str) -> list[str]:
    """The sentences of a rendered text, without its tags; items and headings count as one each."""
    text = unescape(_TAG.sub("", _BLOCK.sub("\n", html)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return [part for line in lines for part in _SENTENCE.split(line) if part]


def _values(path: str, old: Any, new: Any, depth: int) -> Iterator[Difference]:
    """Plain values: what differs, named by its way down to it (`homework 2, title`)."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _values(f"{path}, {key}" if path else str(key), old.get(key), new.get(key), depth)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        for at in range(max(len(old), len(new))):
            one, other = (items[at] if at < len(items) else None for items in (old, new))
            yield from _values(f"{path} {at + 1}", one, other, depth)
    elif old is None or old == "":
        yield Difference("+", f"{path}: {_shown(new)}", depth)
    elif new is None or new == "":
        yield Difference("-", f"{path}: {_shown(old)}", depth)
    else:
        yield Difference("~", f"{path}: {_shown(old)} -> {_shown(new)}", depth)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_shown(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item) for item in value)
    return f'"{_short(value)}"' if isinstance(value, str) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _plain(item: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


Differ = Callable[[Any, Any, int], Iterator[Difference]]
_DIFFERS: dict[str, Differ] = {
    "modules": _module,
    "worksheets": _worksheet,
    "resources": _page,
    "relaxation": _page,
}
_NAMES = {
    "modules": "module",
    "worksheets": "worksheet",
    "resources": "resource",
    "relaxation": "relaxation",
}
