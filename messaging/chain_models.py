"""The daily test of the way on which people are told of alerts, as rows."""

import pgtrigger
from django.db import models
from django.db.models import Q

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.ids import new_id

_NOTED_ONCE = """
IF (OLD.taken_at IS NOT NULL AND NEW.taken_at IS DISTINCT FROM OLD.taken_at)
    OR (OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at)
    OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at)
    OR (OLD.was_missed AND NOT NEW.was_missed) THEN
    RAISE EXCEPTION 'painclinic: what a daily test has noted stays';
END IF;
RETURN NEW;
"""


class ChainTest(models.Model):
    """One clinic's test on one of its working days. What it says happened stays; it is never deleted.

    Its notices are rows of the outbox like those of an alert (`Reminder.target_id`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="chain_tests")
    day = models.DateField()
    # When the clinic opened on that day.
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(default=clock.now)
    # When the run that takes the steps of alerts took it, and planned its notices.
    taken_at = models.DateTimeField(null=True, blank=True)
    # True for a day that was over before anything ran: it has no notices.
    was_missed = models.BooleanField(default=False)
    # When a mail server had accepted the mail to the last of those whom it was sent to.
    accepted_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "day"], name="chain_test_once_a_day"),
            models.CheckConstraint(
                condition=Q(was_missed=False) | Q(taken_at=None, accepted_at=None, confirmed_at=None),
                name="chain_test_missed_has_nothing",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=False) | Q(accepted_at=None, confirmed_at=None),
                name="chain_test_taken_first",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="chain_test_confirmed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["day"], condition=Q(accepted_at=None, was_missed=False), name="chain_test_open"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="origin_kept", fields=["clinic", "day", "due_at", "made_at"]),
            # What was noted once is not noted otherwise later.
            pgtrigger.Trigger(
                name="noted_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_NOTED_ONCE,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
