"""The tables themselves under test: of the holes that are made on purpose they have to notice every one."""

import logging
from collections.abc import Iterator

import pytest

from tests.access.mutants import Mutant, all_mutants
from tests.access.rows import scoped_models
from tests.access.table import ROWS
from tests.access.visits import Visits

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access"), pytest.mark.slow]

# What cannot be noticed from outside, and why. Nothing so far.
HELD_TWICE: dict[str, str] = {}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Pages behind a hole break in many ways; their log lines say nothing new."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_without_a_hole_nothing_is_noticed(visits: Visits) -> None:
    sound = Mutant("none", lambda patch: None, ROWS[:5], in_rows=tuple(scoped_models()))
    assert not sound.is_noticed(visits)


def test_the_tables_notice_holes(visits: Visits) -> None:
    noticed, overlooked = [], []
    for mutant in all_mutants():
        with pytest.MonkeyPatch.context() as patch:
            mutant.make(patch)
            (noticed if mutant.is_noticed(visits) else overlooked).append(mutant.name)
    total = len(noticed) + len(overlooked)
    print(f"\nnoticed {len(noticed)} of {total} holes ({len(noticed) / total:.0%}); overlooked: {overlooked}")
    assert total > 100
    assert set(overlooked) == set(HELD_TWICE)
