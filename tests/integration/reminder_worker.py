"""The real Celery application, with a lease short enough for a test that kills its workers."""

from datetime import timedelta
from typing import Any

from celery.signals import worker_init

from painclinic.celery import app

__all__ = ["app"]


@worker_init.connect
def shorten_lease(**kwargs: Any) -> None:
    from messaging.models import Reminder

    Reminder.LEASE = timedelta(seconds=2)
