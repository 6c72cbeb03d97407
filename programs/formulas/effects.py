"""How large a change is over many people: effect sizes with their interval, shares, survival by week."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Two-sided 95%.
Z_95 = 1.959964
# An effect size from fewer pairs says nothing.
FEWEST_PAIRS = 3


@dataclass(frozen=True, slots=True)
class Sums:
    """Paired first and last scores as sums, which can be added up over groups without the scores."""

    n: int
    pre: float
    post: float
    pre_squared: float
    post_squared: float
    product: float

    @property
    def mean_pre(self) -> float:
        return self.pre / self.n

    @property
    def mean_post(self) -> float:
        return self.post / self.n

    @property
    def sd_pre(self) -> float:
        return _sd(self.n, self.pre, self.pre_squared)

    @property
    def sd_post(self) -> float:
        return _sd(self.n, self.post, self.post_squared)

    @property
    def correlation(self) -> float | None:
        """Pearson's r of first and last score; None where one of them does not vary."""
        spread = self.sd_pre * self.sd_post
        if not spread:
            return None
        covariance = (self.product - self.pre * self.post / self.n) / (self.n - 1)
        return max(-1.0, min(1.0, covariance / spread))


def sums_of(pairs: Sequence[tuple[float, float]]) -> Sums:
    """The sums of first and last scores of as many people."""
    return Sums(
        n=len(pairs),
        pre=sum(pre for pre, _ in pairs),
        post=sum(post for _, post in pairs),
        pre_squared=sum(pre * pre for pre, _ in pairs),
        post_squared=sum(post * post for _, post in pairs),
        product=sum(pre * post for pre, post in pairs),
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect size with its 95% interval, above 0 for improvement."""

    g: float
    low: float
    high: float


def hedges_g(sums: Sums, *, higher_is_worse: bool = True) -> Effect | None:
    """Hedges' g of paired scores, first to last, above 0 where people got better.

    d = (M_pre - M_post) / SD_av with SD_av = sqrt((SD_pre^2 + SD_post^2) / 2): the spread of the scores
    and not that of the differences, so that it compares with effects between groups.
    V_d = (1/n + d^2 / 2n) x 2(1 - r); J = 1 - 3 / (4(n - 1) - 1); g = J d; V_g = J^2 V_d.
    Source: Borenstein, Hedges, Higgins and Rothstein, Introduction to Meta-Analysis, 2009, ch. 4, matched
    groups (4.22 to 4.31); its SD within, SD_diff / sqrt(2(1 - r)), is SD_av where both spreads are alike;
    SD_av after Cumming, Understanding the New Statistics, 2012. The interval is g +/- 1.96 sqrt(V_g).
    None with fewer than three pairs, or where nothing varies.
    """
    if sums.n < FEWEST_PAIRS or sums.correlation is None:
        return None
    spread = math.sqrt((sums.sd_pre**2 + sums.sd_post**2) / 2)
    d = (sums.mean_pre - sums.mean_post) / spread * (1 if higher_is_worse else -1)
    variance = (1 / sums.n + d * d / (2 * sums.n)) * 2 * (1 - sums.correlation)
    small = 1 - 3 / (4 * (sums.n - 1) - 1)
    half = Z_95 * small * math.sqrt(variance)
    return Effect(g=small * d, low=small * d - half, high=small * d + half)


def wilson_interval(count: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share after Wilson (J Am Stat Assoc 1927;22:209-12), both from 0 to 1."""
    if not 0 <= count <= of or not of:
        raise ValueError("a share is of at least one, and no more than all")
    share, z2 = count / of, Z_95**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def survival(weeks: Sequence[tuple[int, int]]) -> list[float]:
    """The share still there after each week, from (there at its beginning, left in it).

    Kaplan and Meier (J Am Stat Assoc 1958;53:457-81) with weeks as steps: those who have not come to a
    week yet count until then. Ends at the first week in which nobody was observed.
    """
    shares, share = [], 1.0
    for there, left in weeks:
        if not there:
            break
        share *= 1 - left / there
        shares.append(share)
    return shares


def _sd(n: int, total: float, squared: float) -> float:
    return math.sqrt(max(0.0, (squared - total * total / n) / (n - 1))) if n > 1 else 0.0
