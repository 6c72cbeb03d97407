"""Mails that somebody asked for: invitations, and what concerns signing in."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from messaging.models import Reminder
from messaging.tasks import ring_after_commit
from painclinic import clock
from painclinic.accounts.models import Invitation, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from painclinic.crypto import keys
from painclinic.ids import new_id

ACCOUNT_MAIL_LASTS = timedelta(hours=24)


@transaction.atomic
def queue_invitation(*, by: Actor, invitation: Invitation) -> None:
    """Send the invitation's present link soon after the commit; asking twice for one link sends once."""
    Reminder.objects.bulk_create([Reminder.for_invitation(invitation)], ignore_conflicts=True)
    record(by=by, action=Action.WRITE, verb="invitation-queue", obj=invitation)
    ring_after_commit()


@transaction.atomic
def queue_account_mail(*, by: Actor, user: User | None, subject: str, body: str) -> None:
    """Send a mail about signing in to its user soon after the commit; its text is stored encrypted.

    For nobody (`user=None`, an unknown address) it does the same work and keeps nothing, so that
    the time of a password reset does not tell who has an account (ASVS 6.3.8).
    """
    user_id = user.pk if user else new_id()
    point = transaction.savepoint()
    own_key(user_id)
    reminder = _account_reminder(user_id, subject, body)
    reminder.save(force_insert=True)
    if user:
        transaction.savepoint_commit(point)
    else:
        transaction.savepoint_rollback(point)
        keys.forget()
    record(
        by=by,
        action=Action.WRITE,
        verb="account-mail-queue" if user else "account-mail-nobody",
        object_type="messaging.reminder",
        object_ids=[reminder.pk] if user else [],
    )
    ring_after_commit()


@transaction.atomic
def cancel_reminders(*, by: Actor, user: User) -> int:
    """Cancel whatever waits to be sent to a person whose access has ended; returns how many."""
    waiting = Reminder.objects.open().filter(user=user)
    ids = list(waiting.select_for_update(no_key=True).values_list("pk", flat=True))
    Reminder.objects.filter(pk__in=ids).update(state=Reminder.State.CANCELLED, lease_until=None, body=None)
    if ids:
        record(
            by=by,
            action=Action.WRITE,
            verb="reminders-cancel",
            object_type="messaging.reminder",
            object_ids=ids,
        )
    return len(ids)


def _account_reminder(user_id: UUID, subject: str, body: str) -> Reminder:
    now = clock.now()
    pk = new_id()
    return Reminder(
        id=pk,
        dedupe_key=f"{Reminder.Kind.ACCOUNT}:{user_id}:{pk}:{now.date()}:email",
        kind=Reminder.Kind.ACCOUNT,
        user_id=user_id,
        due_at=now,
        not_after=now + ACCOUNT_MAIL_LASTS,
        planned_at=now,
        subject=" ".join(subject.split())[:200],
        body=body,
    )


def own_key(user_id: UUID) -> None:
    """Make the key that what concerns a member of staff is encrypted with, unless it is there."""
    try:
        keys.cipher(user_id)
    except keys.DecryptionError:
        # Two first mails at the same moment: the other one made the key.
        with suppress(IntegrityError), transaction.atomic():
            keys.create(user_id)
