"""One supervised child process: started in a session of its own, ended with this process at the latest."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launch.py")


class ServerError(RuntimeError):
    """A server could not be found, started or stopped; the text is for the person at the terminal."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launched(command: Sequence[str | Path], *, user: str = "same") -> list[str]:
    """The command line that runs `command` through the launcher as a child of this very process."""
    return [sys.executable, "-I", "-S", str(LAUNCHER), user, str(os.getpid()), *map(str, command)]


class Child:
    """A running server.

    Start it from the main thread: on Linux its life is tied to the thread that starts it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path | None,
        user: str = "same",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        output: IO[bytes] | None = log.open("ab") if log else None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command without a shell
                launched(command, user=user),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=dict(os.environ if env is None else env),
                cwd=cwd,
            )
        finally:
            if output:
                output.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def tail(self, lines: int = 5) -> str:
        """The last lines of its log, for an error message."""
        if not self.log or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        """Asks, and does not wait."""
        self._process.terminate()

    def stop(self, *signals: tuple[signal.Signals, float]) -> None:
        """Asks it to end with each signal in turn, waiting the given seconds; whatever is left is killed."""
        for number, seconds in signals:
            self._process.send_signal(number)  # does nothing when it has ended already
            if self.ended_within(seconds):
                break
        else:
            self.kill()
        self.close()

    def close(self) -> None:
        """Lets go of what a child that has ended still holds here."""
        if self._process.stdin:
            self._process.stdin.close()

    def ended_within(self, seconds: float) -> bool:
        """Waits at most that long; whether it has ended."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it and its own children (it leads a process group) without asking."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            # It has ended, or it is so young that it leads no group yet.
            self._process.kill()
        self._process.wait()


def wait_until_ready(child: Child, is_ready: Callable[[], bool], seconds: float = 30.0) -> None:
    """Returns once `is_ready()` is true; a `ServerError` says why if the child ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if child.exit_code() is not None:
            raise ServerError(f"{child.name} stopped while starting:\n{child.tail()}")
        if time.monotonic() > deadline:
            raise ServerError(f"{child.name} did not answer within {seconds:.0f} seconds:\n{child.tail()}")
        time.sleep(0.01)
