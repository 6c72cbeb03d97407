"""How long the clocks of alerts may run, in minutes: as in the clinical reference, or shorter.

Source: clinical reference, 4.1 [D] ("timers configurable; clinic signs off"). The times given there
are the longest that there may be. A clinic shortens them with a signature under the rule set; nothing
can make them longer, and what is stored wrongly counts as the reference. Those of the lowest level are
one, two and three working days and stay as they are.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import Any

# Nobody can read, decide and call in less.
LEAST = 5


@dataclass(frozen=True)
class Timers:
    """Minutes until an alert is acknowledged, the clinical lead is told, and somebody has called."""

    r2_ack: int = 120
    r2_lead: int = 240
    r3_ack: int = 15
    r3_lead: int = 30
    r3_act: int = 60

    def span(self, name: str) -> timedelta:
        return timedelta(minutes=getattr(self, name))

    def stored(self) -> dict[str, int]:
        """What a clinic keeps: only what differs from the reference."""
        return {name: value for name, value in asdict(self).items() if value != getattr(LONGEST, name)}


LONGEST = Timers()
NAMES = tuple(one.name for one in fields(Timers))


def timers_of(stored: Mapping[str, Any] | None) -> Timers:
    """The times that a clinic has signed. What is missing, longer or no number counts as the reference."""
    kept: dict[str, int] = {name: value for name, value in (stored or {}).items() if _may_be(name, value)}
    return Timers(**kept) if not faults(kept) else LONGEST


def faults(values: Mapping[str, Any]) -> dict[str, str]:
    """Why times cannot be taken, by name: `range` outside 5 minutes and the reference, `order` when a
    later step would come before an earlier one.
    """
    found = {name: "range" for name, value in values.items() if not _may_be(name, value)}
    if found:
        return found
    at = {name: values.get(name, getattr(LONGEST, name)) for name in NAMES}
    pairs = (("r2_ack", "r2_lead"), ("r3_ack", "r3_lead"), ("r3_lead", "r3_act"))
    return {later: "order" for earlier, later in pairs if at[later] < at[earlier]}


def _may_be(name: str, value: Any) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return name in NAMES and is_number and LEAST <= value <= getattr(LONGEST, name)
