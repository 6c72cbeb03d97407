import pytest

from tests.factories.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()
