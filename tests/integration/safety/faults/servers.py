"""Every process of a running clinic, each of which can be killed and started again.

Real PostgreSQL (the test's own database, as the application's role), a broker and cache of their own, two
web processes, a worker with two children, beat, and a mail server that has each mail on disk before it says
yes. Started and killed from the main thread alone: on Linux their life is tied to it.
"""

import http.client
import os
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from painclinic.embedded import free_port
from painclinic.embedded.process import Child
from painclinic.embedded.valkey import Valkey
from tests.integration.safety.faults import shared_clock

ROOT = Path(__file__).resolve().parents[4]
SINK = ROOT / "tests/integration/reminder_sink.py"
PERIOD = 2.0
# Far more than a start takes, for a machine that is busy with something else.
LONGEST_START = 60.0
WEB = ("web-1", "web-2")
NAMES = ("broker", "sink", "worker", "beat", *WEB)


class Servers:
    """All of them. `kills` counts how often each was killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock, self.rounds, self.mails = folder / "clock", folder / "rounds", folder / "mails"
        self.rounds.touch()
        self.mails.touch()
        self.kills: Counter[str] = Counter()
        self.ports = {name: free_port() for name in ("sink", *WEB)}
        self._running: dict[str, Child] = {}
        self._broker = Valkey(folder / "broker", secrets.token_urlsafe(16))
        self._broker.data.mkdir(mode=0o700)
        self._broker.port = free_port()
        self.move(timedelta(0))

    def move(self, shift: timedelta) -> None:
        """Move the clock of all processes, and of this one."""
        shared_clock.write(self.clock, shift)

    def start(self, *names: str) -> None:
        for name in names:
            log = self.folder / f"{name}.log"
            child = Child(name, self._commands()[name], log=log, env=self._environment(), cwd=ROOT)
            self._running[name] = child

    def kill(self, *names: str) -> None:
        """At once and with all their children, as a power cut would."""
        for name in names:
            child = self._running.pop(name, None)
            if child:
                child.kill()
                child.close()
                self.kills[name] += 1

    def is_up(self, name: str) -> bool:
        child = self._running.get(name)
        return child is not None and child.exit_code() is None

    def stop(self) -> None:
        """Kill what runs; for the end of a test."""
        self.kill(*list(self._running))

    def answers(self, name: str) -> bool:
        """Whether a web process answers at all."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=10)) as asked:
            try:
                asked.request("GET", "/help-now/", headers={"Host": "localhost"})
                return asked.getresponse().status == 200
            except OSError:
                return False

    def wait_until(self, is_true: Callable[[], bool], seconds: float = LONGEST_START) -> None:
        end = time.monotonic() + seconds
        while not is_true():
            if time.monotonic() > end:
                raise AssertionError("\n".join(self._tail(name) for name in NAMES))
            time.sleep(0.05)

    def _tail(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return (
            f"--- {name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            if log.exists()
            else name
        )

    def _commands(self) -> Mapping[str, list[str | Path]]:
        celery: list[str | Path] = [
            *(sys.executable, "-m", "celery", "--app", "tests.integration.safety.faults.worker")
        ]
        quick = ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        schedule = self.folder / "beat-schedule"
        return {
            "broker": [*self._broker_command()],
            "sink": [
                *(sys.executable, "-I", SINK, self.folder / "sink-port", self.mails, str(self.ports["sink"]))
            ],
            "worker": [*celery, "worker", *quick],
            "beat": [*celery, "beat", "--schedule", schedule, "--max-interval", "1"],
            **{name: self._web_command(name) for name in WEB},
        }

    def _broker_command(self) -> list[str | Path]:
        from painclinic.embedded.binaries import valkey_program

        return [valkey_program(), self._broker._configuration()]

    def _web_command(self, name: str) -> list[str | Path]:
        return [
            *(sys.executable, "-m", "gunicorn", "tests.integration.safety.faults.web"),
            *("--bind", f"127.0.0.1:{self.ports[name]}", "--workers", "1"),
            *("--worker-class", "gthread", "--threads", "4"),
        ]

    def _environment(self) -> dict[str, str]:
        database = connection.settings_dict["NAME"]
        # As the application's role, which may do no more than the application may.
        url = re.sub(r"/[^/]*$", f"/{database}", os.environ["TEST_APPLICATION_URL"])
        return os.environ | {
            "DATABASE_URL": url,
            "BROKER_URL": self._broker.url(0),
            "CACHE_URL": self._broker.url(1),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.ports['sink']}",
            "FAULT_CLOCK": str(self.clock),
            "FAULT_ROUNDS": str(self.rounds),
            "FAULT_PERIOD": str(PERIOD),
            "SECRET_KEY": settings.SECRET_KEY,
        }
