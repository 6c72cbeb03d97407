"""The doorbell: tells a worker that something waits in the outbox. What waits is in the database."""

from threading import Lock, Thread

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger()
DELIVER = "messaging.deliver_due"
_ringing = Lock()


def ring_after_commit() -> None:
    """Ask for delivery at once when the transaction that is open has been committed.

    Only to be quick: beat asks every 20 seconds anyway. A broker that is gone neither fails nor
    holds up what was committed.
    """
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    """In a thread of its own: the client library gives a dead broker 6 seconds before it believes it.

    One at a time, so that a dead broker gathers no threads.
    """
    if _ringing.acquire(blocking=False):
        Thread(target=_send, name="doorbell", daemon=True).start()


def _send() -> None:
    try:
        current_app.send_task(DELIVER, expires=30, retry=False, ignore_result=True)
    except Exception as error:
        # Whatever is wrong with the broker, beat comes round; and nobody would hear of it from a thread.
        log.warning("doorbell-not-heard", fault=type(error).__name__)
    finally:
        _ringing.release()
