"""What the tests themselves stand on."""

import os

from django.conf import settings


def test_parallel_workers_share_neither_cache_nor_broker() -> None:
    """A worker of tests that reads the settings too early would empty the other ones' cache."""
    assert settings.CACHES["default"]["LOCATION"] == os.environ["CACHE_URL"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = 2 * int(worker.removeprefix("gw")) + 2 if worker else 0
    if os.environ.get("TEST_SERVERS") == "shared":
        assert settings.CELERY_BROKER_URL.endswith(f"/{number}")
        assert os.environ["CACHE_URL"].endswith(f"/{number + 1}")
