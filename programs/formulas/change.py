"""When a difference between two scores means something.

Sources: Jacobson and Truax 1991 (reliable change index, cut-off c, the classes built on them); the NHS
Talking Therapies manual (recovery, reliable improvement and deterioration over two questionnaires); the
IMMPACT benchmarks (responder at 30% and 50%). Which figures hold for a scale is data: its `ChangeRule`
carries them with their source. What is marked [D] is our own decision and to be confirmed by the clinic.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from programs.instruments.definition import ChangeRule, Scale

# Two-sided, 95%: beyond it less than one in twenty unchanged people would be called changed.
RELIABLE_Z = 1.96
Number = Decimal | float | int


def standard_error(sd: float, r: float) -> float:
    """The standard error of measurement: SD x sqrt(1 - r), of a spread and a reliability from 0 to 1."""
    if sd < 0 or not 0 <= r <= 1:
        raise ValueError("a spread is nought or more, a reliability lies from 0 to 1")
    return sd * math.sqrt(1 - r)


def difference_error(sd: float, r: float) -> float:
    """The standard error of the difference of two measurements: sqrt(2) x SEM (Jacobson and Truax)."""
    return math.sqrt(2) * standard_error(sd, r)


def reliable_difference(sd: float, r: float) -> float:
    """The difference beyond which a change is reliable: 1.96 standard errors of a difference."""
    return RELIABLE_Z * difference_error(sd, r)


def reliable_change_index(pre: Number, post: Number, sd: float, r: float) -> float:
    """RC = (post - pre) / Sdiff; reliable beyond 1.96 either way (Jacobson and Truax)."""
    error = difference_error(sd, r)
    if not error:
        raise ValueError("without an error of measurement there is no index")
    return (float(post) - float(pre)) / error


def cutoff_c(clinical_mean: float, clinical_sd: float, functional_mean: float, functional_sd: float) -> float:
    """The score at which people with and without the complaint are equally likely (Jacobson and Truax).

    c = (SD_clinical x M_functional + SD_functional x M_clinical) / (SD_clinical + SD_functional).
    """
    spread = clinical_sd + functional_sd
    if clinical_sd < 0 or functional_sd < 0 or not spread:
        raise ValueError("spreads are nought or more, and not both nought")
    return (clinical_sd * functional_mean + functional_sd * clinical_mean) / spread


class ChangeClass(StrEnum):
    """What a change from a first to a last score is called."""

    RECOVERED = "recovered"
    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    DETERIORATED = "deteriorated"
    HARMED = "harmed"
    CANNOT_TELL = "cannot-tell"

    @property
    def is_better(self) -> bool:
        return self in (ChangeClass.RECOVERED, ChangeClass.IMPROVED)

    @property
    def is_worse(self) -> bool:
        return self in (ChangeClass.DETERIORATED, ChangeClass.HARMED)


class Why(StrEnum):
    """Why a change cannot be told."""

    NONE = ""
    NO_BASELINE = "no-baseline"
    NO_SCORE = "no-score"
    NO_RULE = "no-rule"
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of a change, why it cannot be told, and how far the score went (towards worse above 0)."""

    change: ChangeClass
    why: Why = Why.NONE
    worse_by: Decimal | None = None


def classify(
    pre: Number | None,
    post: Number | None,
    rule: ChangeRule | None,
    higher_is_worse: bool = True,
    limits: tuple[Number, Number] | None = None,
) -> Verdict:
    """The class of a change by the scale's rule; `limits` are the ends of the scale.

    Reliable from `rule.reliable` on (the published thresholds are such whole or rounded-up figures).
    Recovered or harmed when it also crosses from case to no case or back; where a scale has no caseness,
    `recovered_at` is the border. Without a first or last score, or a threshold, it cannot be told.

    Floor and ceiling: a start so close to the good end that a reliable fall was not possible cannot show
    improvement, so a score that stayed or went that way cannot be told; likewise at the bad end [D, with
    the limits of the RMDQ after Stratford et al.]. So 3 to 1 on the PHQ-9 is never called improvement.
    """
    if pre is None or post is None or rule is None or rule.reliable is None:
        return Verdict(ChangeClass.CANNOT_TELL, _missing(pre, post))
    sign = 1 if higher_is_worse else -1
    first, last = exact(pre), exact(post)
    worse_by = sign * (last - first)
    if worse_by >= rule.reliable:
        crossed = not is_case(first, rule, higher_is_worse) and is_case(last, rule, higher_is_worse)
        return Verdict(ChangeClass.HARMED if crossed else ChangeClass.DETERIORATED, worse_by=worse_by)
    blocked = _blocked(first, rule, higher_is_worse, limits)
    if -worse_by >= rule.reliable and Why.FLOOR not in blocked:
        crossed = is_case(first, rule, higher_is_worse) and _is_well(last, rule, higher_is_worse)
        return Verdict(ChangeClass.RECOVERED if crossed else ChangeClass.IMPROVED, worse_by=worse_by)
    # Whoever moved away from the end that hides change did not change in the way that it hides.
    hides = [why for why in blocked if (worse_by <= 0 if why is Why.FLOOR else worse_by >= 0)]
    if hides:
        return Verdict(ChangeClass.CANNOT_TELL, hides[0], worse_by)
    return Verdict(ChangeClass.UNCHANGED, worse_by=worse_by)


def classify_on(scale: Scale, pre: Number | None, post: Number | None) -> Verdict:
    """`classify` with all that a scale says of itself."""
    limits = (scale.minimum, scale.maximum)
    return classify(pre, post, scale.change, scale.higher_is_worse, limits)


def _missing(pre: Number | None, post: Number | None) -> Why:
    if pre is None:
        return Why.NO_BASELINE
    return Why.NO_SCORE if post is None else Why.NO_RULE


def _blocked(
    first: Decimal, rule: ChangeRule, higher_is_worse: bool, limits: tuple[Number, Number] | None
) -> list[Why]:
    """Which ways a reliable change was not possible (or not to be trusted) from this start."""
    reliable = rule.reliable or Decimal(0)
    too_low = rule.floor is not None and first < rule.floor
    too_high = rule.ceiling is not None and first > rule.ceiling
    if limits:
        too_low = too_low or first - exact(limits[0]) < reliable
        too_high = too_high or exact(limits[1]) - first < reliable
    low, high = (Why.FLOOR, Why.CEILING) if higher_is_worse else (Why.CEILING, Why.FLOOR)
    return [why for why, holds in ((low, too_low), (high, too_high)) if holds]


def is_case(value: Number, rule: ChangeRule, higher_is_worse: bool = True) -> bool:
    """At or beyond caseness; without one, beyond `recovered_at`; a scale with neither has no cases."""
    score = exact(value)
    if rule.caseness is not None:
        return score >= rule.caseness if higher_is_worse else score <= rule.caseness
    if rule.recovered_at is not None:
        return score > rule.recovered_at if higher_is_worse else score < rule.recovered_at
    return False


def _is_well(value: Decimal, rule: ChangeRule, higher_is_worse: bool) -> bool:
    if rule.recovered_at is None:
        return not is_case(value, rule, higher_is_worse)
    return value <= rule.recovered_at if higher_is_worse else value >= rule.recovered_at


def percent_change(pre: Number | None, post: Number | None) -> Decimal | None:
    """By how many hundredths of the start a score went up or down; None without a start above nought."""
    if pre is None or post is None or exact(pre) <= 0:
        return None
    return (exact(post) - exact(pre)) * 100 / exact(pre)


def is_responder(
    pre: Number | None,
    post: Number | None,
    percent: Number = 30,
    *,
    higher_is_worse: bool = True,
    least: Number | None = None,
) -> bool | None:
    """Whether the score went the good way by so many percent of its start (IMMPACT: 30 moderate,
    50 substantial). None where it cannot be told.

    `least` is the smallest difference that matters on the scale (`ChangeRule.mid`): a large part of a
    small number is no response [D: a low start needs a larger percentage].
    """
    change = percent_change(pre, post)
    if change is None or pre is None or post is None:
        return None
    better = -1 if higher_is_worse else 1
    is_enough = least is None or better * (exact(post) - exact(pre)) >= exact(least)
    return bool(better * change >= exact(percent)) and is_enough


@dataclass(frozen=True, slots=True)
class Course:
    """One questionnaire from start to end, with its rule."""

    pre: Number | None
    post: Number | None
    rule: ChangeRule


@dataclass(frozen=True, slots=True)
class NhsOutcome:
    """The outcome over two questionnaires, `recovered` is None for no case at the start."""

    was_case: bool
    recovered: bool | None
    reliably_improved: bool
    reliably_deteriorated: bool

    @property
    def reliably_recovered(self) -> bool | None:
        return None if self.recovered is None else self.recovered and self.reliably_improved


def nhs_outcome(depression: Course, anxiety: Course) -> NhsOutcome | None:
    """Recovery and reliable change as the NHS counts them; None unless all four scores are there.

    Recovered: a case on either at the start and on neither at the end. Reliably improved: one falls by
    its threshold and the other does not rise by its own; deteriorated: the reverse. Thresholds: NHS
    Talking Therapies manual (PHQ-9: 10 and 6; GAD-7: 8 and 4); how they are combined: general knowledge.
    """
    both = (depression, anxiety)
    if any(one.pre is None or one.post is None or one.rule.reliable is None for one in both):
        return None
    was = any(is_case(one.pre or 0, one.rule) for one in both)
    still = any(is_case(one.post or 0, one.rule) for one in both)
    ways = [_way(one) for one in both]
    return NhsOutcome(
        was_case=was,
        recovered=not still if was else None,
        reliably_improved=-1 in ways and 1 not in ways,
        reliably_deteriorated=1 in ways and -1 not in ways,
    )


def _way(one: Course) -> int:
    """-1 for a reliable fall, 1 for a reliable rise."""
    worse_by = exact(one.post or 0) - exact(one.pre or 0)
    reliable = one.rule.reliable or Decimal(0)
    return int(worse_by >= reliable) - int(-worse_by >= reliable)


def exact(value: Number) -> Decimal:
    """The number as it is written: 0.1 is a tenth."""
    return value if isinstance(value, Decimal) else Decimal(str(value))
