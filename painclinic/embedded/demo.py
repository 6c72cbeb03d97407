"""The whole of painclinic on this machine, with a synthetic clinic in it: what `bin/demo` runs."""

import argparse
import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import redis

from painclinic.embedded.cluster import Urls, cluster, discard, written_once
from painclinic.embedded.process import Child, ServerError
from painclinic.embedded.supervisor import Service, Stopped, stop_all, stopped_by_signals, supervise

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 60.0
LARGEST_LOG = 5_000_000
PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "USER",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
)
WELCOME = """
painclinic is running at {address}

    sign in as   patient@demo.example    (in the first week)
                 patient2@demo.example   (in the last week)
                 therapist@demo.example
                 admin@demo.example
    password     demo-painclinic-2026   (the same for each)

Everybody in it is made up. The data is in {folder}; bin/demo --fresh starts over.
Press Ctrl-C to stop.
"""


def say(text: str) -> None:
    """To the person at the terminal, at once, even when the output is a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Runs until stopped. 0 after an ordinary stop, 1 with a sentence when something went wrong."""
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="delete the demonstration's data first")
    options = parser.parse_args(arguments)
    folder = Path(os.environ.get("PAINCLINIC_DEMO_DIR") or ROOT / ".demo").absolute()
    try:
        with stopped_by_signals():
            Demo(folder, port_from_environment()).run(fresh=options.fresh)
    except Stopped:
        say("Stopped.")
    except ServerError as error:
        say(f"painclinic stopped. {error}")
        return 1
    return 0


def port_from_environment() -> int:
    """PORT, or 8000; refused with a sentence when it cannot be used."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ServerError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError as error:
            raise ServerError(
                f"You may not use port {text}. Choose one above 1023: PORT=8001 bin/demo"
            ) from error
        except OSError as error:
            raise ServerError(
                f"Port {text} is in use by another program. Choose another one: PORT={int(text) + 1} bin/demo"
            ) from error
    return int(text)


@dataclass
class Demo:
    """One demonstration: its data folder and its port."""

    folder: Path
    port: int

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def run(self, *, fresh: bool) -> None:
        """Starts everything, says where it is, and watches over it."""
        if fresh:
            self._discard()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        began = time.monotonic()
        with cluster(self.folder) as urls:
            # Signs of life from before the last stop must not pass for this start's.
            redis.Redis.from_url(urls.cache).flushdb()
            environment = self._environment(urls)
            self._prepare(environment)
            say("Starting web, worker and beat ...")
            with self._services(environment) as services:
                self._wait_until_healthy(services)
                say(WELCOME.format(address=f"http://localhost:{self.port}/", folder=self.folder))
                say(f"(ready after {time.monotonic() - began:.1f} seconds)")
                supervise(services, urls.servers, say)

    def _discard(self) -> None:
        """Only what a demonstration made: PAINCLINIC_DEMO_DIR may name a folder with other things in it."""
        discard(self.folder)
        for name in ("logs", "static"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in (
            "secrets.json",
            "migrated",
            "collected",
            *(p.name for p in self.folder.glob("beat-schedule*")),
        ):
            (self.folder / name).unlink(missing_ok=True)

    def _environment(self, urls: Urls) -> dict[str, str]:
        """Nothing of the caller's settings leaks in: a demonstration must never reach a real database."""
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return passed_on | urls.environment() | _secrets(self.folder / "secrets.json") | {
            "PAINCLINIC_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "painclinic.settings",
            "SITE_URL": f"http://localhost:{self.port}",
            "STATIC_ROOT": str(self.folder / "static"),
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def _prepare(self, environment: dict[str, str]) -> None:
        """Tables, static files, synthetic clinic: each only when it is not there yet."""
        locks = [ROOT / "requirements.txt"]
        migrations = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("painclinic/*/migrations/*.py"), *locks]
        with _once(self.folder / "migrated", migrations) as needed:
            if needed:
                say("Preparing the database ...")
                self._manage(environment | {"PAINCLINIC_DB_ROLE": "owner"}, "migrate", "--no-input")
        with _once(self.folder / "collected", [*ROOT.glob("static/**/*"), *locks]) as needed:
            if needed:
                self._manage(environment, "collectstatic", "--no-input", "--clear")
        say("Filling the clinic with made-up people, if it is empty ...")
        self._manage(environment, "load_demo")

    def _manage(self, environment: dict[str, str], *command: str) -> None:
        log = self.logs / "prepare.log"
        child = Child(
            f"manage.py {command[0]}",
            [sys.executable, "manage.py", *command],
            log=log,
            env=environment,
            cwd=ROOT,
        )
        try:
            while not child.ended_within(0.5):
                continue
        finally:
            stop_all([child])
        if child.exit_code() != 0:
            raise ServerError(f"{child.name} failed:\n{child.tail(15)}")

    @contextmanager
    def _services(self, environment: dict[str, str]) -> Iterator[list[Service]]:
        celery = [sys.executable, "-m", "celery", "--app", "painclinic"]
        commands = {
            "web": [
                *(sys.executable, "-m", "gunicorn", "painclinic.wsgi", "--bind", f"127.0.0.1:{self.port}"),
                *("--workers", "2", "--worker-class", "gthread", "--threads", "4", "--graceful-timeout", "5"),
            ],
            "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "--schedule", str(self.folder / "beat-schedule")],
        }
        services: list[Service] = []
        try:
            for name, command in commands.items():
                services.append(Service(partial(self._child, name, command, environment)))
            yield services
        finally:
            stop_all([service.child for service in services])

    def _child(self, name: str, command: list[str], environment: dict[str, str]) -> Child:
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        return Child(name, command, log=log, env=environment, cwd=ROOT)

    def _wait_until_healthy(self, services: list[Service]) -> None:
        deadline = time.monotonic() + LONGEST_START
        while (answer := self._health()) != "ok":
            for service in services:
                if service.child.exit_code() is not None:
                    raise ServerError(
                        f"{service.child.name} stopped while starting:\n{service.child.tail(15)}"
                    )
            if time.monotonic() > deadline:
                raise ServerError(
                    f"It was not ready after {LONGEST_START:.0f} seconds: {answer} See {self.logs}."
                )
            time.sleep(0.2)

    def _health(self) -> str:
        """ "ok", or what /healthz says instead."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10):
                return "ok"
        except urllib.error.HTTPError as error:
            return f"{error.code} {error.read(500).decode(errors='replace')}"
        except OSError as error:
            return f"{error}."


def _secrets(file: Path) -> dict[str, str]:
    """Made once and kept, so that sessions and encrypted texts survive a restart."""
    return written_once(
        file,
        lambda: {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "PUSH_PRIVATE_KEY": secrets.token_urlsafe(32),
            "PAINCLINIC_KEYS": f"demo:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        },
    )


@contextmanager
def _once(stamp: Path, files: Iterable[Path]) -> Iterator[bool]:
    """Whether the block has work to do: not if the last one that ended well saw the same files."""
    seen = [(str(file), file.stat().st_mtime_ns) for file in sorted(files) if file.is_file()]
    state = hashlib.sha256(json.dumps(seen).encode()).hexdigest()
    needed = not stamp.exists() or stamp.read_text() != state
    yield needed
    if needed:
        stamp.write_text(state)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
