"""Fills an empty database with the synthetic clinic: everybody's past, in the order in which it happened."""

from datetime import time, timedelta
from itertools import chain
from typing import Any
from uuid import uuid4

from clinics.demo import people, staff
from clinics.demo.clock import days_ago, living_at
from clinics.demo.life import Life, Moment
from messaging.actions.chain import confirm_arrival, run_daily_tests
from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.models import ChainTest
from painclinic import clock
from painclinic.accounts.models import Clinic, Role, User
from painclinic.crypto import keys
from patients.actions.adverse import add_event, report_effect
from patients.actions.emergency import open_in_emergency
from patients.actions.progress import unlock_due
from patients.safety import duty
from patients.safety.effects import Assessment

# The clinic opened this many days ago, before its first patient.
OPENED = 75
# Reminders were planned on this many of the last days.
PLANNED = 16
WEEKEND = (5, 6)


def is_built() -> bool:
    """Whether the synthetic clinic is there."""
    return Clinic.objects.filter(is_demo=True).exists()


def build() -> int:
    """Build the clinic and all that happened in it; returns how many patients it has."""
    version = staff.programme()
    with living_at(days_ago(OPENED, time(9), "Europe/London")):
        clinic = staff.open_clinic()
        admins = [staff.add_member(clinic, Role.CLINIC_ADMIN, *who) for who in people.ADMINS]
        therapists = [staff.add_member(clinic, Role.THERAPIST, *who) for who in people.THERAPISTS]
        lead = staff.add_member(clinic, Role.SUPERVISOR, *people.SUPERVISOR)
        staff.set_up(clinic, admins[0], therapists, lead)
    lives = [
        Life(persona, clinic, admins[0], therapists[persona.therapist], version)
        for persona in people.personas()
    ]
    _live(lives)
    with living_at(days_ago(2, time(16, 20), "Europe/London")):
        _emergency(lives[0], therapists[1])
    _unwanted_effects(next(life for life in lives if life.persona.email == people.PATIENT_FURTHEST))
    return len(lives)


def _emergency(life: Life, stranger: User) -> None:
    """One record opened without an assignment, so that patient and admin can see what that looks like."""
    reason = "The patient called the front desk while their therapist was away (made up)."
    open_in_emergency(by=stranger, patient=life.enrolment.patient, reason=reason)


def _unwanted_effects(life: Life) -> None:
    """In the register: one event that is over, and a report that waits for somebody to assess it."""
    told = days_ago(9, time(15, 5), "Europe/London")
    with living_at(told):
        found = Assessment(
            category="pain",
            title="More pain in the knee after longer walks",
            description="She told me in a call; it took a week to settle.",
            grade=2,
            criteria=[],
            is_expected=True,
            relation="probable",
            outcome="recovered",
            taken="eased",
            onset_on=told.date() - timedelta(days=8),
            ended_on=told.date() - timedelta(days=1),
            note="Walks were made shorter, then longer again in smaller steps.",
        )
        who: dict[str, Any] = {"by": life.therapist, "enrolment": life.enrolment}
        add_event(**who, known_on=told.date(), found=found, submission_id=uuid4())
    with living_at(days_ago(0, time(8, 10), "Europe/London")):
        said = {
            "what": "Since I began to go out more I worry before I leave the house, and I sleep less.",
            "since": "about two weeks",
            "bother": "2",
            "course": "perhaps",
            "over": "better",
            "help": "no",
        }
        report_effect(by=life.user, enrolment=life.enrolment, raw=said, submission_id=uuid4())


def _live(lives: list[Life]) -> None:
    """Run every moment in order of time, with the reminders of each day between them."""
    moments: list[Moment] = [*chain.from_iterable(life.moments() for life in lives), *_posts()]
    for moment, happens in sorted(moments, key=lambda pair: pair[0]):
        keys.forget()
        with living_at(moment):
            happens()
    keys.forget()


def _posts() -> list[Moment]:
    """Once a day what is due is sent, and of late planned as well, as a worker would all day long.

    Planning looks at everybody, and nobody reads in a demonstration what was planned a month ago.
    """
    posts: list[Moment] = []
    for day in range(OPENED - 1, -1, -1):
        moment = days_ago(day, time(10, 55), "Europe/London")
        if day <= PLANNED:
            posts.append((moment, _plan))
            posts += _daily_test(day)
        posts.append((moment + timedelta(seconds=1), _deliver))
    return posts


def _plan() -> None:
    unlock_due(by=staff.BUILDER, now=clock.now())
    plan()


def _daily_test(day: int) -> list[Moment]:
    """The clinic's test of a working day; today's is left for whoever looks to confirm."""
    opened = days_ago(day, time(9, 0, 20), "Europe/London")
    if opened.weekday() in WEEKEND:
        return []
    sent = [(opened + timedelta(seconds=n), act) for n, act in enumerate((_test, _deliver, _test))]
    return [*sent, (opened + timedelta(minutes=9), _confirm)] if day else sent


def _test() -> None:
    run_daily_tests()


def _confirm() -> None:
    """Somebody of those on duty says that the test arrived."""
    for test in ChainTest.objects.filter(taken_at__isnull=False, confirmed_at=None).select_related("clinic"):
        first = duty.on_duty(test.clinic, test.taken_at or test.due_at, 1)
        if first:
            confirm_arrival(by=first[0], test=test)


def _deliver() -> None:
    deliver()
