"""What courses came to, kept ready to be added up: a page of results reads sums and never the courses.

Every change that could alter a result leaves an `OutcomeDue` in its own transaction, by triggers of the
database (migration `outcomes`): no action can forget it, and none waits for it. A job works the marks off
(`clinics.results.actions`). All of it can be thrown away and made again from the record.
"""

from datetime import date

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, PatientRow
from programs.models import Programme


class OutcomeQuerySet(ClinicalQuerySet["Outcome"]):
    def to_look_at(self, today: date) -> "OutcomeQuerySet":
        """Those that change because time passes."""
        return self.filter(next_look_on__lte=today)


class Outcome(PatientRow):
    """What one enrolment adds to the clinic's figures, and to which cells of them.

    `facts` are numbers by name. They are taken back from the cells before new ones are added, so that
    counting the same enrolment again changes nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="outcome")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    guidance = models.CharField(max_length=12)
    # In which the course started.
    year = models.PositiveSmallIntegerField()
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    counted_at = models.DateTimeField(default=clock.now)
    # When it changes although nobody does anything; empty once the course is over.
    next_look_on = models.DateField(null=True, blank=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_look_on"], name="outcome_next_look")]

    def __str__(self) -> str:
        return str(self.pk)


class OutcomeDue(models.Model):
    """A mark that an enrolment is to be counted again. Only ever added and taken away: nobody waits on it."""

    id = models.BigAutoField(primary_key=True)
    enrolment_id = models.UUIDField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class OutcomeCell(models.Model):
    """The sum of one fact over a clinic's enrolments of a programme, therapist, guidance and year of start.

    There are as many as programmes, therapists and years make, whatever the number of patients. A cell
    may be about one person: pages show them only through `clinics.results.hiding`.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    guidance = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "programme", "therapist", "guidance", "year", "name"],
                name="outcome_cell_once",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "year"], name="outcome_cell_of_clinic")]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"
