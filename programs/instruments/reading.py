"""An instrument's file, checked: every fault is noted, and what is whole comes to its stored form.

The format: docs/instrument-packs.md.
"""

import re
from typing import Any

from programs.instruments.definition import KINDS
from programs.instruments.reading_codes import loinc
from programs.instruments.reading_scales import read_scales
from programs.loading.faults import FileFaults, shown
from programs.loading.record import Record
from programs.loading.yaml_nodes import Node

FORMAT = 1
MAX_ITEMS, MAX_OPTIONS = 60, 20
LARGEST = 1000
CODE = re.compile(r"[a-z][a-z0-9]{0,15}", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?", re.ASCII)
# Pain that a permission is limited to.
ONLY_FOR = frozenset({"back-pain"})
# Names that the forms use for something else.
RESERVED = frozenset({"none", "decline", "csrfmiddlewaretoken"})


def read_file(node: Node, faults: FileFaults, *, is_builtin: bool) -> dict[str, Any]:
    """The stored form of a definition. Only of use when no fault was noted."""
    record = Record(node, faults, what="instrument")
    record.integer("format", FORMAT, FORMAT)
    common = _options(record) if record.has("options") else []
    record.node("options")
    items = _items(record, common)
    is_computed = record.flag("computed", default=False)
    definition = {
        "slug": record.slug("slug")[:40],
        "language": record.matching("language", LANGUAGE, "such as en or pt-br"),
        "title": record.text("title", longest=200),
        "short_title": record.text("short_title", longest=40),
        "is_own": record.flag("own", default=False),
        "is_builtin": is_builtin,
        "is_computed": is_computed,
        "only_for": record.choice("only_for", ONLY_FOR) if record.node("only_for") else "",
        "instructions": record.text("instructions", required=False, longest=1000),
        "stem": record.text("stem", required=False, longest=500),
        "recall": record.text("recall", required=False, longest=100),
        "minutes": _minutes(record),
        "none_label": record.text("none_label", required=False, longest=200),
        "licence": record.text("licence", longest=1000),
        "source": record.text("source", longest=1000),
        "loinc": loinc(record),
        "items": items,
    }
    _hold_list(record, definition)
    definition["scales"] = read_scales(record, items)
    record.finish()
    return definition


def _minutes(record: Record) -> str:
    minutes = record.number("minutes")
    if minutes is not None and not 0 < minutes <= 60:
        record.fault("'minutes' must be above 0 and at most 60", "minutes")
    return str(minutes)


def _hold_list(record: Record, definition: dict[str, Any]) -> None:
    """An untouched list must be told from one on which nothing applies."""
    has_list = any(item["kind"] == "tick" for item in definition["items"])
    if has_list and not definition["none_label"]:
        record.fault("a list to tick needs 'none_label', the words for 'nothing on it applies'")
    if definition["none_label"] and not has_list:
        record.fault("'none_label' is for a list to tick; there is none", "none_label")


def _options(record: Record) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = []
    for part in record.records("options", 2, MAX_OPTIONS):
        option = {
            "value": part.integer("value", -LARGEST, LARGEST),
            "text": part.text("text", longest=300),
            "loinc": loinc(part),
            "is_exclusive": part.flag("exclusive", default=False),
        }
        if option["value"] in {known["value"] for known in options}:
            part.fault(f"the value {option['value']} is used twice", "value")
        if option["text"] in {known["text"] for known in options}:
            part.fault(f"the text {shown(option['text'])} is used twice", "text")
        options.append(option)
        part.finish()
    return options


def _items(record: Record, common: list[dict[str, Any]]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for part in record.records("items", 1, MAX_ITEMS):
        item = _item(part, common, items)
        if {*_codes(item)} & {code for known in items for code in _codes(known)}:
            part.fault(f"the code {shown(item['code'])} is used twice", "code")
        items.append(item)
        part.finish()
    return items


def _item(part: Record, common: list[dict[str, Any]], before: list[dict[str, Any]]) -> dict[str, Any]:
    kind = part.choice("kind", KINDS) or "text"
    code = part.matching("code", CODE, "a small letter, then small letters and digits, at most 16")
    if code in RESERVED:
        part.fault(f"the code {shown(code)} is taken; choose another", "code")
    item = {
        "code": code,
        "text": part.text("text", longest=500),
        "kind": kind,
        "optional": part.flag("optional", default=kind == "text"),
        "may_decline": part.flag("may_decline", default=False),
        "hint": part.text("hint", required=False, longest=500),
        "loinc": loinc(part),
        "options": [],
    }
    _KINDS[kind](part, item, common)
    item["flag_from"] = _flag_from(part, item)
    item["show_if"] = _show_if(part, before)
    return item


def _choice(part: Record, item: dict[str, Any], common: list[dict[str, Any]]) -> None:
    item["options"] = _options(part) if part.has("options") else common
    part.node("options")
    if not item["options"]:
        part.fault("a choice needs 'options', here or for the whole instrument")
    values = [option["value"] for option in item["options"]] or [0]
    item["minimum"], item["maximum"] = min(values), max(values)
    if item["kind"] == "choice" and any(option["is_exclusive"] for option in item["options"]):
        part.fault("'exclusive' is for an option of a multi", "options")


def _multi(part: Record, item: dict[str, Any], common: list[dict[str, Any]]) -> None:
    _choice(part, item, common)
    if any(option["value"] < 0 for option in item["options"]):
        part.fault("the values of a multi must not be below 0", "options")
    if item["may_decline"]:
        part.fault("a multi cannot be declined; give it an exclusive option instead", "may_decline")
    item["minimum"], item["maximum"] = 0, 1


def _ruler(part: Record, item: dict[str, Any], _common: list[dict[str, Any]]) -> None:
    """A row of numbers, 0 to 10 unless told otherwise."""
    item["minimum"] = part.integer("minimum", -10, 9, default=0)
    item["maximum"] = part.integer("maximum", 1, 10, default=10)
    item["low_label"] = part.text("low_label", longest=120)
    item["high_label"] = part.text("high_label", longest=120)
    _hold_bounds(part, item)


def _number(part: Record, item: dict[str, Any], _common: list[dict[str, Any]]) -> None:
    item["minimum"] = part.integer("minimum", -LARGEST, LARGEST)
    item["maximum"] = part.integer("maximum", -LARGEST, LARGEST)
    _hold_bounds(part, item)


def _hold_bounds(part: Record, item: dict[str, Any]) -> None:
    if item["minimum"] >= item["maximum"]:
        part.fault("'minimum' must be smaller than 'maximum'", "minimum")


def _tick(part: Record, item: dict[str, Any], _common: list[dict[str, Any]]) -> None:
    item["minimum"], item["maximum"] = 0, 1
    if item["may_decline"]:
        part.fault("a tick cannot be declined", "may_decline")


def _text(part: Record, item: dict[str, Any], _common: list[dict[str, Any]]) -> None:
    item["longest"] = part.integer("longest", 1, 4000, default=1000)
    if item["may_decline"]:
        part.fault("a text cannot be declined; make it optional", "may_decline")


_KINDS = {"choice": _choice, "multi": _multi, "nrs": _ruler, "number": _number, "tick": _tick, "text": _text}


def _codes(item: dict[str, Any]) -> list[str]:
    if item["kind"] == "multi":
        return [f"{item['code']}_{option['value']}" for option in item["options"]]
    return [item["code"]]


def _flag_from(part: Record, item: dict[str, Any]) -> int | None:
    if part.node("flag_from") is None:
        return None
    least = part.integer("flag_from", -LARGEST, LARGEST)
    if item["kind"] in {"text", "multi"} or not item["minimum"] <= least <= item["maximum"]:
        part.fault("'flag_from' must be one of the item's own numbers", "flag_from")
        return None
    return least


def _show_if(part: Record, before: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Shown when any of some earlier items was answered from `low` to `high`."""
    node = part.node("show_if")
    if node is None:
        return None
    rule = Record(node, part.faults, what=f"{part.what}, show_if")
    items = rule.texts("items", 1, MAX_ITEMS, longest=40)
    numbers = {code: item for item in before for code in _codes(item) if item["kind"] != "text"}
    for code in items:
        if code not in numbers:
            rule.fault(f"{shown(code)} is no earlier item that is answered by a number", "items")
    known = [numbers[code] for code in items if code in numbers]
    low = rule.integer("low", -LARGEST, LARGEST)
    high = rule.integer("high", -LARGEST, LARGEST, default=LARGEST)
    if known and not any(low <= item["maximum"] and high >= item["minimum"] for item in known):
        rule.fault("no answer to these items lies between 'low' and 'high'", "low")
    rule.finish()
    return {"items": items, "low": low, "high": high}
