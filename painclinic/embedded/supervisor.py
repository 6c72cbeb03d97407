"""Keeps a handful of child processes running until told to stop."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from painclinic.embedded.process import Child, ServerError

MOST_RESTARTS = 3
WITHIN_SECONDS = 300.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked us to stop
    """Raised in the main thread by the first SIGINT, SIGTERM or SIGHUP; later ones are ignored."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Inside the block a signal to stop raises `Stopped`, once, so that cleaning up is not interrupted."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    # What we were started to ignore (nohup, a background job) we go on ignoring.
    heeded = [number for number in STOPPING if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class Service:
    """A process that is started again when it ends by itself, a few times."""

    start: Callable[[], Child]
    child: Child = field(init=False)
    restarts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.child = self.start()

    def revive(self) -> str:
        """Starts it again if it has ended, and says so; a `ServerError` when that happened too often."""
        code = self.child.exit_code()
        if code is None:
            return ""
        now = time.monotonic()
        self.restarts = [moment for moment in self.restarts if now - moment < WITHIN_SECONDS] + [now]
        sentence = f"{self.child.name} stopped by itself (code {code})"
        if len(self.restarts) > MOST_RESTARTS:
            raise ServerError(f"{sentence} again and again. Its last words:\n{self.child.tail()}")
        self.child.close()
        self.child = self.start()
        return f"{sentence} and was started again."


def supervise(services: Sequence[Service], servers: Sequence[Child], say: Callable[[str], None]) -> None:
    """Runs until a signal raises `Stopped`, or a server dies (which nothing can mend: `ServerError`)."""
    while True:
        for server in servers:
            if server.exit_code() is not None:
                raise ServerError(f"{server.name} stopped by itself. Its last words:\n{server.tail()}")
        for service in services:
            if sentence := service.revive():
                say(sentence)
        time.sleep(0.5)


def stop_all(children: Sequence[Child], seconds: float = 8.0) -> None:
    """Asks all of them at once, then waits for each; none is left."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + seconds
    for child in children:
        child.ended_within(max(0.0, deadline - time.monotonic()))
        child.stop((signal.SIGQUIT, 2.0))
