"""From what somebody typed to values, with an error in plain words beside each field that is wrong.

Pure functions: no database, no clock. Raw input is a form post or the JSON of a draft; its names
are those of the inputs, `pain` or, in the first row of a list, `feelings-0-name`.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.worksheets.checks import CHECKS
from programs.worksheets.definition import Definition, Field, day_of, read_definition

Raw = Mapping[str, object]
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,9}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?", re.ASCII)
# What PostgreSQL cannot store, or what no keyboard types: control characters and lone surrogates.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Parsed:
    """The outcome: `values` of the fields that are right, `errors` by input name."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        return not self.errors


class _WrongError(Exception):
    """What was typed cannot be a value; the message is for the person who typed it."""


def parse(
    definition: Mapping[str, Any] | Definition, raw: Raw, *, today: dt.date, partial: bool = False
) -> Parsed:
    """Check a filling of a worksheet.

    `today` is the date where the person is; relative bounds count from it. `partial` lets
    required fields be empty, and leaves out the checks across fields. Empty optional fields are
    left out of the values; a tick box is always true or false. Never raises, whatever is in `raw`.
    """
    parsed = Parsed()
    known = read_definition(definition)
    for spec in known.fields:
        if spec.type == "list":
            _parse_list(spec, raw, parsed, today, partial)
        else:
            _parse_one(spec, spec.name, raw, parsed.values, parsed.errors, today, partial)
    if not partial:
        _check(known, raw, parsed, today)
    return parsed


def _check(definition: Definition, raw: Raw, parsed: Parsed, today: dt.date) -> None:
    """Run the checks whose fields are right as they stand; of several faults of a field the first counts."""
    wrong = {key.partition("-")[0] for key in parsed.errors}
    for name in definition.checks:
        check = CHECKS[name]
        if wrong.isdisjoint(needed.partition(".")[0] for needed in check.needs):
            for key, message in check.function(parsed.values, today):
                parsed.errors.setdefault(_input_name(definition, raw, key), message)


def _input_name(definition: Definition, raw: Raw, key: str) -> str:
    """The input behind a fault: rows that were left empty have no place among the values."""
    name, _dash, rest = key.partition("-")
    spec = definition.field(name)
    if spec is None or spec.type != "list" or not rest:
        return key
    place, _dash, part = rest.partition("-")
    return f"{name}-{_filled_rows(spec, raw)[int(place)]}-{part}"


def _parse_one(
    spec: Field,
    key: str,
    raw: Raw,
    values: dict[str, Any],
    errors: dict[str, str],
    today: dt.date,
    partial: bool,
) -> None:
    try:
        value = _multi(spec, raw_list(raw, key)) if spec.type == "multi" else _single(spec, raw, key, today)
        if _is_missing(spec, value):
            if spec.required and not partial:
                raise _WrongError(_missing(spec))
            if spec.type != "bool":
                return
        values[spec.name] = value
    except _WrongError as wrong:
        errors[key] = str(wrong)


def _single(spec: Field, raw: Raw, key: str, today: dt.date) -> Any:
    text = raw_text(raw, key)
    if spec.type == "bool":
        return text.strip().lower() in {"true", "on", "1", "yes"}
    return _READERS[spec.type](spec, text, today) if text.strip() else None


def _is_missing(spec: Field, value: Any) -> bool:
    return value in (None, "", []) or (spec.type == "bool" and value is False)


def _missing(spec: Field) -> str:
    if spec.type in {"enum", "multi", "nrs"}:
        return _("Choose an answer.")
    if spec.type == "bool":
        return _("Tick this box to go on.")
    if spec.type in {"date", "datetime"}:
        return _("Enter the day.")
    return _("Enter the time.") if spec.type == "time" else _("Write something here.")


def _parse_list(spec: Field, raw: Raw, parsed: Parsed, today: dt.date, partial: bool) -> None:
    rows: list[dict[str, Any]] = []
    before = len(parsed.errors)
    filled = _filled_rows(spec, raw)
    for index in filled[: spec.max_rows]:
        row: dict[str, Any] = {}
        for part in spec.fields:
            _parse_one(part, f"{spec.name}-{index}-{part.name}", raw, row, parsed.errors, today, partial)
        rows.append(row)
    needed = max(spec.min_rows, int(spec.required))
    if len(filled) > spec.max_rows:
        parsed.errors[spec.name] = ngettext(
            "Keep at most %(number)d row.", "Keep at most %(number)d rows.", spec.max_rows
        ) % {"number": spec.max_rows}
    elif len(filled) < needed and not partial and (filled or spec.required):
        parsed.errors[spec.name] = ngettext(
            "Fill in at least %(number)d row.", "Fill in at least %(number)d rows.", needed
        ) % {"number": needed}
    if rows and len(parsed.errors) == before:
        parsed.values[spec.name] = rows


def row_indexes(spec: Field, raw: Raw) -> list[int]:
    """The numbers of the rows of a list that appear among the raw names, in order."""
    pattern = re.compile(rf"{re.escape(spec.name)}-([0-9]{{1,3}})-[a-z0-9_]+", re.ASCII)
    found = (pattern.fullmatch(key) for key in raw if isinstance(key, str))
    return sorted({int(match[1]) for match in found if match})


def _filled_rows(spec: Field, raw: Raw) -> list[int]:
    return [index for index in row_indexes(spec, raw) if not _row_is_empty(spec, raw, index)]


def _row_is_empty(spec: Field, raw: Raw, index: int) -> bool:
    keys = [f"{spec.name}-{index}-{part.name}" for part in spec.fields]
    return not any(part.strip() for key in keys for part in raw_list(raw, key))


def raw_text(raw: Raw, key: str) -> str:
    """What was typed under a name, as text; of several values the last."""
    parts = raw_list(raw, key)
    return parts[-1] if parts else ""


def raw_list(raw: Raw, key: str) -> list[str]:
    """All that was typed under a name: a form post repeats names, a draft holds a list."""
    getlist = getattr(raw, "getlist", None)
    value = getlist(key) if callable(getlist) else raw.get(key)
    return [_as_text(item) for item in (value if isinstance(value, list | tuple) else [value])]


def _as_text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, int | float):
        # Kept short: a number of thousands of digits cannot even be printed.
        return str(value) if abs(value) < 10**15 else "9" * 15
    text = value if isinstance(value, str) else ""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _multi(spec: Field, chosen: list[str]) -> list[str]:
    wanted = {item.strip() for item in chosen if item.strip()}
    known = [option.value for option in spec.options if option.value in wanted]
    if len(known) < len(wanted):
        raise _WrongError(_("Choose from the answers shown."))
    return known


def _text(spec: Field, text: str, today: dt.date) -> str:
    value = text.strip()
    if len(value) > spec.max_length:
        over = len(value) - spec.max_length
        raise _WrongError(
            ngettext(
                "Shorten this by %(over)d character; there is room for %(room)d.",
                "Shorten this by %(over)d characters; there is room for %(room)d.",
                over,
            )
            % {"over": over, "room": spec.max_length}
        )
    return value


def _integer(spec: Field, text: str, today: dt.date) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise _WrongError(_("Enter a whole number, such as %(example)s.") % {"example": _midway(spec)})
    value = int(text.strip())
    _within(spec, value)
    return value


def _number(spec: Field, text: str, today: dt.date) -> float | int:
    if not _NUMBER.fullmatch(text.strip()):
        raise _WrongError(_("Enter a number, such as %(example)s.") % {"example": _midway(spec)})
    # A comma is the decimal point in many of the languages of our patients.
    value = round(float(text.strip().replace(",", ".")), spec.decimals)
    _within(spec, value)
    return int(value) if value.is_integer() else value


def _midway(spec: Field) -> int:
    middle: float = (spec.minimum + spec.maximum) / 2
    return math.floor(middle)


def _within(spec: Field, value: float) -> None:
    if not spec.minimum <= value <= spec.maximum:
        raise _WrongError(
            _("Enter a number from %(low)s to %(high)s.")
            % {"low": f"{spec.minimum:g}", "high": f"{spec.maximum:g}"}
        )


def _enum(spec: Field, text: str, today: dt.date) -> str:
    if text.strip() not in {option.value for option in spec.options}:
        raise _WrongError(_("Choose from the answers shown."))
    return text.strip()


def _date(spec: Field, text: str, today: dt.date) -> str:
    day = _day(text.strip())
    _within_days(spec, day, today)
    return day.isoformat()


def _time(spec: Field, text: str, today: dt.date) -> str:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise _WrongError(_("Enter a time, such as 07:30."))
    return f"{int(found[1]):02d}:{found[2]}"


def _datetime(spec: Field, text: str, today: dt.date) -> str:
    day_text, separator, time_text = text.strip().replace(" ", "T", 1).partition("T")
    if not separator:
        raise _WrongError(_("Enter the day and the time."))
    return f"{_date(spec, day_text, today)}T{_time(spec, time_text, today)}"


def _day(text: str) -> dt.date:
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise _WrongError(_("Enter a day of the calendar: year, month and day, such as 2026-01-31."))


def _within_days(spec: Field, day: dt.date, today: dt.date) -> None:
    first = day_of(spec.minimum, today) if spec.minimum else None
    last = day_of(spec.maximum, today) if spec.maximum else None
    if first and day < first:
        raise _WrongError(_("Choose %(day)s or a later day.") % {"day": date_format(first)})
    if last and day > last:
        raise _WrongError(_("Choose %(day)s or an earlier day.") % {"day": date_format(last)})


_READERS: dict[str, Callable[[Field, str, dt.date], Any]] = {
    "text": _text,
    "int": _integer,
    "nrs": _integer,
    "pct": _integer,
    "number": _number,
    "enum": _enum,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
}
