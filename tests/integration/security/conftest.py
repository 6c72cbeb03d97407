from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.visits import Visits, open_visits


@pytest.fixture(scope="module")
def visits(django_db_setup: None, django_db_blocker: Any) -> Iterator[Visits]:
    """The world of the access table, for a whole module; what was asked before is not asked again."""
    with django_db_blocker.unblock(), open_visits() as opened:
        yield opened
