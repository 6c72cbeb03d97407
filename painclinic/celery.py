"""Celery is a doorbell: what must happen is a row in PostgreSQL, a task only says "look now"."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "painclinic.settings")

app = Celery("painclinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["painclinic", "patients", "messaging"])
