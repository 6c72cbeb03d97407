"""What a definition may name because a sum, a mean, a count or a table cannot say it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.formulas.goals import LEVELS, t_score

MORE_THAN_HALF, SEVERAL_DAYS = 2, 1


@dataclass(frozen=True)
class MethodInCode:
    """A score from the numbers of its items; `needs` are the codes, which are all that it may have."""

    run: Callable[[Mapping[str, int]], Decimal | None]
    needs: tuple[str, ...]
    minimum: Decimal
    maximum: Decimal


@dataclass(frozen=True)
class Finding:
    """A word about the answers of a scale, beside its score; `items` is how many it must have."""

    run: Callable[[Mapping[str, int], Sequence[str]], str]
    items: int


def phq_9_syndrome(values: Mapping[str, int], items: Sequence[str]) -> str:
    """`major`, `other` or `none`; `cannot-tell` when an item has no answer. No diagnosis: a screen.

    Source: the diagnostic algorithm of the PHQ-9 (Kroenke, Spitzer and Williams 2001): at least five
    of nine items on more than half the days, the ninth counting from several days, one of them the
    first or second; two to four of them are another depressive syndrome.
    """
    if any(code not in values for code in items):
        return "cannot-tell"
    *eight, ninth = (values[code] for code in items)
    met = [value >= MORE_THAN_HALF for value in eight]
    count = sum(met) + (ninth >= SEVERAL_DAYS)
    if not any(met[:2]) or count < 2:
        return "none"
    return "major" if count >= 5 else "other"


GOALS = 3
_GOAL_CODES = (
    *(f"goal{number}" for number in range(1, GOALS + 1)),
    *(f"weight{number}" for number in range(1, GOALS + 1)),
)


def goal_attainment(values: Mapping[str, int]) -> Decimal | None:
    """The goal attainment T score of up to three goals; a goal without a level does not count.

    Formula and source: `programs.formulas.goals`. A weight that is not given is 1.
    """
    rated = [number for number in range(1, GOALS + 1) if f"goal{number}" in values]
    if not rated:
        return None
    levels = [values[f"goal{number}"] for number in rated]
    return Decimal(str(t_score(levels, [values.get(f"weight{number}", 1) for number in rated])))


def _extreme(level: int) -> Decimal:
    """Three goals of one weight, all at one end: no other weights lead further from 50."""
    return Decimal(str(round(t_score([level] * GOALS), 2)))


METHODS_IN_CODE: Mapping[str, MethodInCode] = {
    "goal-attainment": MethodInCode(
        goal_attainment, _GOAL_CODES, _extreme(LEVELS.start), _extreme(LEVELS.stop - 1)
    ),
}
FINDINGS: Mapping[str, Finding] = {"phq-9-syndrome": Finding(phq_9_syndrome, 9)}
