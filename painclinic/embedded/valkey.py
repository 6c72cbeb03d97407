"""A Valkey (or Redis) of our own: broker and cache, kept on disk, reachable with a password only."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from painclinic.embedded.binaries import valkey_program
from painclinic.embedded.process import Child, free_port, wait_until_ready


class Valkey:
    """A data folder and the server on it."""

    def __init__(self, path: Path, password: str) -> None:
        self.data = path
        self.password = password
        self.log = path.with_suffix(".log")
        self.port = 0
        self.server: Child | None = None

    @contextmanager
    def running(self) -> Iterator["Valkey"]:
        """The server answers inside the block and is gone after it."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = free_port()
        self.server = server = Child("Valkey", [valkey_program(), self._configuration()], log=self.log)
        try:
            wait_until_ready(server, self._answers)
            yield self
        finally:
            server.stop((signal.SIGTERM, 5))

    def url(self, number: int) -> str:
        """The address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def _configuration(self) -> Path:
        """In a file and not on the command line, where every user of the machine could read the password."""
        file = self.data / "valkey.conf"
        file.touch(mode=0o600)
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": f'"{self.data.resolve()}"',
            "databases": "64",  # each parallel test worker has its own
            "requirepass": self.password,
            "appendonly": "yes",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        file.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        return file

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = connection.recv(64)
        except OSError:
            return False
        return answer.startswith(b"+OK")
