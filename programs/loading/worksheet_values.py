"""Values that an author gives for a worksheet (defaults, worked examples), held against its fields."""

import datetime as dt
from typing import Any

from programs.worksheets.definition import FIXED_BOUNDS, RELATIVE_DAY, read_definition
from programs.worksheets.parse import Parsed, parse
from programs.worksheets.values import to_raw

# Any day will do: bounds that count from today are not applied to what an author wrote.
SOME_DAY = dt.date(2026, 1, 15)


def check_values(fields: list[dict[str, Any]], values: dict[str, Any]) -> Parsed:
    """The values in their stored form, and what is wrong with the others. Required fields may be empty.

    When a field itself is at fault nothing is checked: that has been noted already.
    """
    if not all(_is_sound(field) for field in fields):
        return Parsed()
    known = {field["name"]: field for field in fields}
    misshapen = {
        name: f"a {known[name]['type']} cannot be written like this"
        for name, value in values.items()
        if name in known and not _fits(known[name], value)
    }
    unknown = {name: "the worksheet has no such field" for name in values if name not in known}
    definition = read_definition(
        {"slug": "", "code": "", "title": "", "fields": [_without_relative_days(field) for field in fields]}
    )
    sound = {name: value for name, value in values.items() if name not in misshapen}
    parsed = parse(definition, to_raw(definition, sound), today=SOME_DAY, partial=True)
    return Parsed(parsed.values, unknown | misshapen | parsed.errors)


def _is_sound(field: dict[str, Any]) -> bool:
    """Whether a field has what its type needs."""
    if field["type"] in {"int", "number"}:
        return field["type"] in FIXED_BOUNDS or "min" in field
    if field["type"] in {"enum", "multi"}:
        return "options" in field
    return all(_is_sound(part) for part in field.get("fields", ()))


def _fits(field: dict[str, Any], value: Any) -> bool:
    """Whether the value has the shape that the field's type asks for."""
    if field["type"] == "multi":
        return isinstance(value, list) and all(isinstance(item, str | int) for item in value)
    if field["type"] == "bool":
        return isinstance(value, bool)
    if field["type"] != "list":
        return not isinstance(value, list | dict | bool)
    parts = {part["name"]: part for part in field["fields"]}
    return isinstance(value, list) and all(
        isinstance(row, dict) and all(name in parts and _fits(parts[name], row[name]) for name in row)
        for row in value
    )


def _without_relative_days(field: dict[str, Any]) -> dict[str, Any]:
    changed = dict(field)
    if field["type"] in {"date", "datetime"}:
        for key in ("min", "max"):
            if RELATIVE_DAY.fullmatch(field[key] or ""):
                changed[key] = None
    if "fields" in field:
        changed["fields"] = [_without_relative_days(part) for part in field["fields"]]
    return changed
