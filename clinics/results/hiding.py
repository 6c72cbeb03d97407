"""Small numbers are not shown, and cannot be worked out from others that are.

A number from 1 to 4 may point to a person. It is hidden, and so is the number that is left when it is
taken from its whole; and where the figures are narrowed to one value of a filter, whatever would tell a
hidden number of another value by taking the shown ones from the total. The least number 5 is our
decision [D], after the habit of health statistics.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

LEAST = 5

V = TypeVar("V", bound=Hashable)

Totals = Mapping[str, Decimal]
# The chosen value of a filter, and what each of its values comes to with all other filters held.
Table = tuple[Hashable, Mapping[Hashable, Totals]]


def number(totals: Totals, name: str) -> int:
    """A count; what was never counted is 0."""
    return int(totals.get(name, 0))


def is_small(count: int) -> bool:
    return 0 < count < LEAST


def hidden_values(counts: Mapping[V, int]) -> set[V]:
    """Which values of a filter are hidden: the small ones, and the next where those alone would be told.

    The total is shown. If all hidden values together come to less than 5, the total less the shown ones
    would tell that, so the smallest shown one is hidden with them.
    """
    hidden: set[V] = {value for value, count in counts.items() if is_small(count)}
    if hidden and sum(counts[value] for value in hidden) < LEAST:
        others = [(count, str(value), value) for value, count in counts.items() if count >= LEAST]
        if others:
            hidden.add(min(others)[2])
    return hidden


@dataclass(frozen=True)
class Shown:
    """The totals of a choice of filters, with what is needed to see which of them may be shown."""

    totals: Totals
    tables: Sequence[Table] = ()

    def count(self, name: str) -> int:
        return number(self.totals, name)

    def hides(self, count_of: Callable[[Totals], int]) -> bool:
        """Whether a count is too small here, or would tell one that is too small elsewhere."""
        if is_small(count_of(self.totals)):
            return True
        return any(
            value in hidden_values({other: count_of(totals) for other, totals in table.items()})
            for value, table in self.tables
        )

    def hides_count(self, name: str) -> bool:
        return self.hides(lambda totals: number(totals, name))

    def hides_share(self, name: str, of: str) -> bool:
        """Whether those with it, or those without, are too few to say."""
        return (
            self.hides_count(of)
            or self.hides_count(name)
            or self.hides(lambda totals: number(totals, of) - number(totals, name))
        )
