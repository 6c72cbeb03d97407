"""Effect sizes, intervals and survival against published and hand-checked figures."""

import random
from statistics import correlation, mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas.effects import Sums, hedges_g, sums_of, survival, wilson_interval

pairs_of_scores = st.lists(
    st.tuples(st.integers(0, 27).map(float), st.integers(0, 27).map(float)), min_size=3, max_size=60
)


def sums_with(n: int, pre: float, post: float, sd: float, r: float) -> Sums:
    squares = (n - 1) * sd * sd
    return Sums(
        n,
        n * pre,
        n * post,
        squares + n * pre * pre,
        squares + n * post * post,
        (n - 1) * r * sd * sd + n * pre * post,
    )


def test_hedges_g_of_the_published_matched_groups_example_gives_its_figures() -> None:
    """Borenstein et al. 2009, ch. 4: means 103 and 100, SD_diff 5.5, r .70, n 50: g 0.416, SE 0.113."""
    spread = 5.5 / (2 * (1 - 0.7)) ** 0.5
    effect = hedges_g(sums_with(50, 103, 100, spread, 0.7))
    assert effect is not None
    assert effect.g == pytest.approx(0.4160, abs=0.0005)
    assert (effect.high - effect.g) / 1.96 == pytest.approx(0.1127, abs=0.0005)
    assert effect.g - effect.low == pytest.approx(effect.high - effect.g)


def test_hedges_g_where_higher_is_better_turns_its_sign() -> None:
    sums = sums_with(50, 103, 100, 7.0, 0.7)
    worse, better = hedges_g(sums), hedges_g(sums, higher_is_worse=False)
    assert worse
    assert better
    assert worse.g == pytest.approx(-better.g)


def test_hedges_g_of_two_pairs_or_without_spread_is_none() -> None:
    assert hedges_g(sums_of([(1, 2), (3, 4)])) is None
    assert hedges_g(sums_of([(5, 1), (5, 2), (5, 3)])) is None


@given(pairs_of_scores)
def test_sums_of_any_scores_give_the_figures_of_the_scores(pairs: list[tuple[float, float]]) -> None:
    sums = sums_of(pairs)
    pre, post = [one for one, _ in pairs], [one for _, one in pairs]
    assert sums.mean_pre == pytest.approx(mean(pre))
    assert sums.mean_post == pytest.approx(mean(post))
    assert sums.sd_pre == pytest.approx(stdev(pre), abs=1e-6)
    if sums.sd_pre > 1e-6 and sums.sd_post > 1e-6:
        assert sums.correlation == pytest.approx(correlation(pre, post), abs=1e-6)


def test_interval_of_the_effect_size_covers_the_truth_about_95_times_in_100() -> None:
    rng, held = random.Random(7), 0
    for _ in range(400):
        pairs = []
        for _ in range(60):
            first, own = rng.gauss(0, 1), rng.gauss(0, 1)
            pairs.append((first, 0.7 * first + (1 - 0.49) ** 0.5 * own - 0.5))
        effect = hedges_g(sums_of(pairs))
        held += bool(effect and effect.low <= 0.5 <= effect.high)
    assert 370 <= held <= 392


def test_wilson_interval_at_its_edges_stays_within_0_and_1() -> None:
    low, high = wilson_interval(0, 10)
    assert low == pytest.approx(0, abs=1e-9)
    assert high == pytest.approx(0.2775, abs=0.0005)
    low, high = wilson_interval(10, 10)
    assert low == pytest.approx(0.7225, abs=0.0005)
    assert high == pytest.approx(1)
    with pytest.raises(ValueError, match="at least one"):
        wilson_interval(1, 0)


def test_survival_multiplies_what_each_week_leaves() -> None:
    assert survival([(100, 10), (80, 8), (0, 0), (5, 1)]) == pytest.approx([0.9, 0.81])
