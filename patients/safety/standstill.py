"""Whether whatever tells people of alerts stands still: steps are due and nobody takes them.

Read from the rows themselves, so that it shows when worker, broker or schedule are dead.
"""

from datetime import timedelta

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.expressions import Combinable

from painclinic import clock
from painclinic.accounts.models import Role
from patients.models import AlertStep
from patients.models.alerts import AlertStepQuerySet

# A step is taken within 30 seconds of its moment when all is well. Our own judgement.
TAKEN_WITHIN = timedelta(minutes=5)


def overdue_steps() -> AlertStepQuerySet:
    """The steps, of whatever clinic, that were not taken in time."""
    return AlertStep.objects.order_by().filter(done_at=None, due_at__lte=clock.now() - TAKEN_WITHIN)


def alerts_stand_still() -> Combinable:
    """As a column of memberships: whether there is such a step in the clinic. Never for a patient."""
    late = Exists(overdue_steps().filter(clinic_id=OuterRef("clinic_id")))
    return ExpressionWrapper(~Q(role=Role.PATIENT) & Q(late), output_field=BooleanField())
