"""Workers killed at random, the broker emptied, the planner doubled: nothing lost, nothing under two keys.

Real PostgreSQL, real broker, a real prefork worker as a process group, and a mail server that
writes each mail to disk before it accepts it. What must come out is counted from the patients
and not from the planner.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection

from messaging.actions.planning import plan
from messaging.models import Message, Reminder, Thread
from painclinic import clock
from painclinic.accounts.models import Membership, Role, User
from painclinic.celery import app
from painclinic.crypto import keys
from painclinic.ids import new_id
from patients.models import Consent, ConsentText, Enrolment, ModuleProgress, Patient
from tests.factories.cast import Cast
from tests.factories.outbox import a_module

PATIENTS = 300
KILLS, FLUSHES = 10, 4
# Far more than it takes, for a machine that is busy with something else.
LONGEST = 240.0
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Port and log of the mail server."""
    port_file, mails = tmp_path / "port", tmp_path / "mails"
    mails.touch()
    process = subprocess.Popen([sys.executable, "-I", HERE / "reminder_sink.py", port_file, mails])
    try:
        wait_for(port_file.exists, 10)
        yield int(port_file.read_text()), mails
    finally:
        process.kill()
        process.wait()


def wait_for(is_true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_true():
            return True
        time.sleep(0.02)
    return False


class Workers:
    """One group of a worker and its children at a time, each started after the one before was killed."""

    def __init__(self, smtp_port: int, log: Path) -> None:
        database = settings.DATABASES["default"]
        address = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        self.env = os.environ | {
            "DATABASE_URL": f"postgres://{address}/{connection.settings_dict['NAME']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        }
        self.log = log.open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--app", "tests.integration.reminder_worker", "worker"]
        quick = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.process = subprocess.Popen(
            [*command, *quick],
            cwd=ROOT,
            env=self.env,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def workers(sink: tuple[int, Path], tmp_path: Path) -> Iterator[Workers]:
    group = Workers(sink[0], tmp_path / "worker.log")
    yield group
    group.kill()
    group.log.close()


def daytime_zone() -> str:
    """A zone in which it is about noon, so that quiet hours do not end this test."""
    ahead = 12 - clock.now().hour
    return f"Etc/GMT{-ahead:+d}"


def many_patients(cast: Cast) -> dict[tuple[str, str], int]:
    """Patients with two causes each; returns what each shall get, by address and subject."""
    zone, now = daytime_zone(), clock.now()
    clinic, text = cast.clinic, ConsentText.objects.get(clinic=cast.clinic)
    users = [User(email=f"p{n}@example.org", name=f"P {n}", timezone=zone) for n in range(PATIENTS)]
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(Membership(user=user, clinic=clinic, role=Role.PATIENT) for user in users)
    people = [a_patient(cast, user, zone) for user in users]
    keys.prefetch(person.pk for person in people)
    Patient.objects.bulk_create(people)
    own: list[dict[str, Any]] = [{"patient": person, "clinic": clinic} for person in people]
    Consent.objects.bulk_create(
        Consent(text=text, text_digest=text.digest, decision="given", decided_at=now, **row) for row in own
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(programme_version=cast.version, starts_on=now.date(), **row) for row in own
    )
    module = a_module()
    ModuleProgress.objects.bulk_create(
        ModuleProgress(enrolment=enrolment, module=module, unlocked_at=now, **row)
        for enrolment, row in zip(enrolments, own, strict=True)
    )
    threads = Thread.objects.bulk_create(Thread(**row) for row in own)
    Message.objects.bulk_create(
        Message(
            thread=thread, author=cast.therapist, side=Message.Side.TEAM, body="Hello", submission_id=uuid4(),
            sent_at=now - timedelta(minutes=40), **row,
        )
        for thread, row in zip(threads, own, strict=True)
    )  # fmt: skip
    subjects = ("There is something new for you", "You have a new message")
    return {(user.email, subject): 1 for user in users for subject in subjects}


def a_patient(cast: Cast, user: User, zone: str) -> Patient:
    empty = (
        "mobile",
        "address",
        "emergency_contact_name",
        "emergency_contact_phone",
        "gp_name",
        "gp_contact",
    )
    person = Patient(
        id=new_id(),
        clinic=cast.clinic,
        user=user,
        name=user.name,
        date_of_birth="1980-01-01",
        email=user.email,
        timezone=zone,
        language="en-gb",
        enrolment_request_id=uuid4(),
        created_by=cast.admin,
        **dict.fromkeys(empty, "-"),
    )
    keys.create(person.pk)
    return person


def flush_everything() -> None:
    """Empty broker and cache of this process: other test processes keep theirs on the same server."""
    for url in (settings.CELERY_BROKER_URL, settings.CACHES["default"]["LOCATION"]):
        redis.Redis.from_url(url).flushdb()


def plan_twice_at_once() -> None:
    """Two planners in two connections."""

    def run() -> None:
        plan()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ring() -> None:
    """What beat does: both bells, without arguments."""
    app.send_task("messaging.plan_reminders")
    app.send_task("messaging.deliver_due")


def torment(workers: Workers, mails: Path, chance: random.Random) -> Counter[str]:
    """Kill, empty and ring until everything is settled."""
    done: Counter[str] = Counter()
    end = time.monotonic() + LONGEST
    while Reminder.objects.open().exists() and time.monotonic() < end:
        before = mails.stat().st_size
        workers.start()
        ring()
        is_sending = wait_for(lambda size=before: mails.stat().st_size > size or rang(done), 10)
        if is_sending and done["kills"] < KILLS:
            time.sleep(chance.uniform(0, 0.35))
            if done["flushes"] < FLUSHES and chance.random() < 0.5:
                flush_everything()
                done["flushes"] += 1
            workers.kill()
            done["kills"] += 1
            if done["kills"] % 4 == 0:
                plan_twice_at_once()
        else:
            wait_for(lambda: rang(done) or not Reminder.objects.open().exists(), end - time.monotonic())
            workers.kill()
    return done


def rang(done: Counter[str]) -> bool:
    """Ring about four times a second, as an impatient beat; never true."""
    done["waits"] += 1
    if done["waits"] % 12 == 0:
        ring()
    return False


def test_reminders_survive_kills_flushes_and_two_planners(
    cast: Cast, sink: tuple[int, Path], workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(10**6)
    expected = many_patients(cast)
    plan_twice_at_once()
    planned = Reminder.objects.count()
    done = torment(workers, sink[1], random.Random(seed))

    accepted = [line.split("\t") for line in sink[1].read_text().splitlines()]
    keys_of = defaultdict(list)
    for message_id, recipient, subject, _ in accepted:
        keys_of[recipient, subject].append(message_id)
    lost = expected.keys() - keys_of.keys()
    two_keys = [cause for cause, ids in keys_of.items() if len(set(ids)) > 1]
    doubled = sum(len(ids) - len(set(ids)) for ids in keys_of.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\nreminder faults (seed {seed}): {done['kills']} kills of the worker group, {done['flushes']} "
            f"broker flushes, planned {planned} of {len(expected)}, mails accepted {len(accepted)}, "
            f"lost {len(lost)}, sent under two keys {len(two_keys)}, "
            f"duplicates under the same key {doubled}\n"
        )
    assert planned == len(expected) == Reminder.objects.count()
    assert not lost
    assert not two_keys
    assert keys_of.keys() == expected.keys()
    assert set(Reminder.objects.values_list("state", flat=True)) == {Reminder.State.SENT}
    assert done["kills"] >= 5
    # Each kill can catch at most the one mail that each of the two children has in hand.
    assert doubled <= 2 * done["kills"]
