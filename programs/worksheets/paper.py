"""A worksheet as a form to be filled by hand: what is printed for each field, and how much room it gets.

Pure functions of a definition. Nothing here is filled in; a filled form is `answers_for`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programs.worksheets.definition import Definition, Field, read_definition

# Handwriting takes about this many letters to a line of a page of A4.
LETTERS_A_LINE = 80
MOST_LINES = 4
# Rows of a list that stand on paper; a list that asks for more of them gets them.
USUAL_ROWS = 4
NUMBERS = {"nrs": tuple(range(11)), "pct": tuple(range(0, 101, 10))}
_SHORT = frozenset({"int", "number", "date", "time", "datetime"})


@dataclass(frozen=True)
class PaperField:
    """One field on paper.

    `kind` says what is printed: `lines` to write on, a `short` line, a `scale` of numbers to circle,
    `boxes` to tick, one box to `tick`, a `table` with empty rows, or numbered `rows` of one text each.
    """

    label: str
    hint: str
    kind: str
    lines: tuple[int, ...] = ()
    unit: str = ""
    numbers: tuple[int, ...] = ()
    low: str = ""
    high: str = ""
    options: tuple[str, ...] = ()
    takes_several: bool = False
    columns: "tuple[PaperColumn, ...]" = ()
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PaperColumn:
    """A column of empty cells: its heading, how its numbers go, and how wide it is (`s`, `m`, `l`)."""

    label: str
    scale: str
    width: str


@dataclass(frozen=True)
class PaperPart:
    """The fields under one heading, which may be empty."""

    title: str
    fields: tuple[PaperField, ...]


@dataclass(frozen=True)
class PaperSheet:
    """A whole form. A `table` has `columns`, `rows` and a `key`; any other has `parts`."""

    slug: str
    title: str
    intro: str
    is_table: bool
    is_landscape: bool
    parts: tuple[PaperPart, ...] = ()
    columns: tuple[PaperColumn, ...] = ()
    rows: tuple[int, ...] = ()
    key: tuple[tuple[str, str], ...] = ()
    shows_medical_help: bool = False


def paper_sheet(definition: Mapping[str, Any] | Definition) -> PaperSheet:
    """The empty form of a worksheet, laid out as its `print` block says."""
    spec = read_definition(definition)
    is_table = spec.print.get("layout") == "table"
    if is_table:
        return PaperSheet(
            slug=spec.slug,
            title=spec.title,
            intro=spec.intro,
            is_table=True,
            is_landscape=spec.print.get("orientation") == "landscape",
            columns=_columns(spec.fields),
            rows=tuple(range(1, int(spec.print.get("blank_rows", 12)) + 1)),
            key=_key(spec.fields),
        )
    return PaperSheet(
        slug=spec.slug,
        title=spec.title,
        intro=spec.intro,
        is_table=False,
        is_landscape=False,
        parts=_parts(spec.fields),
        shows_medical_help=spec.shows_medical_help,
    )


def _parts(fields: Iterable[Field]) -> tuple[PaperPart, ...]:
    groups: list[tuple[str, list[PaperField]]] = []
    for spec in fields:
        if spec.group or not groups:
            groups.append((spec.group, []))
        groups[-1][1].append(_field(spec))
    return tuple(PaperPart(title, tuple(found)) for title, found in groups)


def _field(spec: Field) -> PaperField:
    if spec.type == "list":
        return _list(spec)
    if spec.type in NUMBERS:
        unit = "%" if spec.type == "pct" else ""
        return PaperField(
            spec.label,
            spec.hint,
            "scale",
            numbers=NUMBERS[spec.type],
            low=spec.low,
            high=spec.high,
            unit=unit,
        )
    if spec.type in {"enum", "multi"}:
        several = spec.type == "multi"
        options = tuple(option.label for option in spec.options)
        return PaperField(spec.label, spec.hint, "boxes", options=options, takes_several=several)
    if spec.type == "bool":
        return PaperField(spec.label, spec.hint, "tick")
    if spec.type in _SHORT:
        return PaperField(spec.label, spec.hint, "short", unit=spec.unit)
    return PaperField(spec.label, spec.hint, "lines", lines=_lines(spec))


def _lines(spec: Field) -> tuple[int, ...]:
    needed = -(-spec.max_length // LETTERS_A_LINE) if spec.lines > 1 or spec.max_length > 120 else 1
    return tuple(range(max(1, min(MOST_LINES, max(needed, spec.lines)))))


def _list(spec: Field) -> PaperField:
    rows = tuple(range(1, min(spec.max_rows, max(spec.min_rows, USUAL_ROWS)) + 1))
    if len(spec.fields) == 1 and spec.fields[0].type == "text":
        return PaperField(spec.label, spec.hint, "rows", lines=rows)
    return PaperField(
        spec.label, spec.hint, "table", lines=rows, columns=_columns(spec.fields), key=_key(spec.fields)
    )


def _columns(fields: Iterable[Field]) -> tuple[PaperColumn, ...]:
    return tuple(PaperColumn(spec.label, _scale(spec), _width(spec)) for spec in fields)


def _scale(spec: Field) -> str:
    """How the numbers of a column go, below its heading."""
    if spec.type in NUMBERS:
        numbers = NUMBERS[spec.type]
        return _("%(low)s to %(high)s") % {"low": numbers[0], "high": numbers[-1]} + "%" * (
            spec.type == "pct"
        )
    return spec.unit if spec.unit.casefold() not in spec.label.casefold() else ""


def _width(spec: Field) -> str:
    if spec.type in {"text", "list"}:
        return "l" if spec.max_length > 40 or spec.type == "list" else "m"
    return "m" if spec.type in {"enum", "multi", "date", "datetime"} else "s"


def _key(fields: Iterable[Field]) -> tuple[tuple[str, str], ...]:
    """What may be written in a column, for choices and scales: said once below the table."""
    found = []
    for spec in fields:
        if spec.options:
            found.append((spec.label, " · ".join(option.label for option in spec.options)))
        elif spec.type in NUMBERS and (spec.low or spec.high):
            ends = _("%(least)s: %(low)s, %(most)s: %(high)s") % {
                "least": NUMBERS[spec.type][0],
                "low": spec.low,
                "most": NUMBERS[spec.type][-1],
                "high": spec.high,
            }
            found.append((spec.label, ends))
    return tuple(found)
