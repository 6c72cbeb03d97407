"""A Monday in March at nine, and patients who are on the real programme."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from messaging.actions import send_message
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import System
from patients.actions.entries import submit_entry
from patients.actions.homework import submit_homework
from patients.actions.progress import unlock_module
from patients.models import Enrolment, Entry, Homework
from programs.actions import load_programme, publish_version
from programs.models import Module, ProgrammeVersion, Worksheet
from tests.factories.cast import Cast, a_person, make_patient

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CONTENT = Path(__file__).parents[3] / "programs/content/cbt-chronic-pain/en"


def until(moment: str) -> timedelta:
    """How far from now a moment is, for `clock.moved`."""
    return datetime.fromisoformat(moment) - clock.now()


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until("2026-03-02T09:00+00:00")):
        yield


def real_version() -> ProgrammeVersion:
    version = load_programme(path=CONTENT, by=System("test"))
    return publish_version(version=version, by=System("test"))


@dataclass
class Course:
    """A patient on the real programme, and what they do there."""

    enrolment: Enrolment

    @property
    def user(self) -> User:
        return self.enrolment.patient.user

    def module(self, number: int = 1) -> Module:
        return Module.objects.get(version=self.enrolment.programme_version, number=number)

    def worksheet(self, slug: str) -> Worksheet:
        return Worksheet.objects.get(version=self.enrolment.programme_version, slug=slug)

    def open(self, number: int = 1) -> None:
        unlock_module(by=System("test"), enrolment=self.enrolment, module=self.module(number))

    def fill(self, slug: str, supersedes: Entry | None = None, **answers: str) -> Entry:
        return submit_entry(
            by=self.user,
            enrolment=self.enrolment,
            worksheet=self.worksheet(slug),
            raw=answers,
            submission_id=uuid4(),
            supersedes=supersedes,
        )

    def fill_cycle(self, situation: str = "Carrying the shopping", supersedes: Entry | None = None) -> Entry:
        return self.fill(
            "w1-pain-cycle",
            supersedes,
            situation=situation,
            pain="6",
            thoughts="I will never get better",
            what_i_did="Lay down",
            **{"feelings-0-name": "anxious", "feelings-0-strength": "70"},
        )

    def log(self, days_ago: int = 0, **answers: str) -> Entry:
        day = clock.local_today(self.enrolment.patient.timezone) - timedelta(days=days_ago)
        given = {"activity": "Washing up", "minutes": "30", "pain_after": "5", "category": "chores"}
        return self.fill("w3-activity-log", **{"date": day.isoformat(), **given, **answers})

    def hand_in(self, number: int = 1) -> Homework:
        return submit_homework(
            by=self.user,
            enrolment=self.enrolment,
            module=self.module(number),
            submission_id=uuid4(),
            is_partial=True,
        )

    def write(self, body: str = "May I ask something?") -> None:
        send_message(by=self.user, patient=self.enrolment.patient, body=body, submission_id=uuid4())


@pytest.fixture
def real(cast: Cast) -> ProgrammeVersion:
    return real_version()


@pytest.fixture
def course(cast: Cast, real: ProgrammeVersion) -> Course:
    """Maria's colleague in pain: a second patient of Anna's, on the real programme, week 1 open."""
    person = a_person("Greta Moss", "greta@example.org")
    enrolment = make_patient(cast.clinic, cast.admin, cast.therapist, person, real)
    course = Course(enrolment)
    course.open(1)
    return course


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def anna(cast: Cast) -> Client:
    """The therapist's browser."""
    return signed_in(cast.therapist)
