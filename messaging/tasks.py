"""The doorbell: tells a worker that something waits in the outbox. What waits is in the database."""

from celery import current_app
from django.db import transaction

DELIVER = "messaging.deliver_due"


def ring_after_commit() -> None:
    """Ask for delivery at once when the transaction that is open has been committed.

    Only to be quick: beat asks every 20 seconds anyway. A broker that is gone neither fails nor
    holds up what was committed.
    """
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    current_app.send_task(DELIVER, expires=30, retry=False, ignore_result=True)
