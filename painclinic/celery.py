"""Celery is a doorbell: what must happen is a row in PostgreSQL, a task only says "look now"."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "painclinic.settings")

app = Celery("painclinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["painclinic", "patients", "messaging"])
app.autodiscover_tasks(["patients", "messaging", "clinics"], related_name="jobs")


@worker_init.connect
def _refuse_unsafe_start(**kwargs: Any) -> None:
    from painclinic.checks import refuse_unsafe_start

    refuse_unsafe_start()


@task_prerun.connect
@task_postrun.connect
def _forget_keys(**kwargs: Any) -> None:
    """No task sees the patient keys that another one loaded."""
    from painclinic.crypto import keys

    keys.forget()
