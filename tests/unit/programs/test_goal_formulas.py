"""Goal attainment: the published vectors, and what has to hold for any goals."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas.goals import Goal, Rating, current_levels, history, t_score

START = dt.date(2026, 3, 2)
levels = st.lists(st.integers(-2, 2), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("reached", "weights", "score"),
    [
        ((0, 0, 0), None, 50.00),
        ((1, 0, 1), None, 59.13),
        ((-1, -1, 0), None, 40.87),
        ((2, 2, 2), None, 77.39),
        ((1, 0, -1), (3, 2, 1), 54.41),
        ((1,), None, 60.00),
    ],
)
def test_published_vectors(reached: tuple[int, ...], weights: tuple[float, ...] | None, score: float) -> None:
    assert round(t_score(reached, weights), 2) == score


@pytest.mark.parametrize(("reached", "weights"), [((), None), ((3,), None), ((1,), (0,)), ((1, 1), (1,))])
def test_score_of_no_goal_or_of_impossible_levels_is_refused(
    reached: tuple[int, ...], weights: tuple[float, ...] | None
) -> None:
    with pytest.raises(ValueError, match="level"):
        t_score(reached, weights)


@given(levels, st.data())
def test_score_rises_with_any_level_and_mirrors_around_50(reached: list[int], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 3), min_size=len(reached), max_size=len(reached)))
    place = data.draw(st.integers(0, len(reached) - 1))
    score = t_score(reached, weights)

    assert score + t_score([-level for level in reached], weights) == pytest.approx(100)
    assert 22 < score < 78
    if reached[place] < 2:
        higher = [level + (at == place) for at, level in enumerate(reached)]
        assert t_score(higher, weights) > score


@given(levels, st.integers(2, 9))
def test_score_does_not_change_when_all_weights_grow_alike(reached: list[int], times: int) -> None:
    assert t_score(reached, [times] * len(reached)) == pytest.approx(t_score(reached))


def test_newest_rating_by_a_day_counts_and_before_any_the_start() -> None:
    goals = [Goal("walk", -1, start=START), Goal("cook", -2, start=START)]
    ratings = [
        Rating("walk", START + dt.timedelta(days=7), 0),
        Rating("walk", START + dt.timedelta(days=14), 1),
        Rating("gone", START + dt.timedelta(days=7), 2),
    ]

    assert current_levels(goals, ratings, START) == {"walk": -1, "cook": -2}
    assert current_levels(goals, ratings, START + dt.timedelta(days=13)) == {"walk": 0, "cook": -2}
    assert current_levels(goals, ratings, START + dt.timedelta(days=30)) == {"walk": 1, "cook": -2}


def test_history_begins_with_the_start_and_a_later_goal_joins_on_its_day() -> None:
    later = START + dt.timedelta(days=21)
    goals = [Goal("walk", -1, start=START), Goal("cook", -2, start=later)]
    ratings = [Rating("walk", START + dt.timedelta(days=7), 0), Rating("walk", later, 1)]

    found = history(goals, ratings)

    assert [(score.day, round(score.t, 2)) for score in found] == [
        (START, 40.0),
        (START + dt.timedelta(days=7), 50.0),
        (later, round(t_score((1, -2)), 2)),
    ]
    assert history([], ratings) == ()
