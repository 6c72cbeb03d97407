"""Signs of life of worker and beat, kept in the cache for `painclinic.health` to look at.

The worker gives one when its main loop sends Celery's own heartbeat. Beat gives one at its start, and then
through a task every 15 seconds, so that a fresh one proves the whole way: beat, broker, worker.
"""

import time
from typing import Any

from celery import shared_task
from celery.signals import beat_init, heartbeat_sent, worker_ready
from django.core.cache import cache

WORKER = "heartbeat:worker"
BEAT = "heartbeat:beat"
# Three missed beats, and three of the worker's.
FRESH_SECONDS = 50
WORKER_EVERY_SECONDS = 10.0

_last = {WORKER: 0.0}


@shared_task(name="painclinic.heartbeat")
def heartbeat() -> None:
    """Started by beat, run by a worker."""
    give(BEAT)


def give(who: str) -> None:
    """Leaves a sign of life that fades by itself."""
    cache.set(who, "1", timeout=FRESH_SECONDS)


@worker_ready.connect
@heartbeat_sent.connect
def _worker_lives(**_: Any) -> None:
    """Celery's heartbeat comes every other second; we need it less often."""
    if time.monotonic() - _last[WORKER] >= WORKER_EVERY_SECONDS:
        give(WORKER)
        _last[WORKER] = time.monotonic()


@beat_init.connect
def _beat_lives(**_: Any) -> None:
    give(BEAT)
