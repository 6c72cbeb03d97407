"""`GET /healthz`: whether each part works, by name only. For load balancers and containers."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache as remembered
from importlib.util import find_spec

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from painclinic import heartbeat
from painclinic.access.decorators import public

OK = "ok"
NEEDED = ("database", "broker", "worker", "beat")
LONGEST_SECONDS = 2


@public
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 if database, broker, worker and beat work, 503 otherwise. PDFs are reported and do not decide."""
    states = {name: check() for name, check in CHECKS.items()}
    works = all(states[name] == OK for name in NEEDED)
    return JsonResponse(states, status=200 if works else 503)


def database() -> str:
    """Asks the database for an answer as the application's role."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "failed: no answer"
    return OK


def broker() -> str:
    """Asks the broker, waiting no longer than `LONGEST_SECONDS` to connect and to hear."""
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_connect_timeout=LONGEST_SECONDS,
        socket_timeout=LONGEST_SECONDS,
        retry=None,
    )
    try:
        client.ping()
    except redis.RedisError:
        return "failed: no answer"
    finally:
        client.close()
    return OK


def _sign_of_life(who: str) -> str:
    try:
        fresh = cache.get(who)
    except redis.RedisError:
        return "failed: the cache that keeps the signs of life does not answer"
    return OK if fresh else f"failed: no sign of life for {heartbeat.FRESH_SECONDS} seconds"


def worker() -> str:
    """Whether any worker gave a sign of life lately."""
    return _sign_of_life(heartbeat.WORKER)


def beat() -> str:
    """Whether a task that beat started was run lately."""
    return _sign_of_life(heartbeat.BEAT)


@remembered
def pdf() -> str:
    """Whether the libraries for PDFs are there.

    Loading WeasyPrint to find out would cost 70 MB in each web process.
    """
    ending = ".0.dylib" if sys.platform == "darwin" else ".so.0"
    try:
        for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"):
            ctypes.CDLL(f"lib{name}{ending}")
    except OSError:
        return "failed: the Pango libraries are not installed"
    return OK if find_spec("weasyprint") else "failed: WeasyPrint is not installed"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "broker": broker,
    "worker": worker,
    "beat": beat,
    "pdf": pdf,
}
