"""worksheets/<slug>.yaml: a worksheet's definition, checked and brought to its stored form."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from programs.loading.content import WorksheetContent
from programs.loading.faults import FileFaults, shown
from programs.loading.record import NAME, Record
from programs.loading.worksheet_values import SOME_DAY, check_values
from programs.loading.yaml_nodes import Node, plain
from programs.worksheets.checks import CHECKS
from programs.worksheets.definition import AUTO, BESIDE, RELATIVE_DAY, TYPES, day_of
from programs.worksheets.derived import CALCULATIONS

MAX_FIELDS = 60
CODE = re.compile(r"[A-Z]{1,2}[0-9]{1,2}[a-z]?", re.ASCII)
OPTION = re.compile(r"[A-Za-z0-9+-][A-Za-z0-9_+-]{0,39}", re.ASCII)


def read_worksheet(node: Node, slug: str, faults: FileFaults) -> WorksheetContent:
    """The worksheet in a file called `<slug>.yaml`."""
    record = Record(node, faults, what="worksheet")
    if record.slug("slug") != slug:
        record.fault(f"'slug' must be the name of the file, {shown(slug)}", "slug")
    code = record.matching("code", CODE, "letters and a number, such as W3 or W4b", longest=6)
    title = record.text("title", longest=200)
    is_log = record.flag("is_log", default=False)
    fields = _fields(record, MAX_FIELDS, inside_list=False)
    types = {item["name"]: item["type"] for item in fields}
    definition = {
        "slug": slug,
        "code": code,
        "title": title,
        "intro": record.text("intro", required=False, longest=1000),
        "is_log": is_log,
        "fields": fields,
        "review": _known_names(record, types),
        "derived": _registered(record, "derived", CALCULATIONS, fields),
        "checks": _registered(record, "checks", CHECKS, fields),
        "log": _log(record, is_log, fields),
        "print": _print(record),
    }
    if record.has("beside"):
        definition["beside"] = record.choice("beside", BESIDE)
    record.finish()
    return WorksheetContent(slug, code, title, is_log, definition)


def _fields(record: Record, most: int, *, inside_list: bool) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = []
    for item in record.records("fields", 1, most):
        field = _field(item, inside_list)
        if field["name"] in {known["name"] for known in fields}:
            item.fault(f"the name {shown(field['name'])} is used twice", "name")
        fields.append(field)
    return fields


def _field(record: Record, inside_list: bool) -> dict[str, Any]:
    kinds = TYPES - {"list"} if inside_list else TYPES
    kind = record.choice("type", kinds)
    field: dict[str, Any] = {
        "name": record.matching("name", NAME, "small letters, digits and _, beginning with a letter"),
        "type": kind or "text",
        "label": record.text("label", longest=300),
        "hint": record.text("hint", required=False, longest=500),
        "required": record.flag("required", default=False),
        "group": record.text("group", required=False, longest=100),
    }
    if not kind:
        return field | {"max_length": 1}
    _READERS[kind](record, field)
    _auto(record, field, inside_list)
    _default(record, field, inside_list)
    record.finish()
    return field


def _text(record: Record, field: dict[str, Any]) -> None:
    field["max_length"] = record.integer("max_length", 1, 4000)
    field["lines"] = record.integer("lines", 1, 10, default=1)


def _int(record: Record, field: dict[str, Any]) -> None:
    field["min"] = record.integer("min", -1_000_000, 1_000_000)
    field["max"] = record.integer("max", -1_000_000, 1_000_000)
    field["unit"] = record.text("unit", required=False, longest=30)
    _bounds(record, field)
    _ends(record, field)


def _number(record: Record, field: dict[str, Any]) -> None:
    field["min"] = record.number("min") or 0
    field["max"] = record.number("max") or 0
    field["unit"] = record.text("unit", required=False, longest=30)
    field["decimals"] = record.integer("decimals", 0, 2, default=1)
    _bounds(record, field)


def _bounds(record: Record, field: dict[str, Any]) -> None:
    if record.has("min") and record.has("max") and field["min"] >= field["max"]:
        record.fault("'min' must be smaller than 'max'", "min")
        field["max"] = field["min"] + 1


def _ends(record: Record, field: dict[str, Any]) -> None:
    field["low"] = record.text("low", required=False, longest=80)
    field["high"] = record.text("high", required=False, longest=80)


def _options(record: Record, field: dict[str, Any]) -> None:
    options: list[dict[str, str]] = []
    for item in record.records("options", 2, 20):
        value = item.matching("value", OPTION, "letters, digits, - and _", longest=40)
        if value in {known["value"] for known in options}:
            item.fault(f"the value {shown(value)} is used twice", "value")
        options.append({"value": value, "label": item.text("label", longest=120)})
        item.finish()
    field["options"] = options


def _day_bounds(record: Record, field: dict[str, Any]) -> None:
    days = {}
    for key in ("min", "max"):
        field[key] = record.text(key, required=False, longest=20) or None
        if not field[key]:
            continue
        try:
            days[key] = day_of(field[key], SOME_DAY)
        except ValueError:
            record.fault(f"{key!r} must be a date, today, today-7d or today+14d", key)
            field[key] = None
    if len(days) == 2 and days["min"] > days["max"]:
        record.fault("'min' must not be later than 'max'", "min")


def _nothing(record: Record, field: dict[str, Any]) -> None:
    """A type without keys of its own."""


def _list(record: Record, field: dict[str, Any]) -> None:
    field["max_rows"] = record.integer("max_rows", 1, 20, default=5)
    field["min_rows"] = record.integer("min_rows", 0, 20, default=int(field["required"]))
    if field["min_rows"] > field["max_rows"]:
        record.fault("'min_rows' must not be larger than 'max_rows'", "min_rows")
    field["row_label"] = record.text("row_label", required=False, longest=60)
    field["fields"] = _fields(record, 12, inside_list=True)


_READERS = {
    "text": _text,
    "int": _int,
    "nrs": _ends,
    "pct": _ends,
    "number": _number,
    "enum": _options,
    "multi": _options,
    "date": _day_bounds,
    "time": _nothing,
    "datetime": _day_bounds,
    "bool": _nothing,
    "list": _list,
}


def _default(record: Record, field: dict[str, Any], inside_list: bool) -> None:
    node = record.node("default")
    if node is None:
        return
    if inside_list or field["type"] == "list":
        record.fault("a default is not possible in a list", "default")
        return
    value = plain(node)
    if field["type"] == "date" and isinstance(value, str) and RELATIVE_DAY.fullmatch(value):
        field["default"] = value
        return
    checked = check_values([field], {field["name"]: value})
    for message in checked.errors.values():
        record.fault(f"'default' does not fit this field: {message}", "default")
    field["default"] = checked.values.get(field["name"])


def _auto(record: Record, field: dict[str, Any], inside_list: bool) -> None:
    """Which value the platform fills in by itself, if one."""
    if not record.has("auto"):
        return
    name = record.choice("auto", AUTO)
    if name and (inside_list or field["type"] != AUTO[name]):
        record.fault(f"{name} is for a field of type {AUTO[name]} that is not in a list", "auto")
    field["auto"] = name


def _known_names(record: Record, types: dict[str, str]) -> list[str]:
    names = record.texts("review", 0, 20, longest=40)
    for name in names:
        if name not in types:
            record.fault(f"{shown(name)} is not a field of this worksheet", "review")
    return names


class _Registered(Protocol):
    @property
    def needs(self) -> Mapping[str, str]: ...


def _registered(
    record: Record, key: str, register: Mapping[str, _Registered], fields: list[dict[str, Any]]
) -> list[str]:
    """Names of registered functions, each with the fields that it reads."""
    names = record.texts(key, 0, 10, longest=40)
    types = {item["name"]: item["type"] for item in fields}
    for item in fields:
        types |= {f"{item['name']}.{part['name']}": part["type"] for part in item.get("fields", ())}
    for name in names:
        if name not in register:
            known = ", ".join(sorted(register))
            what = {"derived": "calculation", "checks": "check"}[key]
            record.fault(f"the {what} {shown(name)} is not known; there are: {known}", key)
            continue
        for needed, kind in register[name].needs.items():
            if types.get(needed) != kind:
                record.fault(f"{name} needs a field '{needed}' of type {kind}", key)
    return names


def _log(record: Record, is_log: bool, fields: list[dict[str, Any]]) -> dict[str, Any] | None:
    node = record.node("log", required=is_log)
    if node is None:
        return None
    if not is_log:
        record.fault("'log' is only for a worksheet with is_log: true", "log")
    part = Record(node, record.faults, what="log")
    days = {item["name"] for item in fields if item["type"] in {"date", "datetime"} and item["required"]}
    date_field = part.matching("date_field", NAME, "the name of a field")
    if date_field not in days:
        part.fault(f"{shown(date_field)} must be a required field of type date or datetime", "date_field")
    log: dict[str, Any] = {
        "date_field": date_field,
        "entries_per_day": part.integer("entries_per_day", 1, 48, default=8),
        "backdate_days": part.integer("backdate_days", 0, 31, default=7),
    }
    if part.has("max_entries"):
        log["max_entries"] = part.integer("max_entries", 1, 100)
    if part.has("future_days"):
        log["future_days"] = part.integer("future_days", 0, 60)
        if any(item["name"] == date_field and item.get("max") for item in fields):
            part.fault(
                "leave out 'max' of the date field, or 'future_days': they say the same", "future_days"
            )
    part.finish()
    return log


def _print(record: Record) -> dict[str, Any]:
    node = record.node("print")
    part = Record(node or Node(record.line, {}), record.faults, what="print")
    layout = {
        "layout": part.choice("layout", {"form", "table"}, default="form"),
        "orientation": part.choice("orientation", {"portrait", "landscape"}, default="portrait"),
        "blank_rows": part.integer("blank_rows", 1, 60, default=12),
    }
    part.finish()
    return layout
