"""Goal attainment scaling: one figure for how far several goals were reached.

Source: Kiresuk and Sherman 1968, with the formula as Turner-Stokes gives it (erratum of 2010 on
"Goal attainment scaling in rehabilitation: a practical guide"):
T = 50 + 10 x sum(w x) / sqrt((1 - rho) x sum(w^2) + rho x (sum w)^2), rho = 0.3,
where x is the level reached (-2 to 2, 0 is what was expected) and w the goal's weight.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# How far goals are taken to go together: the value of the original authors.
RHO = 0.3
LEVELS = range(-2, 3)


@dataclass(frozen=True)
class Goal:
    """A goal as the score needs it: where it began (-2 or -1), its weight, and its first day."""

    key: str
    baseline: int
    weight: int = 1
    start: dt.date = dt.date.min


@dataclass(frozen=True)
class Rating:
    goal: str
    day: dt.date
    level: int


@dataclass(frozen=True)
class Score:
    """The T score on a day, over the goals that had begun by then."""

    day: dt.date
    t: float


def t_score(levels: Sequence[int], weights: Sequence[float] | None = None) -> float:
    """The goal attainment T score; 50 means that on the whole what was expected was reached.

    One level from -2 to 2 for each goal, weights above zero (1 each by default).
    """
    sizes = list(weights) if weights is not None else [1.0] * len(levels)
    if not levels or len(sizes) != len(levels) or any(size <= 0 for size in sizes):
        raise ValueError("a T score needs a level and a weight above zero for each goal")
    if any(level not in LEVELS for level in levels):
        raise ValueError("levels run from -2 to 2")
    spread = (1 - RHO) * sum(size**2 for size in sizes) + RHO * sum(sizes) ** 2
    return 50 + 10 * sum(size * level for size, level in zip(sizes, levels, strict=True)) / math.sqrt(spread)


def current_levels(goals: Iterable[Goal], ratings: Iterable[Rating], day: dt.date) -> Mapping[str, int]:
    """The level of each goal on a day: its newest rating by then, else where it began [D]."""
    found = {goal.key: goal.baseline for goal in goals}
    for rating in sorted(ratings, key=lambda item: item.day):
        if rating.day <= day and rating.goal in found:
            found[rating.goal] = rating.level
    return found


def history(goals: Sequence[Goal], ratings: Sequence[Rating]) -> tuple[Score, ...]:
    """The T score at the start and on every day with a rating, in order.

    A goal counts from its first day on, at the level where it began until it is rated.
    """
    if not goals:
        return ()
    known = {goal.key for goal in goals}
    first = min(goal.start for goal in goals)
    days = sorted({first} | {rating.day for rating in ratings if rating.goal in known})
    return tuple(_score(goals, ratings, day) for day in days)


def _score(goals: Sequence[Goal], ratings: Sequence[Rating], day: dt.date) -> Score:
    begun = [goal for goal in goals if goal.start <= day] or list(goals)
    # A goal that was rated before its first day has begun all the same.
    early = {rating.goal for rating in ratings if rating.day <= day}
    begun += [goal for goal in goals if goal.key in early and goal not in begun]
    levels = current_levels(begun, ratings, day)
    return Score(day, t_score([levels[goal.key] for goal in begun], [goal.weight for goal in begun]))
