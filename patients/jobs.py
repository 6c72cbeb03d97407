"""What the schedule starts. No task takes arguments, so that the queue may be emptied at any time."""

from celery import shared_task

from painclinic import clock
from painclinic.audit.actions import System
from patients.actions.progress import unlock_due


@shared_task(name="patients.unlock_modules")
def unlock_modules() -> None:
    """Open the modules that have become due; may run twice at once, late, or again."""
    unlock_due(by=System("unlock-modules"), now=clock.now())
