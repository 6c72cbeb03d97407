"""Plans what shall be sent, as rows. Idempotent: twice at once, late or again, each cause gets its rows once.

The unique key of a reminder does the work, so that no lock is needed and beat may be doubled,
stopped or started again; looking back makes up for the time it was gone.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from messaging.causes import NUDGES, REACH, Cause, Occasion, occasions, standing
from messaging.models import Reminder
from messaging.quiet import local_date, next_allowed
from painclinic import clock
from painclinic.accounts.models import Invitation, Membership, Role
from painclinic.audit.actions import Actor, System, record
from painclinic.audit.models import Action
from patients.models import EmergencyAccess

Kind = Reminder.Kind
PLANNER = System("planner")
LOOK_BACK = timedelta(hours=48)
PORTION = 1000
# How long after it was due a reminder still helps. A week-old "due tomorrow" would only puzzle.
HELPS_FOR = {
    Kind.MODULE_AVAILABLE: timedelta(days=3),
    Kind.HOMEWORK_DUE: timedelta(hours=24),
    Kind.QUESTIONS_DUE: timedelta(hours=24),
    Kind.INACTIVE: timedelta(days=2),
    Kind.UNREAD_MESSAGE: timedelta(days=2),
    Kind.FEEDBACK_READY: timedelta(days=3),
    Kind.EMERGENCY_NOTICE: timedelta(days=7),
}


def plan(*, by: Actor = PLANNER) -> int:
    """Plan everything that has become due in the last 48 hours; returns how many rows are new.

    The number of queries does not depend on the number of patients (but on portions of thousands).
    """
    now = clock.now()
    rows = [*_emergency_notices(now), *_invitations(now)]
    planned = _store(by, rows)
    for kind in NUDGES:
        nudges = iter(_nudges(kind, now))
        while portion := list(islice(nudges, PORTION)):
            planned += _store(by, portion)
    return planned


def _nudges(kind: str, now: datetime) -> Iterator[Reminder]:
    began_after = now - LOOK_BACK - REACH[Kind(kind)] - timedelta(days=1)
    for cause in standing(kind, began_after=began_after, began_before=now):
        occasion = _newest(cause, now)
        if occasion:
            yield _nudge(cause, occasion, now)


def _newest(cause: Cause, now: datetime) -> Occasion | None:
    """The last occasion that has come: after a standstill nobody gets two mails about one thing at once."""
    come = [o for o in occasions(cause) if now - LOOK_BACK < o.at <= now and o.at >= cause.began]
    if not come or not cause.planned < come[-1].number <= cause.most:
        return None
    return come[-1]


def _nudge(cause: Cause, occasion: Occasion, now: datetime) -> Reminder:
    due_at = next_allowed(occasion.at, **cause.quiet)
    return Reminder(
        dedupe_key=f"{cause.kind}:{cause.patient_id}:{cause.target_id}:{occasion.day}:email",
        kind=cause.kind,
        clinic_id=cause.clinic_id,
        user_id=cause.user_id,
        patient_id=cause.patient_id,
        target_id=cause.target_id,
        number=occasion.number,
        due_at=due_at,
        not_after=due_at + HELPS_FOR[Kind(cause.kind)],
        planned_at=now,
    )


def _emergency_notices(now: datetime) -> Iterable[Reminder]:
    """One to each administrator of the clinic, at once and at any hour: somebody's record was opened."""
    opened = list(
        EmergencyAccess.objects.filter(started_at__gt=now - LOOK_BACK).values("pk", "clinic_id", "started_at")
    )
    admins = Membership.objects.active().filter(
        clinic_id__in={access["clinic_id"] for access in opened}, role=Role.CLINIC_ADMIN, user__is_active=True
    )
    people = list(admins.values_list("clinic_id", "user_id", "clinic__timezone"))
    for access in opened:
        for clinic_id, user_id, zone in people:
            if clinic_id == access["clinic_id"]:
                day = local_date(access["started_at"], zone)
                yield Reminder(
                    dedupe_key=f"{Kind.EMERGENCY_NOTICE}:{user_id}:{access['pk']}:{day}:email",
                    kind=Kind.EMERGENCY_NOTICE,
                    clinic_id=clinic_id,
                    user_id=user_id,
                    target_id=access["pk"],
                    due_at=access["started_at"],
                    not_after=access["started_at"] + HELPS_FOR[Kind.EMERGENCY_NOTICE],
                    planned_at=now,
                )


def _invitations(now: datetime) -> Iterable[Reminder]:
    """Those that the desk asked for have their rows already; this finds what anything else made."""
    recent = Invitation.objects.open().filter(last_sent_at__gt=now - LOOK_BACK, user__is_active=True)
    return map(Reminder.for_invitation, recent)


@transaction.atomic
def _store(by: Actor, rows: list[Reminder]) -> int:
    if not rows:
        return 0
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    new = Reminder.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    ids = list(new)
    if ids:
        record(
            by=by,
            action=Action.WRITE,
            verb="reminders-plan",
            object_type="messaging.reminder",
            object_ids=ids,
        )
    return len(ids)
