"""Workers killed at random while notices go out by web push and text message: nothing lost or re-keyed."""

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from messaging.actions.alerts import HELPS_FOR
from messaging.models import Reminder
from messaging.notices import Notice, rows_of
from painclinic.accounts.models import Role
from painclinic.ids import new_id
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast, make_staff
from tests.factories.ways import a_browser, a_device, a_number
from tests.integration.listener import Listener, listening

PEOPLE, KILLS = 12, 8
LONGEST = 120.0
ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def a_worker(listener: Listener, log: Path) -> subprocess.Popen[bytes]:
    database = django_settings.DATABASES["default"]
    address = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{address}/{connection.settings_dict['NAME']}",
        "SMS_URL": listener.url("/send"),
        "TEST_PUSH_HOST": listener.host,
    }
    command = [sys.executable, "-m", "tests.integration.notice_worker"]
    with log.open("ab") as out:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)


def wait_for(is_true: Any, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_true():
            return True
        time.sleep(0.02)
    return False


def plan_for_many(cast: Cast, listener: Listener) -> None:
    """A pressing notice to people who have a device and a number each."""
    _, alert = store(cast.enrolment, mood(3))
    assert alert
    people = [
        make_staff(cast.clinic, Role.THERAPIST, f"t{number}@lakeside.test", f"T {number}")
        for number in range(PEOPLE)
    ]
    for number, person in enumerate(people):
        a_device(person, a_browser(f"https://{listener.host}"))
        a_number(person, f"+4477009001{number:02d}")
    ids = tuple(person.pk for person in people)
    notice = Notice(Reminder.Kind.ALERT, cast.clinic.pk, alert.pk, new_id(), ids, True, HELPS_FOR)
    rows = [row for row in rows_of([notice]) if row.channel != Reminder.Channel.EMAIL]
    Reminder.objects.bulk_create(rows)


def open_notices() -> bool:
    return Reminder.objects.open().filter(kind="alert").exists()


def torment(listener: Listener, log: Path, chance: random.Random) -> int:
    """Kill a worker a moment after it has handed over something, again and again; then let one finish."""
    kills = 0
    while open_notices():
        worker = a_worker(listener, log)
        before = len(listener.got)
        try:
            if kills < KILLS:
                assert wait_for(lambda seen=before: len(listener.got) > seen, LONGEST)
                time.sleep(chance.uniform(0, 0.15))
                kills += 1
            else:
                assert wait_for(lambda: not open_notices(), LONGEST)
        finally:
            worker.kill()
            worker.wait()
    return kills


def test_notices_by_push_and_text_survive_kills_of_the_worker(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, capsys: Any
) -> None:
    seed = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(10**6)
    with listening(tmp_path, monkeypatch) as listener:
        settings.PUSH = replace(settings.PUSH, hosts=(listener.host,))
        listener.delay = 0.04
        plan_for_many(cast, listener)
        kills = torment(listener, tmp_path / "worker.log", random.Random(seed))
    keys: dict[str, list[str]] = defaultdict(list)
    for got in listener.got:
        receiver = got.path if got.path != "/send" else got.body.decode()
        keys[receiver].append(got.headers.get("topic") or got.headers["idempotency-key"])
    lost = 2 * PEOPLE - len(keys)
    two_keys = sum(len(set(found)) > 1 for found in keys.values())
    doubled = sum(len(found) - len(set(found)) for found in keys.values())
    with capsys.disabled():
        sys.stdout.write(
            f"\nnotice faults (seed {seed}): {kills} kills, {2 * PEOPLE} notices by push and text, "
            f"lost {lost}, under two keys {two_keys}, second copies under the same key {doubled}\n"
        )
    assert (lost, two_keys) == (0, 0)
    assert doubled <= kills
    states = Reminder.objects.filter(kind="alert").values_list("state", flat=True)
    assert set(states) == {Reminder.State.SENT}
