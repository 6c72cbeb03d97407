"""Pacing: from three trials to a baseline, and from week to week towards a goal.

Sources, as the clinical reference names them (1.3, W4 and W4b; 2.4): tolerance is the mean of
the trials, baseline is tolerance less a reduction of 10-50%; two published progressions, the
compounding one (each target is the last one grown by a share, 10% a week) and the fixed step
(10-20% of the first tolerance added each week). The rule that advances, holds or steps back and
the rounding are decisions of this programme [D].
"""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean

# The steps of rounding [D]: half a minute, whole repetitions and steps, five metres.
ROUNDING = {"minutes": 0.5, "repetitions": 1.0, "steps": 1.0, "metres": 5.0}
# What multiplying by 1.1 a few times leaves behind the decimal point is not worth half a minute.
_TINY = 1e-9
COMPOUNDING, FIXED_STEP = "current-target", "first-tolerance"


def tolerance(trials: Sequence[float]) -> float:
    """The mean of the trials. At least one; zero or less is not a trial.

    Source: W4, "tolerance = mean(trials)".
    """
    if not trials or any(amount <= 0 for amount in trials):
        raise ValueError("a tolerance needs trials above zero")
    return fmean(trials)


def baseline(tolerance: float, reduction_pct: float = 20) -> float:
    """Where to start: the tolerance less `reduction_pct` per cent, not rounded.

    Source: W4, "baseline = tolerance x (1 - reduction)", reduction 10-50%, 20% by default.
    """
    return tolerance * (1 - reduction_pct / 100)


def round_down(amount: float, unit: str) -> float:
    """The amount as somebody can do it: down to 0.5 minutes, whole repetitions or steps, 5 metres [D].

    Any other unit counts in whole ones.
    """
    step = ROUNDING.get(unit, 1.0)
    return math.floor(amount / step + _TINY) * step


def grown(exact: float, *, base: str, increment_pct: float, tolerance: float) -> float:
    """The next week's amount, not rounded, by the progression that `base` names.

    Sources: compounding x(1 + p) a week (i-engage.community); a fixed step of p% of the first
    tolerance (eTG).
    """
    if base == FIXED_STEP:
        return exact + tolerance * increment_pct / 100
    return exact * (1 + increment_pct / 100)


def progression(
    start: float, *, base: str, increment_pct: float, tolerance: float, goal: float | None = None
) -> Iterator[float]:
    """The amounts week after week if every week is advanced, not rounded, never above the goal. Endless."""
    exact = start
    while True:
        yield exact if goal is None else min(exact, goal)
        exact = grown(exact, base=base, increment_pct=increment_pct, tolerance=tolerance)
