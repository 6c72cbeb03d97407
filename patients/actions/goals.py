"""Saying where one stands with a goal."""

from django.db import transaction

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.enrolment import note_activity
from patients.models import Enrolment, Entry, GoalRating
from programs.formulas.goals import LEVELS

GOAL_SHEET = "w2-goal"


class NotAGoalError(Exception):
    """The entry is no live goal of the patient, or the level is none of the five."""


@transaction.atomic
def rate_goal(*, by: User, goal: Entry, level: int) -> GoalRating:
    """Keep the level of a goal as it is today. The same level again on the same day is the same rating.

    Raises NotAGoalError for an entry that is no goal, was changed or taken out, or a level out of range.
    """
    enrolment = Enrolment.objects.select_for_update(no_key=True, of=("self",)).get(pk=goal.enrolment_id)
    live = Entry.objects.current().of(GOAL_SHEET).filter(pk=goal.pk)
    if level not in LEVELS or not live.exists():
        raise NotAGoalError
    today = clock.local_today(enrolment.patient.timezone)
    before = GoalRating.objects.filter(goal=goal).order_by("-rated_at").first()
    if before and (before.on_date, before.level) == (today, level):
        return before
    rating = GoalRating.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        goal=goal,
        level=level,
        on_date=today,
        created_by=by,
        rated_at=clock.now(),
    )
    note_activity(enrolment=enrolment)
    record(by=by, action=Action.WRITE, verb="goal-rate", obj=rating)
    return rating
