"""Which clinics are tested, and what is sent for a test. Nothing of a patient is in either."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from messaging.models import Reminder, ReminderQuerySet
from painclinic.accounts.models import Clinic, Membership, User


def tested_clinics() -> QuerySet[Clinic]:
    """The clinics that have to prove their chain: anybody works or is treated there."""
    people = Membership.objects.active().filter(clinic=OuterRef("pk"), user__is_active=True)
    return Clinic.objects.filter(Exists(people), is_synthetic=False)


def notices_of(tests: Iterable[UUID]) -> ReminderQuerySet:
    """What was planned to be sent for these tests."""
    return Reminder.objects.filter(kind=Reminder.Kind.CHAIN_TEST, target_id__in=tests)


def sent_to(user: User) -> Exists:
    """As a condition or column of tests: whether one was sent to `user`."""
    own = Reminder.objects.filter(kind=Reminder.Kind.CHAIN_TEST, user=user)
    return Exists(own.filter(target_id=OuterRef("pk")))
