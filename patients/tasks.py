"""The doorbell for reports: tells a worker to look now. What is to be made is in the database."""

from contextlib import suppress
from threading import Thread

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

MAKE_REPORTS = "patients.make_reports"


def ring_for_reports() -> None:
    """Ask for the making at once when the transaction that is open has been committed.

    Only to be quick: beat asks every 20 seconds anyway, so that a broker that is gone costs nothing.
    """
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    """In a thread of its own, because a broker that is gone is waited for; requests are few."""
    Thread(target=_send, name="report-doorbell", daemon=True).start()


def _send() -> None:
    with suppress(OperationalError, OSError):
        current_app.send_task(MAKE_REPORTS, expires=30, retry=False, ignore_result=True)
