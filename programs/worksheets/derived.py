"""The calculations a worksheet may name under `derived`: pure functions over its entries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from programs.worksheets import changes, sleep
from programs.worksheets.activity import activity_summary
from programs.worksheets.definition import Definition, read_definition
from programs.worksheets.pacing import TRIALS, start_in_words

Entries = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Calculation:
    """What is worked out, and the fields (name: type; in a list `trials.amount`) that it reads.

    `function` makes something of all entries together; `lines` says in words what one entry comes
    to, as (label, text), and nothing while a field that it needs is empty. One of them, or both.
    """

    needs: Mapping[str, str]
    function: Callable[[Entries], Any] | None = None
    lines: Callable[[Mapping[str, Any]], list[tuple[str, str]]] | None = None


CALCULATIONS: Mapping[str, Calculation] = {
    "activity_summary": Calculation({"date": "date", "category": "enum", "minutes": "int"}, activity_summary),
    "pacing_start": Calculation(TRIALS, lines=start_in_words),
    "sleep_night": Calculation(sleep.NEEDS, lines=sleep.night_in_words),
    "thought_change": Calculation(changes.THOUGHT_NEEDS, lines=changes.thought_in_words),
    "tension_change": Calculation(changes.TENSION_NEEDS, lines=changes.tension_in_words),
    "enjoyment_change": Calculation(changes.ENJOYMENT_NEEDS, lines=changes.enjoyment_in_words),
}


def derive(definition: Mapping[str, Any] | Definition, entries: Entries) -> dict[str, Any]:
    """What the worksheet's calculations make of its entries, by name."""
    known = list(entries)
    named = {name: CALCULATIONS[name].function for name in read_definition(definition).derived}
    return {name: function(known) for name, function in named.items() if function}


def derived_lines(
    definition: Mapping[str, Any] | Definition, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """What one entry comes to in words, (label, text), in the order of the definition's calculations."""
    named = [CALCULATIONS[name].lines for name in read_definition(definition).derived]
    return [line for lines in named if lines for line in lines(values)]
