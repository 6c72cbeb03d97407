from django.db import models
from django.db.models import Q

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.entries import Entry
from patients.models.scope import ClinicalQuerySet, PatientRow


class GoalRatingQuerySet(ClinicalQuerySet["GoalRating"]):
    pass


class GoalRating(PatientRow):
    """Where a patient stood with one goal on one day, from -2 to 2. Never changed: the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="goal_ratings")
    # The version of the goal's sheet that was rated, so that the levels can be read as they stood.
    goal = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="ratings")
    level = models.SmallIntegerField()
    # The day it is about, in the patient's time zone.
    on_date = models.DateField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField(default=clock.now)

    objects = GoalRatingQuerySet.as_manager()

    class Meta:
        ordering = ["rated_at"]
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=-2, level__lte=2), name="goal_rating_in_range"),
        ]
        indexes = [models.Index(fields=["enrolment", "on_date"], name="goal_rating_of_enrolment")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
