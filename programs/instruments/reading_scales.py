"""The scales of an instrument's file: what can be wrong with a score is found before anybody has one."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from programs.instruments.algorithms import FINDINGS, METHODS_IN_CODE
from programs.instruments.definition import METHODS, MISSING_RULES
from programs.instruments.reading_codes import loinc
from programs.loading.faults import shown
from programs.loading.record import Record
from programs.loading.yaml_nodes import Node

MAX_SCALES, MAX_BANDS, MAX_TABLE = 12, 12, 1001
LARGEST = Decimal(100_000)
CHANGE_FIGURES = ("reliable", "mid", "percent", "caseness", "recovered_at", "floor", "ceiling")
# Item codes are written out, so that nothing is scored by accident.
Numbers = Mapping[str, tuple[int, int]]


def read_scales(record: Record, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The scales in their stored form; one of them is `total`."""
    numbers = _numbers(items)
    scales: list[dict[str, Any]] = []
    for part in record.records("scales", 1, MAX_SCALES):
        scale = _Scale(part, numbers).read()
        if scale["slug"] in {known["slug"] for known in scales}:
            part.fault(f"the scale {shown(scale['slug'])} is there twice", "slug")
        scales.append(scale)
        part.finish()
    if scales and not any(scale["slug"] == "total" for scale in scales):
        record.fault("one scale must be called total: the main one", "scales")
    return scales


def _numbers(items: Sequence[Mapping[str, Any]]) -> Numbers:
    """Smallest and largest number of every item that has one."""
    found: dict[str, tuple[int, int]] = {}
    for item in items:
        if item["kind"] == "multi":
            found |= {f"{item['code']}_{option['value']}": (0, 1) for option in item["options"]}
        elif item["kind"] != "text":
            found[item["code"]] = (item["minimum"], item["maximum"])
    return found


class _Scale:
    """One scale while it is read; each part needs some of those before it."""

    def __init__(self, part: Record, numbers: Numbers) -> None:
        self.part = part
        self.numbers = numbers
        self.method = part.choice("method", METHODS) or "sum"
        self.items = part.texts("items", 1, 60, longest=40)
        self.decimals = part.integer("decimals", 0, 3, default=0)
        self.minimum = _figure(part, "minimum")
        self.maximum = _figure(part, "maximum")

    def read(self) -> dict[str, Any]:
        self._hold_items()
        scale: dict[str, Any] = {
            "slug": self.part.slug("slug")[:40],
            "title": self.part.text("title", longest=120),
            "items": self.items,
            "method": self.method,
            "minimum": str(self.minimum),
            "maximum": str(self.maximum),
            "decimals": self.decimals,
            "shown_decimals": self.part.integer("shown_decimals", 0, 3, default=self.decimals),
            "higher_is_worse": self.part.flag("higher_is_worse"),
            "reverse": self._reverse(),
            "multiply": self.part.integer("multiply", 1, 100, default=1),
            "counts_from": self._counts_from(),
            "missing": self._missing(),
            "code": self._code(),
            "finding": self._finding(),
            "loinc": loinc(self.part),
        }
        scale |= self._table(scale)
        if self.method != "table":
            self._hold_range(scale)
        scale["bands"] = self._bands()
        scale["change"] = self._change()
        return scale

    def _hold_items(self) -> None:
        for code in self.items:
            if code not in self.numbers:
                self.part.fault(f"there is no item {shown(code)} that is answered by a number", "items")
        if len(set(self.items)) < len(self.items):
            self.part.fault("an item is there twice", "items")

    @property
    def known(self) -> list[tuple[int, int]]:
        return [self.numbers[code] for code in self.items if code in self.numbers]

    def _reverse(self) -> list[str]:
        reverse = self.part.texts("reverse", 0, 60, longest=40)
        for code in reverse:
            if code not in self.items:
                self.part.fault(f"{shown(code)} is not an item of this scale", "reverse")
        return reverse

    def _counts_from(self) -> int:
        if self.part.has("counts_from") and self.method != "count":
            self.part.fault("'counts_from' is for the method count", "counts_from")
        least = self.part.integer("counts_from", -1000, 1000, default=1)
        if self.method == "count" and any(not low < least <= high for low, high in self.known):
            self.part.fault(f"some item cannot be on both sides of 'counts_from' {least}", "counts_from")
        return least

    def _missing(self) -> dict[str, Any]:
        node = self.part.node("missing")
        if node is None:
            return {"rule": "all", "at_most": 0, "hidden_as": None}
        record = Record(node, self.part.faults, what=f"{self.part.what}, missing")
        rule = record.choice("rule", MISSING_RULES, default="all")
        at_most = record.integer("at_most", 0, 60, default=0)
        if (rule == "all") != (at_most == 0):
            record.fault("'at_most' is how many may be missing: 0 for 'all', at least 1 otherwise", "at_most")
        if at_most >= max(len(self.items), 1):
            record.fault("something must be answered: make 'at_most' smaller", "at_most")
        if rule != "all" and self.method in {"table", "code"}:
            record.fault("a table or a formula in code needs every item: rule 'all'", "rule")
        if rule == "prorate" and self.method == "count":
            record.fault("a count cannot be prorated", "rule")
        hidden = record.integer("hidden_as", -1000, 1000) if record.node("hidden_as") else None
        if hidden is not None and any(not low <= hidden <= high for low, high in self.known):
            record.fault("'hidden_as' is no answer to some item of this scale", "hidden_as")
        if rule == "drop" and self.method == "sum" and any(low > 0 or high < 0 for low, high in self.known):
            record.fault("items that cannot be 0 cannot be dropped from a sum", "rule")
        if at_most and (rule == "prorate" or self.method == "mean") and len(set(self.known)) > 1:
            record.fault("items with different numbers cannot stand for each other: rule 'all'", "rule")
        record.finish()
        return {"rule": rule, "at_most": at_most, "hidden_as": hidden}

    def _code(self) -> str:
        if self.method != "code":
            if self.part.node("code"):
                self.part.fault("'code' is for the method code", "code")
            return ""
        name = self.part.choice("code", METHODS_IN_CODE)
        if name and set(self.items) != set(METHODS_IN_CODE[name].needs):
            needs = ", ".join(METHODS_IN_CODE[name].needs)
            self.part.fault(f"{name} takes the items {needs}", "items")
        return name

    def _finding(self) -> str:
        if self.part.node("finding") is None:
            return ""
        name = self.part.choice("finding", FINDINGS)
        if name and len(self.items) != FINDINGS[name].items:
            self.part.fault(f"{name} needs {FINDINGS[name].items} items", "finding")
        return name

    def _table(self, scale: dict[str, Any]) -> dict[str, Any]:
        """The conversion table: one figure for each raw sum that is possible."""
        table, errors = _figures(self.part, "table"), _figures(self.part, "table_errors")
        if self.method != "table":
            if table or errors:
                self.part.fault("a table is for the method table", "table")
            return {}
        if scale["multiply"] != 1:
            self.part.fault("'multiply' does not go with a table", "multiply")
        lowest, highest = (sum(ends) for ends in zip(*self.known, strict=True)) if self.known else (0, 0)
        expected = highest - lowest + 1
        if len(table) != expected:
            self.part.fault(
                f"the table has {len(table)} figures, the raw sums {lowest} to {highest} need {expected}",
                "table",
            )
        if errors and len(errors) != len(table):
            self.part.fault("'table_errors' needs as many figures as 'table'", "table_errors")
        if any(error < 0 for error in errors):
            self.part.fault("a standard error is not below 0", "table_errors")
        if not _is_ordered(table):
            self.part.fault("the table must rise, or fall, from each figure to the next", "table")
        if any(-_exponent(figure) > self.decimals for figure in table):
            self.part.fault(f"a figure has more decimals than 'decimals', {self.decimals}", "table")
        if table and (self.minimum, self.maximum) != (min(table), max(table)):
            self._wrong_range(min(table), max(table))
        return {
            "table": [str(figure) for figure in table],
            "table_errors": [str(error) for error in errors],
            "table_starts_at": lowest,
        }

    def _hold_range(self, scale: dict[str, Any]) -> None:
        """A range that is not what the items can come to is a slip somewhere."""
        if not self.known or len(self.known) < len(self.items):
            return
        low, high = (Decimal(sum(ends)) for ends in zip(*self.known, strict=True))
        if self.method == "mean":
            low, high = low / len(self.known), high / len(self.known)
        elif self.method == "count":
            low, high = Decimal(0), Decimal(len(self.known))
        elif self.method == "code":
            if not scale["code"]:
                return
            code = METHODS_IN_CODE[scale["code"]]
            low, high = code.minimum, code.maximum
        quantum = Decimal(1).scaleb(-self.decimals)
        low, high = (
            (end * scale["multiply"]).quantize(quantum, rounding=ROUND_HALF_UP) for end in (low, high)
        )
        if (self.minimum, self.maximum) != (low, high):
            self._wrong_range(low, high)

    def _wrong_range(self, low: Decimal, high: Decimal) -> None:
        self.part.fault(
            f"the range is given as {self.minimum} to {self.maximum}, the answers come to {low} to {high}",
            "minimum",
        )

    def _bands(self) -> list[dict[str, Any]]:
        bands: list[dict[str, Any]] = []
        step = Decimal(1).scaleb(-self.decimals)
        for part in self.part.records("bands", 0, MAX_BANDS):
            band = {"slug": part.slug("slug")[:40], "title": part.text("title", longest=80)}
            low, high = _figure(part, "low"), _figure(part, "high")
            if low > high:
                part.fault("'low' must not be above 'high'", "low")
            self._hold_place(part, low, bands, step)
            if band["slug"] in {known["slug"] for known in bands}:
                part.fault(f"the band {shown(band['slug'])} is there twice", "slug")
            bands.append(band | {"low": str(low), "high": str(high)})
            part.finish()
        if bands and Decimal(bands[-1]["high"]) != self.maximum:
            self.part.fault(
                f"the bands end at {bands[-1]['high']}, the range ends at {self.maximum}", "bands"
            )
        return bands

    def _hold_place(self, part: Record, low: Decimal, before: list[dict[str, Any]], step: Decimal) -> None:
        """Each band begins where the one before ends: nothing between them, nothing twice."""
        if not before:
            if low != self.minimum:
                part.fault(f"the bands begin at {low}, the range begins at {self.minimum}", "low")
            return
        expected = Decimal(before[-1]["high"]) + step
        if low > expected:
            part.fault(f"there is a gap: no band from {expected} to below {low}", "low")
        elif low < expected:
            part.fault(f"bands overlap: {low} belongs to the band before", "low")

    def _change(self) -> dict[str, Any] | None:
        node = self.part.node("change")
        if node is None:
            return None
        record = Record(node, self.part.faults, what=f"{self.part.what}, change")
        change: dict[str, Any] = {"source": record.text("source", longest=1000)}
        for name in CHANGE_FIGURES:
            figure = _figure(record, name) if record.node(name) else None
            change[name] = None if figure is None else str(figure)
            self._hold_figure(record, name, figure)
        change["percent"] = change["percent"] or "30"
        record.finish()
        return change

    def _hold_figure(self, record: Record, name: str, figure: Decimal | None) -> None:
        if figure is None:
            return
        if name in {"reliable", "mid"} and not 0 < figure <= self.maximum - self.minimum:
            record.fault(f"{name!r} must be above 0 and no larger than the range", name)
        elif name == "percent" and not 0 < figure <= 100:
            record.fault("'percent' must be above 0 and at most 100", name)
        elif name not in {"reliable", "mid", "percent"} and not self.minimum <= figure <= self.maximum:
            record.fault(f"{name!r} lies outside the range", name)


def _figure(record: Record, key: str) -> Decimal:
    """A number exactly as it is written; 0 with a fault when it is none."""
    if record.number(key) is None:
        return Decimal(0)
    return _decimal(record.nodes[key]) or Decimal(0)


def _figures(record: Record, key: str) -> list[Decimal]:
    found = []
    for node in record.items(key, 0, MAX_TABLE) if record.has(key) else ():
        figure = _decimal(node)
        if figure is None:
            record.faults.add(node.line, f"{record.what}: '{key}' must hold numbers")
        else:
            found.append(figure)
    record.node(key)
    return found


def _decimal(node: Node) -> Decimal | None:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return None
    try:
        figure = Decimal(node.written)
    except InvalidOperation:
        return None
    return figure if abs(figure) <= LARGEST else None


def _exponent(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _is_ordered(table: Sequence[Decimal]) -> bool:
    pairs = list(pairwise(table))
    return all(left < right for left, right in pairs) or all(left > right for left, right in pairs)
