"""What the schedule starts. No task takes arguments, so that the queue may be emptied at any time."""

from celery import shared_task

from clinics.results.actions import count_due
from painclinic.audit.actions import System
from patients.actions.audit_samples import draw_due

# Calls of one run; what is left is done by the next.
MOST_CALLS = 40


@shared_task(name="clinics.count_results")
def count_results() -> None:
    """Bring the kept figures of courses up to date; may run twice at once, late, or again."""
    for _ in range(MOST_CALLS):
        if not count_due(by=System("count-results")):
            return


@shared_task(name="clinics.draw_audit_samples")
def draw_audit_samples() -> None:
    """Draw the samples of months that are over; each once, however often this runs."""
    draw_due(by=System("draw-audit-samples"))
