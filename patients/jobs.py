"""What the schedule starts. No task takes arguments, so that the queue may be emptied at any time."""

from celery import shared_task

from painclinic import clock
from painclinic.audit.actions import System
from patients.actions.progress import unlock_due
from patients.actions.report_batches import schedule_reports
from patients.reports.making import make_waiting
from patients.tasks import MAKE_REPORTS


@shared_task(name="patients.unlock_modules")
def unlock_modules() -> None:
    """Open the modules that have become due; may run twice at once, late, or again."""
    unlock_due(by=System("unlock-modules"), now=clock.now())


@shared_task(name="patients.schedule_reports")
def plan_reports() -> None:
    """Ask for the reports of mid-course and end that have become due; may run twice at once, or again."""
    schedule_reports(by=System("schedule-reports"))


@shared_task(name=MAKE_REPORTS)
def make_reports() -> None:
    """Make the reports that wait; may run many times at once."""
    make_waiting()
