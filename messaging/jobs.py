"""What the schedule starts. No task takes arguments, so that the queue may be emptied at any time."""

from celery import shared_task

from messaging.actions.alerts import escalate
from messaging.actions.chain import run_daily_tests
from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.tasks import DELIVER


@shared_task(name="messaging.plan_reminders")
def plan_reminders() -> None:
    """Plan what has become due; may run twice at once, late, or again."""
    plan()


@shared_task(name=DELIVER)
def deliver_due() -> None:
    """Send what is due; may run many times at once."""
    deliver()


@shared_task(name="messaging.escalate_alerts")
def escalate_alerts() -> None:
    """Tell people of the alerts whose moment has come; may run twice at once, late, or again.

    The daily test comes after them in the same run: it proves nothing on a day on which they fail.
    """
    escalate()
    run_daily_tests()
