"""A worksheet described for a template: inputs to fill, or answers to read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from programs.worksheets.definition import Definition, Field, read_definition
from programs.worksheets.parse import Raw, row_indexes
from programs.worksheets.values import to_raw

Errors = Mapping[str, str]
_INPUTS = {
    "int": "number",
    "number": "number",
    "pct": "number",
    "nrs": "scale",
    "multi": "checkboxes",
    "date": "date",
    "time": "time",
    "datetime": "datetime-local",
    "bool": "checkbox",
    "list": "list",
}
# Above this many answers a closed list is easier to use than a row of radio buttons.
MAX_RADIOS = 5


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_selected: bool


@dataclass(frozen=True)
class Row:
    """One row of a list. `number` counts from 1 for people, `index` is in the input names."""

    index: int | str
    number: int
    label: str
    fields: "tuple[FormField, ...]"


@dataclass(frozen=True)
class FormField:
    """One input with everything that a template says about it.

    `input` is text, textarea, number, scale (a few whole numbers), radio, select, checkbox, checkboxes, date,
    time, datetime-local, list, or given: then `value` is not typed, it is said in the words `shown`.
    `name` is the input's name, `key` the field's name in the
    definition. `min` and `max` of dates are left to the parser.
    """

    name: str
    key: str
    type: str
    input: str
    label: str
    hint: str = ""
    required: bool = False
    value: str = ""
    error: str = ""
    group: str = ""
    choices: tuple[Choice, ...] = ()
    min: str = ""
    max: str = ""
    step: str = ""
    unit: str = ""
    low: str = ""
    high: str = ""
    max_length: int = 0
    lines: int = 1
    rows: tuple[Row, ...] = ()
    empty_row: Row | None = None
    max_rows: int = 0
    described_by: str = field(default="")
    shown: str = ""

    @property
    def id(self) -> str:
        return f"id-{self.name}"

    @property
    def hint_id(self) -> str:
        return f"{self.id}-hint"

    @property
    def error_id(self) -> str:
        return f"{self.id}-error"

    @property
    def is_checked(self) -> bool:
        return self.type == "bool" and self.value == "true"


def fields_for(
    definition: Mapping[str, Any] | Definition,
    values: Raw,
    errors: Errors | None = None,
    *,
    blank_rows: int = 1,
) -> list[FormField]:
    """The inputs of a worksheet in order, filled from values, a post or a raw draft.

    Lists show the rows that are filled and `blank_rows` more, within their limits, so that
    they can be filled without scripts; `empty_row` is a pattern for adding rows with one, with
    `__row__` in place of the index.
    """
    spec = read_definition(definition)
    raw = to_raw(spec, values)
    faults = errors or {}
    return [
        _list(item, raw, faults, blank_rows) if item.type == "list" else _input(item, item.name, raw, faults)
        for item in spec.fields
    ]


def _list(spec: Field, raw: Mapping[str, str | list[str]], errors: Errors, blank_rows: int) -> FormField:
    indexes: list[int] = row_indexes(spec, raw)
    wanted = min(spec.max_rows, max(spec.min_rows, len(indexes) + blank_rows))
    following = indexes[-1] + 1 if indexes else 0
    indexes += range(following, following + wanted - len(indexes))
    rows = tuple(_row(spec, index, number, raw, errors) for number, index in enumerate(indexes, start=1))
    return FormField(
        **_common(spec, spec.name, errors),
        input="list",
        rows=rows,
        empty_row=_row(spec, "__row__", 0, {}, {}),
        max_rows=spec.max_rows,
    )


def _row(
    spec: Field, index: int | str, number: int, raw: Mapping[str, str | list[str]], errors: Errors
) -> Row:
    fields = tuple(_input(part, f"{spec.name}-{index}-{part.name}", raw, errors) for part in spec.fields)
    return Row(index, number, spec.row_label or spec.label, fields)


def _common(spec: Field, name: str, errors: Errors) -> dict[str, Any]:
    error = errors.get(name, "")
    ids = [f"id-{name}-hint"] * bool(spec.hint) + [f"id-{name}-error"] * bool(error)
    return {
        "name": name,
        "key": spec.name,
        "type": spec.type,
        "label": spec.label,
        "hint": spec.hint,
        "required": spec.required,
        "error": error,
        "group": spec.group,
        "described_by": " ".join(ids),
    }


def _input(spec: Field, name: str, raw: Mapping[str, str | list[str]], errors: Errors) -> FormField:
    typed = raw.get(name, "")
    chosen = typed if isinstance(typed, list) else [typed]
    numeric = spec.type in {"int", "nrs", "pct", "number"}
    return FormField(
        **_common(spec, name, errors),
        input=_input_kind(spec),
        value=chosen[-1] if chosen else "",
        choices=_choices(spec, chosen),
        min=f"{spec.minimum:g}" if numeric else "",
        max=f"{spec.maximum:g}" if numeric else "",
        step=("1" if spec.type != "number" else f"{10**-spec.decimals:g}") if numeric else "",
        unit="%" if spec.type == "pct" else spec.unit,
        low=spec.low,
        high=spec.high,
        max_length=spec.max_length,
        lines=spec.lines,
    )


def _input_kind(spec: Field) -> str:
    if spec.type == "text":
        return "textarea" if spec.lines > 1 else "text"
    if spec.type == "enum":
        return "radio" if len(spec.options) <= MAX_RADIOS else "select"
    return "scale" if _is_scale(spec) else _INPUTS[spec.type]


def _is_scale(spec: Field) -> bool:
    """A 0-10 rating, or a short range of whole numbers whose two ends have names, such as 1-5."""
    has_ends = spec.type == "int" and bool(spec.low and spec.high)
    return spec.type == "nrs" or (has_ends and spec.maximum - spec.minimum <= 10)


def _choices(spec: Field, chosen: list[str]) -> tuple[Choice, ...]:
    if _is_scale(spec):
        scores = (str(score) for score in range(spec.minimum, spec.maximum + 1))
        return tuple(Choice(score, score, score in chosen) for score in scores)
    return tuple(Choice(item.value, item.label, item.value in chosen) for item in spec.options)


@dataclass(frozen=True)
class Answer:
    """One answer to read: what was asked and what was said, in words.

    `leads` marks the fields that a reader should see first. `rows` holds the answers inside a
    list, row by row; `text` then says them in one line each.
    """

    name: str
    label: str
    type: str
    text: str
    group: str = ""
    leads: bool = False
    rows: "tuple[tuple[Answer, ...], ...]" = ()

    @property
    def is_empty(self) -> bool:
        return not self.text


def answers_for(definition: Mapping[str, Any] | Definition, values: Mapping[str, Any]) -> list[Answer]:
    """Every answer of an entry in the order of the form; unanswered ones have no text."""
    spec = read_definition(definition)
    return [_answer(item, values.get(item.name), item.name in spec.review) for item in spec.fields]


def _answer(spec: Field, value: Any, leads: bool) -> Answer:
    if spec.type != "list":
        return Answer(spec.name, spec.label, spec.type, in_words(spec, value), spec.group, leads)
    rows = tuple(
        tuple(_answer(part, row.get(part.name), False) for part in spec.fields) for row in value or ()
    )
    lines = [", ".join(answer.text for answer in row if answer.text) for row in rows]
    return Answer(spec.name, spec.label, spec.type, "\n".join(lines), spec.group, leads, rows)


def in_words(spec: Field, value: Any) -> str:
    """One value as a reader wants it: labels for options, dates in the reader's language."""
    if value is None or value == "":
        return ""
    if spec.type == "bool":
        return _("Yes") if value else _("No")
    if spec.type == "multi":
        return ", ".join(spec.option_label(item) for item in value)
    if spec.type == "enum":
        return spec.option_label(str(value))
    if spec.type == "date":
        return date_format(dt.date.fromisoformat(value))
    if spec.type == "datetime":
        moment = parse_datetime(value)
        return date_format(moment, "DATETIME_FORMAT") if moment else str(value)
    return _number_in_words(spec, value)


def _number_in_words(spec: Field, value: Any) -> str:
    if spec.type == "nrs":
        return _("%(score)s of 10") % {"score": value}
    if spec.type == "pct":
        return f"{value}%"
    return f"{value} {spec.unit}".strip()
