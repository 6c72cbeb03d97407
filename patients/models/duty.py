from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.ids import new_id


class DutyShift(models.Model):
    """Who of a clinic looks after alerts: on one weekday each week, or on every day of some dates.

    Dates come before weekdays, so that a holiday needs no change of the usual week. One that was
    taken off the rota stays as history.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    class Order(models.IntegerChoices):
        FIRST = 1, _("on duty")
        SECOND = 2, _("second")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="duty_shifts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="duty_shifts")
    order = models.PositiveSmallIntegerField(choices=Order.choices, default=Order.FIRST)
    # ISO. Either this or the two days.
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    # Answers outside working hours too: only then do clocks of the highest level run at night.
    is_on_call = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["order", "weekday", "first_day", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weekday__isnull=False,
                    weekday__gte=1,
                    weekday__lte=7,
                    first_day__isnull=True,
                    last_day__isnull=True,
                )
                | Q(weekday__isnull=True, first_day__isnull=False, last_day__gte=models.F("first_day")),
                name="duty_weekday_or_dates",
            ),
            models.UniqueConstraint(
                fields=["clinic", "user", "weekday", "order"],
                condition=Q(ended_at=None, weekday__isnull=False),
                name="duty_once_a_weekday",
            ),
        ]
        indexes = [models.Index(fields=["clinic"], condition=Q(ended_at=None), name="duty_of_clinic")]

    def __str__(self) -> str:
        return str(self.pk)
