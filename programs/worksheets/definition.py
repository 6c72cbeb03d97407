"""A worksheet's definition: the JSON that is stored, read into typed objects."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

TYPES = frozenset(
    {
        "text", "int", "nrs", "pct", "number", "enum", "multi", "date", "time", "datetime", "bool", "list",
    }
)  # fmt: skip
FIXED_BOUNDS = {"nrs": (0, 10), "pct": (0, 100)}
# What the platform itself can fill in (`auto`), and the type of field that takes it.
AUTO = {"pacing_activity": "text", "pacing_target": "number"}
# What the platform shows beside a worksheet, on the screen and on paper, and nobody can change.
BESIDE = ("medical_help",)
RELATIVE_DAY = re.compile(r"today(?:([+-])([0-9]{1,4})d)?", re.ASCII)


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One field of a worksheet. Which attributes mean something depends on `type`."""

    name: str
    type: str
    label: str
    hint: str = ""
    required: bool = False
    group: str = ""
    default: Any = None
    max_length: int = 0
    lines: int = 1
    minimum: Any = None
    maximum: Any = None
    low: str = ""
    high: str = ""
    unit: str = ""
    decimals: int = 1
    options: tuple[Option, ...] = ()
    row_label: str = ""
    min_rows: int = 0
    max_rows: int = 0
    fields: "tuple[Field, ...]" = ()
    auto: str = ""

    @property
    def holds_text(self) -> bool:
        """Whether what is typed here is free text, which is stored encrypted."""
        return self.type == "text" or any(part.holds_text for part in self.fields)

    def option_label(self, value: str) -> str:
        return next((option.label for option in self.options if option.value == value), value)


@dataclass(frozen=True)
class Definition:
    """A whole worksheet."""

    slug: str
    code: str
    title: str
    intro: str
    is_log: bool
    fields: tuple[Field, ...]
    review: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    log: Mapping[str, Any] = field(default_factory=dict)
    print: Mapping[str, Any] = field(default_factory=dict)
    beside: str = ""

    @property
    def shows_medical_help(self) -> bool:
        """Whether the list of signs that need medical help stands beside it (see W12)."""
        return self.beside == "medical_help"

    def field(self, name: str) -> Field | None:
        return next((found for found in self.fields if found.name == name), None)

    def all_fields(self) -> Iterator[Field]:
        """Every field, those inside lists too."""
        for top in self.fields:
            yield top
            yield from top.fields


def read_definition(data: "Mapping[str, Any] | Definition") -> Definition:
    """The typed form of a stored definition; a definition that is typed already comes back as it is."""
    if isinstance(data, Definition):
        return data
    fields = tuple(_field(item) for item in data["fields"])
    log = data.get("log") or {}
    return Definition(
        slug=data["slug"],
        code=data["code"],
        title=data["title"],
        intro=data.get("intro", ""),
        is_log=data.get("is_log", False),
        fields=tuple(_not_too_far_ahead(item, log) for item in fields),
        review=tuple(data.get("review", ())),
        derived=tuple(data.get("derived", ())),
        checks=tuple(data.get("checks", ())),
        log=log,
        print=data.get("print") or {},
        beside=data.get("beside", ""),
    )


def _not_too_far_ahead(spec: Field, log: Mapping[str, Any]) -> Field:
    """The day of a log with its last possible day, where the log says how far ahead that is."""
    ahead = log.get("future_days")
    if ahead is None or spec.name != log.get("date_field") or spec.maximum:
        return spec
    return replace(spec, maximum=f"today+{ahead}d")


def _field(data: Mapping[str, Any]) -> Field:
    known = {key: value for key, value in data.items() if key not in {"min", "max", "options", "fields"}}
    low, high = FIXED_BOUNDS.get(data["type"], (data.get("min"), data.get("max")))
    return Field(
        **known,
        minimum=low,
        maximum=high,
        options=tuple(Option(item["value"], item["label"]) for item in data.get("options", ())),
        fields=tuple(_field(item) for item in data.get("fields", ())),
    )


def day_of(bound: str, today: dt.date) -> dt.date:
    """The calendar day that a bound names: `2026-01-31`, `today`, `today-7d`."""
    found = RELATIVE_DAY.fullmatch(bound)
    if not found:
        return dt.date.fromisoformat(bound)
    sign, days = found.groups()
    return today + dt.timedelta(days=int(f"{sign}{days}") if sign else 0)
