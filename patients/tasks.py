"""Doorbells: they carry nothing and may ring at any time."""

from celery import shared_task


@shared_task(name="patients.unlock_modules")
def unlock_modules() -> None:
    from patients import jobs

    jobs.unlock_modules()
