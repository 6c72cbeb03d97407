"""The daily test of a clinic, as it stands after it was sent."""

from datetime import timedelta

from messaging.models import ChainTest, Reminder
from painclinic import clock
from painclinic.accounts.models import Clinic, User


def make_daily_test(clinic: Clinic, *told: User) -> ChainTest:
    """Today's, sent to these people a minute ago and accepted; nobody has confirmed it."""
    now = clock.now()
    at = now - timedelta(minutes=1)
    test = ChainTest.objects.create(
        clinic=clinic,
        day=clock.local_today(clinic.timezone),
        due_at=at,
        made_at=at,
        taken_at=at,
        accepted_at=now,
    )
    for user in told:
        Reminder.objects.create(
            dedupe_key=f"chain_test:{user.pk}:{test.pk}:email",
            kind=Reminder.Kind.CHAIN_TEST,
            clinic=clinic,
            user=user,
            target_id=test.pk,
            due_at=at,
            not_after=now,
            state=Reminder.State.SENT,
            sent_at=now,
        )
    return test
