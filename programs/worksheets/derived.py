"""The calculations a worksheet may name under `derived`: pure functions over its entries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from programs.worksheets.activity import activity_summary
from programs.worksheets.definition import Definition, read_definition

Entries = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Calculation:
    """A function over entries, and the fields (name: type) that it reads."""

    function: Callable[[Entries], Any]
    needs: Mapping[str, str]


CALCULATIONS: Mapping[str, Calculation] = {
    "activity_summary": Calculation(activity_summary, {"date": "date", "category": "enum", "minutes": "int"}),
}


def derive(definition: Mapping[str, Any] | Definition, entries: Entries) -> dict[str, Any]:
    """What the worksheet's calculations make of its entries, by name."""
    known = list(entries)
    return {name: CALCULATIONS[name].function(known) for name in read_definition(definition).derived}
