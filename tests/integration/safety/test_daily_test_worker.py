"""The daily test with a real worker, a real broker and a real mail server, killed while it is under way."""

import random
import time
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.test import Client

from messaging.models import ChainTest, Reminder
from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.celery import app
from tests.access.world import BACKEND
from tests.factories.cast import Cast
from tests.integration.test_reminder_faults import Workers, sink, wait_for, workers

__all__ = ["sink", "workers"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
UNPROVED = "Alerts may not reach anybody by mail"
LONGEST = 120.0


@pytest.fixture
def open_clinic(cast: Cast) -> Cast:
    """The clinic has worked every day since long ago, and opened today whatever hour it is."""
    Clinic.objects.exclude(pk=cast.clinic.pk).update(is_synthetic=True)
    Clinic.objects.filter(pk=cast.clinic.pk).update(
        timezone="UTC",
        work_start=clock_time(0),
        work_end=clock_time(23, 59),
        work_days=[1, 2, 3, 4, 5, 6, 7],
        created_at=clock.now() - timedelta(days=9),
    )
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushdb()
    return cast


def ring() -> None:
    """What beat does, and does twice as it may."""
    for _ in range(2):
        app.send_task("messaging.escalate_alerts")
    app.send_task("messaging.deliver_due")


def is_accepted() -> bool:
    return ChainTest.objects.filter(accepted_at__isnull=False).exists()


def is_red(cast: Cast) -> bool:
    client = Client()
    client.force_login(User.objects.get(pk=cast.therapist.pk), backend=BACKEND)
    return UNPROVED in client.get("/today/").content.decode()


def test_worker_that_is_killed_and_started_again_sends_one_test_and_its_death_shows(
    open_clinic: Cast, sink: tuple[int, Path], workers: Workers
) -> None:
    chance, end = random.Random(), time.monotonic() + LONGEST
    for _ in range(3):
        workers.start()
        ring()
        time.sleep(chance.uniform(1.5, 4))
        workers.kill()
    workers.start()
    while not is_accepted() and time.monotonic() < end:
        ring()
        wait_for(is_accepted, 2)
    workers.kill()

    test = ChainTest.objects.get()
    told = Reminder.objects.filter(kind="chain_test")
    accepted = [line.split("\t") for line in sink[1].read_text().splitlines()]
    assert {row.target_id for row in told} == {test.pk}
    # One mail to each of those on duty; a kill in the moment of acceptance sends it again under the same key.
    assert {recipient for _key, recipient, *_rest in accepted} == {row.user.email for row in told}
    assert len({key for key, *_rest in accepted}) == told.count()
    assert not is_red(open_clinic)
    # Nothing runs any more: the next day says so by itself.
    with clock.moved(timedelta(days=1, minutes=31)):
        assert is_red(open_clinic)
        assert Client().get("/healthz/alerts").status_code == 503
