from collections.abc import Iterator

import pytest

from painclinic import clock
from tests.factories.outbox import until


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """It is Monday 2 March 2026, nine in the morning in London, before anybody of the cast is there."""
    with clock.moved(until("2026-03-02T09:00+00:00")):
        yield
