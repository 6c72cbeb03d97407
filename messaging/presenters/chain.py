"""The daily test in words: the warning on every page of staff, the question on Today, the list of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from messaging.chain import ACCEPTED_WITHIN, day_to_confirm, due_day, is_unproved
from messaging.chain_rows import notices_of, sent_to
from messaging.models import ChainTest, Reminder
from painclinic import clock
from painclinic.access.permissions import Permission, allows
from painclinic.accounts.models import Clinic, Membership, User
from patients.workdays import opening

SHOWN_FOR = timedelta(days=60)
# The last working day is never longer ago: a clinic is closed for 16 days at most.
RECENT = timedelta(days=21)


@dataclass(frozen=True)
class Alarm:
    """A warning for everybody of a clinic, in red. Nothing about a patient is in it."""

    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """What Today asks or says of the daily test."""

    # The test that was sent to the reader and that nobody has confirmed; None without one.
    mine: ChainTest | None
    # The days whose test nobody said had arrived until the clinic closed.
    forgotten: tuple[str, ...]


@dataclass(frozen=True)
class ChainRow:
    """One working day on the list. `tone` is as the tags of the design system."""

    day: date
    due_at: datetime
    test: ChainTest | None
    state: str
    tone: str
    # Whom it was sent to; and who was not reached, with the way.
    told: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


def alarms_of(user: Any) -> list[Alarm]:
    """What is wrong with the way on which people of the reader's clinics are told of alerts. No query."""
    team = _memberships(user)
    found: list[Alarm] = []
    for member in team:
        name = f"{member.clinic.name}: " if len(team) > 1 else ""
        if member.alerts_stand_still:
            found.append(Alarm(name + _("Nobody is being told of alerts"), _still()))
        if is_unproved(clock.now(), member.clinic):
            found.append(Alarm(name + _("Alerts may not reach anybody by mail"), _unproved()))
    return found


def question_for(user: User) -> Question:
    """The daily test on Today, in one query."""
    now, clinics = clock.now(), [member.clinic for member in _memberships(user)]
    recent = ChainTest.objects.filter(
        clinic__in=clinics, day__gte=(now - RECENT).date(), taken_at__isnull=False
    ).order_by("-day")
    tests = list(recent.annotate(is_mine=sent_to(user)))
    mine = (test for test in tests if getattr(test, "is_mine", False) and _is_asked(test, clinics, now))
    forgotten = (_forgotten(clinic, tests, now) for clinic in clinics)
    return Question(next(mine, None), tuple(_day(day) for day in forgotten if day))


def chain_rows(clinic: Clinic) -> list[ChainRow]:
    """The days of the last two months, newest first, with whom each test was sent to; two queries."""
    now = clock.now()
    tests = ChainTest.objects.filter(clinic=clinic, day__gte=(now - SHOWN_FOR).date())
    found = list(tests.select_related("confirmed_by").order_by("-day"))
    notices: dict[Any, list[Reminder]] = {test.pk: [] for test in found}
    for notice in notices_of(notices).select_related("user"):
        notices[notice.target_id].append(notice)
    rows = [_row(test, notices[test.pk], now) for test in found]
    return [*_unmade(clinic, found, now), *rows]


def _memberships(user: Any) -> list[Membership]:
    if not isinstance(user, User):
        return []
    return [member for member in user.active_memberships if allows(member.role, Permission.CHAIN_VIEW)]


def _still() -> str:
    return _(
        "An alert waits, and for more than 5 minutes those who should have been told were not. Somebody "
        "of the team looks at the alerts on Today now and every few minutes, and calls whoever is on duty. "
        "Tell whoever runs painclinic for you."
    )


def _unproved() -> str:
    return _(
        "The daily test was not accepted by the mail server in time. Until this notice is gone, somebody of "
        "the team looks at the alerts on Today every 15 minutes, and calls whoever is on duty when there is "
        "one. Tell whoever runs painclinic for you."
    )


def _is_asked(test: ChainTest, clinics: Iterable[Clinic], now: datetime) -> bool:
    clinic = next(one for one in clinics if one.pk == test.clinic_id)
    return test.confirmed_at is None and test.day == due_day(now, clinic)


def _forgotten(clinic: Clinic, tests: Sequence[ChainTest], now: datetime) -> date | None:
    """The last working day that is over, if its test was accepted and neither it nor a later one confirmed.

    One that was not accepted has its alarm.
    """
    day = day_to_confirm(now, clinic)
    since = [test for test in tests if day and test.clinic_id == clinic.pk and test.day >= day]
    is_there = any(test.day == day and test.accepted_at for test in since)
    return day if is_there and not any(test.confirmed_at for test in since) else None


def _day(day: date) -> str:
    return date_format(day, pgettext("date format: day with weekday", "D j F"))


def _unmade(clinic: Clinic, tests: list[ChainTest], now: datetime) -> list[ChainRow]:
    """A line for the day whose test should be there and is not: nothing runs that could make it."""
    day = due_day(now, clinic)
    if day is None or any(test.day >= day for test in tests):
        return []
    due_at = opening(day, clinic)
    is_late = now > due_at + ACCEPTED_WITHIN
    return [ChainRow(day, due_at, None, _("not made yet"), "danger" if is_late else "")]


def _row(test: ChainTest, notices: Iterable[Reminder], now: datetime) -> ChainRow:
    state, tone = _state(test, now)
    sent = [notice for notice in notices if notice.state != Reminder.State.CANCELLED]
    told = dict.fromkeys(notice.user.name for notice in sent)
    missing = (notice for notice in sent if notice.state != Reminder.State.SENT)
    unreached = dict.fromkeys(f"{one.user.name} ({one.get_channel_display()})" for one in missing)
    return ChainRow(test.day, test.due_at, test, state, tone, tuple(told), tuple(unreached))


def _state(test: ChainTest, now: datetime) -> tuple[str, str]:
    latest = test.due_at + ACCEPTED_WITHIN
    if test.was_missed:
        return _("nothing was sent"), "danger"
    if test.accepted_at:
        return (_("accepted"), "calm") if test.accepted_at <= latest else (_("accepted late"), "attention")
    return (_("on its way"), "") if now <= latest else (_("not accepted"), "danger")
