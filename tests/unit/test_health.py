import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from celery.signals import beat_init, heartbeat_sent
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from painclinic import health, heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten_checks() -> Iterator[None]:
    health.pdf.cache_clear()
    heartbeat._last[heartbeat.WORKER] = 0.0
    yield
    health.pdf.cache_clear()


@pytest.fixture
def alive() -> None:
    heartbeat.give(heartbeat.WORKER)
    heartbeat.give(heartbeat.BEAT)


def state(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get(reverse("healthz"))
    return answer.status_code, json.loads(answer.content)


@pytest.mark.usefixtures("alive")
def test_everything_works_answers_200_to_anybody(client: Client) -> None:
    status, states = state(client)
    assert status == 200
    assert {name: states[name] for name in health.NEEDED} == dict.fromkeys(health.NEEDED, "ok")


def test_neither_worker_nor_beat_answers_503(client: Client) -> None:
    status, states = state(client)
    assert status == 503
    assert (states["database"], states["broker"]) == ("ok", "ok")
    assert states["worker"].startswith("failed: no sign of life")
    assert states["beat"].startswith("failed: no sign of life")


@pytest.mark.usefixtures("alive")
def test_beat_silent_for_too_long_answers_503(client: Client) -> None:
    cache.delete(heartbeat.BEAT)
    status, states = state(client)
    assert (status, states["worker"]) == (503, "ok")


def test_signs_of_life_fade(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(heartbeat, "FRESH_SECONDS", 1)
    heartbeat.heartbeat.apply()
    assert state(client)[1]["beat"] == "ok"
    time.sleep(1.1)
    assert state(client)[1]["beat"].startswith("failed")


def test_worker_and_beat_give_signs_of_life_by_celerys_signals(client: Client) -> None:
    heartbeat_sent.send(sender=None)
    beat_init.send(sender=None)
    assert state(client)[0] == 200


def test_worker_gives_no_more_signs_than_needed() -> None:
    heartbeat_sent.send(sender=None)
    cache.delete(heartbeat.WORKER)
    heartbeat_sent.send(sender=None)
    assert cache.get(heartbeat.WORKER) is None


@pytest.mark.usefixtures("alive")
def test_broker_that_never_answers_fails_in_time_and_names_nothing(
    client: Client, settings: Settings
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        settings.CELERY_BROKER_URL = f"redis://:secret@127.0.0.1:{mute.getsockname()[1]}/0"
        began = time.monotonic()
        status, states = state(client)
    assert time.monotonic() - began < 2 * health.LONGEST_SECONDS
    assert (status, states["broker"]) == (503, "failed: no answer")


def test_cache_that_does_not_answer_is_told_from_a_dead_worker(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise health.redis.ConnectionError("secret")

    monkeypatch.setattr(health.cache, "get", refuse)
    status, states = state(client)
    assert status == 503
    assert "cache" in states["worker"]
    assert "secret" not in json.dumps(states)


@pytest.mark.usefixtures("alive")
def test_database_that_does_not_answer_is_a_503_and_not_a_crash(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def cursor(self) -> None:
            raise DatabaseError("host=db.internal password=secret")

    monkeypatch.setattr(health, "connection", Gone())
    status, states = state(client)
    assert (status, states["database"]) == (503, "failed: no answer")


@pytest.mark.usefixtures("alive")
def test_missing_pango_is_told_and_does_not_decide(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise OSError

    monkeypatch.setattr(health.ctypes, "CDLL", missing)
    status, states = state(client)
    assert (status, states["pdf"]) == (200, "failed: the Pango libraries are not installed")


def test_only_safe_methods(client: Client) -> None:
    assert client.post(reverse("healthz")).status_code == 405
