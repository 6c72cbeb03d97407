"""`bin/demo`, as somebody types it."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from painclinic.embedded import free_port

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes left behind in /proc"),
]


class Demo:
    """A running `bin/demo` and what it said."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "PORT": str(self.port)}
        environment["PAINCLINIC_DEMO_DIR"] = str(folder / "demo")
        self.process = subprocess.Popen(
            [ROOT / "bin/demo", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A run in the background of a shell ignores Ctrl-C, and so would all that it starts.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        self.said = ""

    def wait_until_ready(self) -> float:
        """The seconds that it says it took."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"ready after ([\d.]+) seconds", line):
                return float(found[1])
        raise AssertionError(self.said)

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def family(self) -> set[int]:
        """The processes that came out of it and still run."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.parent.name)] = int(parent)
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found & set(parents)

    def stop(self, number: signal.Signals) -> int:
        """Its exit code, after the given signal."""
        self.process.send_signal(number)
        assert self.process.stdout
        self.said += self.process.stdout.read() if number != signal.SIGKILL else ""
        return self.process.wait(30)


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[Demo]:
    started = Demo(folder, *arguments)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(60)
        if started.process.stdout:
            started.process.stdout.close()


def gone(pids: set[int], seconds: float = 20.0) -> bool:
    """Whether all of them end in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(_runs(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_demo_starts_for_real_stops_cleanly_and_starts_again_fast(tmp_path: Path) -> None:
    with demo(tmp_path) as first:
        first.wait_until_ready()
        for name in ("patient", "therapist", "admin"):
            assert f"{name}@demo.example" in first.said
        assert f"http://localhost:{first.port}/" in first.said
        assert (first.status("/healthz"), first.status("/")) == (200, 200)
        family = first.family()
        assert len(family) >= 8  # supervisor, PostgreSQL, Valkey, web and its two, worker and its two, beat
        assert first.stop(signal.SIGINT) == 0
        assert first.said.endswith("Stopped.\n")
        assert gone(family)

    with demo(tmp_path) as second:
        assert second.wait_until_ready() < 20
        assert "Preparing the database" not in second.said
        family = second.family()
        second.stop(signal.SIGKILL)
        assert gone(family), "what is started must not outlive its supervisor"

    with demo(tmp_path, "--fresh") as third:
        third.wait_until_ready()
        assert "Preparing the database" in third.said
        assert third.stop(signal.SIGTERM) == 0
