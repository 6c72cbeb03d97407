"""Values of a filled worksheet: what is encrypted, what is offered, and the way back to raw input."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from programs.worksheets.definition import Definition, Field, day_of, read_definition
from programs.worksheets.parse import Raw, raw_list, raw_text, row_indexes

Values = Mapping[str, Any]


def split_text(
    definition: Mapping[str, Any] | Definition, values: Values
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part values into those stored in the open and those stored encrypted.

    Free text, and any list with free text in its rows, is encrypted whole. A name that the
    definition does not know counts as text: what is not understood is not left in the open.
    """
    known = {spec.name for spec in read_definition(definition).fields if not spec.holds_text}
    open_values = {name: value for name, value in values.items() if name in known}
    texts = {name: value for name, value in values.items() if name not in known}
    return open_values, texts


def merge(open_values: Values, texts: Values) -> dict[str, Any]:
    """Undo `split_text`."""
    return {**open_values, **texts}


def initial(definition: Mapping[str, Any] | Definition, *, today: dt.date) -> dict[str, Any]:
    """What a new, empty form is offered filled in with."""
    found: dict[str, Any] = {}
    for spec in read_definition(definition).fields:
        if spec.default is None:
            continue
        is_day = spec.type == "date" and isinstance(spec.default, str)
        found[spec.name] = day_of(spec.default, today).isoformat() if is_day else spec.default
    return found


def to_raw(definition: Mapping[str, Any] | Definition, values: Raw) -> dict[str, str | list[str]]:
    """Values as they would be typed, by input name. Raw input comes back as it is.

    So a form can be shown again from values (an entry to be corrected), from a post with
    faults, or from a half-typed draft alike.
    """
    raw: dict[str, str | list[str]] = {}
    for spec in read_definition(definition).fields:
        if spec.type == "list":
            _list_to_raw(spec, values, raw)
        else:
            _one_to_raw(spec, spec.name, spec.name, values, raw)
    return raw


def _list_to_raw(spec: Field, values: Raw, raw: dict[str, str | list[str]]) -> None:
    rows = values.get(spec.name)
    if isinstance(rows, list):
        for index, row in enumerate(item for item in rows if isinstance(item, Mapping)):
            for part in spec.fields:
                _one_to_raw(part, part.name, f"{spec.name}-{index}-{part.name}", row, raw)
    for index in row_indexes(spec, values):
        for part in spec.fields:
            key = f"{spec.name}-{index}-{part.name}"
            _one_to_raw(part, key, key, values, raw)


def _one_to_raw(spec: Field, source: str, key: str, values: Raw, raw: dict[str, str | list[str]]) -> None:
    if source not in values:
        return
    raw[key] = raw_list(values, source) if spec.type == "multi" else raw_text(values, source)
