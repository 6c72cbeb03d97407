"""The daily test alert: made, taken, proved and confirmed. No patient is in it anywhere.

Each clinic and working day has one row, whoever plans it and however often; the unique key does the work.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import Max, Q

from messaging.chain import due_day
from messaging.chain_rows import notices_of, tested_clinics
from messaging.models import ChainTest, Reminder
from messaging.notices import Notice, rows_of
from messaging.tasks import ring_after_commit
from painclinic import clock
from painclinic.accounts.models import Clinic, Role, User
from painclinic.audit.actions import Actor, System, record
from painclinic.audit.models import Action
from patients.safety import duty
from patients.workdays import closing, next_opening, opening, working_days

log = structlog.get_logger()
TESTER = System("chain-tester")
State = Reminder.State
# Days without a test are written down so far back, and notices are looked after for so long.
MOST_MISSED = timedelta(days=60)
LOOKED_AFTER = timedelta(days=20)
# At least so long a late notice of the test is tried.
HELPS_FOR = timedelta(hours=1)


class NotToldError(Exception):
    """Only somebody whom the test was sent to can say that it arrived."""


def run_daily_tests(*, by: Actor = TESTER) -> None:
    """Make what is due, send it, and note what was accepted. May run twice at once, late, or again."""
    now = clock.now()
    for clinic, newest in _newest_tests():
        day = due_day(now, clinic)
        if day and (newest is None or newest < day):
            _apart(_make, by, clinic, day, newest)
    waiting = ChainTest.objects.filter(taken_at=None, was_missed=False)
    for pk in waiting.values_list("pk", flat=True):
        _apart(_take, by, pk)
    _prove(by, now)


@transaction.atomic
def confirm_arrival(*, by: User, test: ChainTest) -> ChainTest:
    """Somebody whom the test was sent to has it before them; the first one counts. Raises NotToldError."""
    test = ChainTest.objects.select_for_update(no_key=True).get(pk=test.pk)
    if not notices_of([test.pk]).filter(user=by).exists():
        raise NotToldError
    if test.confirmed_at is None:
        test.confirmed_at, test.confirmed_by = clock.now(), by
        test.save(update_fields=["confirmed_at", "confirmed_by"])
        record(by=by, action=Action.WRITE, verb="chain-confirm", obj=test, clinic_id=test.clinic_id)
    return test


def _apart(act: Callable[..., None], *arguments: Any) -> None:
    """What goes wrong with one clinic holds up no other. It is red there, because its test does not come."""
    try:
        act(*arguments)
    except Exception as error:
        log.warning("daily-test-failed", fault=type(error).__name__)


def _newest_tests() -> list[tuple[Clinic, date | None]]:
    """Each clinic that is tested, with the day of its newest test; one query."""
    rows = tested_clinics().annotate(newest=Max("chain_tests__day")).order_by("pk")
    return [(clinic, getattr(clinic, "newest")) for clinic in rows]  # noqa: B009  a column of this query


@transaction.atomic
def _make(by: Actor, clinic: Clinic, day: date, after: date | None) -> None:
    """The row of `day`, and one for each working day since the last that went by without any test."""
    now = clock.now()
    late = ChainTest.objects.filter(clinic=clinic, day__lt=day, taken_at=None, was_missed=False)
    late.update(was_missed=True)
    missed = working_days(max(after, day - MOST_MISSED), day, clinic) if after else []
    rows = [
        ChainTest(clinic=clinic, day=one, due_at=opening(one, clinic), made_at=now, was_missed=one != day)
        for one in [*missed, day]
    ]
    ChainTest.objects.bulk_create(rows, ignore_conflicts=True)
    made = ChainTest.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    if ids := list(made):
        _record(by, "chain-make", clinic.pk, ids)


@transaction.atomic
def _take(by: Actor, pk: UUID) -> None:
    """Plan the notices. Without anybody to tell it stays as it is, until there is somebody."""
    waiting = ChainTest.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related(
        "clinic"
    )
    test = waiting.filter(pk=pk, taken_at=None, was_missed=False).first()
    now = clock.now()
    people = _people(test.clinic, now) if test else []
    if test is None or not people:
        return
    test.taken_at = now
    test.save(update_fields=["taken_at"])
    Reminder.objects.bulk_create(rows_of([_notice(test, people, now)]), ignore_conflicts=True)
    _record(by, "chain-take", test.clinic_id, [test.pk])
    ring_after_commit()


def _people(clinic: Clinic, now: datetime) -> list[User]:
    """Whoever is on duty on this day, or the next on which the clinic works; everybody when nobody is."""
    day = next_opening(now, clinic).astimezone(ZoneInfo(clinic.timezone)).date()
    found = [shift.user for shift in duty.shifts_on(clinic, day)]
    found = found or duty.staff_of(clinic.pk) or duty.staff_of(clinic.pk, Role.CLINIC_ADMIN)
    return list({person.pk: person for person in found}.values())


def _notice(test: ChainTest, people: Iterable[User], now: datetime) -> Notice:
    """By every way that a notice of the highest level takes; tried until the next test is due."""
    next_due = next_opening(max(now, closing(test.day, test.clinic)), test.clinic)
    return Notice(
        kind=Reminder.Kind.CHAIN_TEST,
        clinic_id=test.clinic_id,
        target_id=test.pk,
        cause_id=test.pk,
        user_ids=tuple(person.pk for person in people),
        is_pressing=True,
        helps_for=max(next_due - now, HELPS_FOR),
    )


def _prove(by: Actor, now: datetime) -> None:
    """A test is accepted when the mail server took the mail to each of the people.

    Another way does not stand in for it: not everybody has one, and of most alerts people are told by mail.
    """
    since = (now - LOOKED_AFTER).date()
    tests = list(ChainTest.objects.filter(accepted_at=None, taken_at__isnull=False, day__gte=since))
    mails: dict[UUID | None, list[Reminder]] = defaultdict(list)
    # Whoever left in between counts for nothing: their notices were cancelled.
    sent = notices_of([test.pk for test in tests]).filter(channel=Reminder.Channel.EMAIL)
    for row in sent.exclude(state=State.CANCELLED):
        mails[row.target_id].append(row)
    for test in tests:
        moments = [row.sent_at for row in mails[test.pk] if row.state == State.SENT and row.sent_at]
        if moments and len(moments) == len(mails[test.pk]):
            _accept(by, test, max(moments))


@transaction.atomic
def _accept(by: Actor, test: ChainTest, at: datetime) -> None:
    if ChainTest.objects.filter(pk=test.pk, accepted_at=None).update(accepted_at=at):
        older = Q(chain_proved_on=None) | Q(chain_proved_on__lt=test.day)
        Clinic.objects.filter(older, pk=test.clinic_id).update(chain_proved_on=test.day)
        _record(by, "chain-accepted", test.clinic_id, [test.pk])


def _record(by: Actor, verb: str, clinic_id: UUID, ids: list[UUID]) -> None:
    record(
        by=by,
        action=Action.WRITE,
        verb=verb,
        object_type="messaging.chaintest",
        object_ids=ids,
        clinic_id=clinic_id,
    )
