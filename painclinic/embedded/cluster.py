"""Database and broker together, in one folder."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from painclinic.embedded.postgres import APPLICATION, OWNER, ROLES, SUPERUSER, Postgres
from painclinic.embedded.process import Child, ServerError
from painclinic.embedded.valkey import Valkey


@dataclass(frozen=True)
class Urls:
    """Where the servers are. `superuser` is for looking after the server, never for the application."""

    application: str
    owner: str
    superuser: str
    broker: str
    cache: str
    servers: tuple[Child, ...] = ()

    def environment(self) -> dict[str, str]:
        """As the variables that the settings read."""
        return {
            "DATABASE_URL": self.application,
            "DATABASE_OWNER_URL": self.owner,
            "BROKER_URL": self.broker,
            "CACHE_URL": self.cache,
        }


@contextmanager
def cluster(path: Path, *, ephemeral: bool = False) -> Iterator[Urls]:
    """Starts (and the first time, makes) the servers whose data lives in `path`; stops them at the end.

    Call it from the main thread: the servers end with the thread that started them. An ephemeral cluster
    is for tests: fast rather than durable, its owner role may create databases and `SET ROLE painclinic_app`,
    and its data is deleted at the end.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(path / "lock"):
        passwords = _passwords(path / "passwords.json")
        postgres = Postgres(path / "postgres", passwords, durable=not ephemeral, for_tests=ephemeral)
        try:
            with postgres.running(), Valkey(path / "valkey", passwords["valkey"]).running() as valkey:
                yield Urls(
                    application=postgres.url(APPLICATION),
                    owner=postgres.url(OWNER),
                    superuser=postgres.url(SUPERUSER),
                    broker=valkey.url(0),
                    cache=valkey.url(1),
                    servers=tuple(server for server in (postgres.server, valkey.server) if server),
                )
        finally:
            if ephemeral:
                postgres.remove()


def discard(path: Path) -> None:
    """Deletes what `cluster(path)` keeps. Refuses while it runs, and touches nothing else in the folder."""
    if not (path / "passwords.json").exists():
        return
    with locked(path / "lock"):
        Postgres(path / "postgres", {}).remove()
        shutil.rmtree(path / "valkey", ignore_errors=True)
        (path / "passwords.json").unlink()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Two supervisors on one folder would ruin each other's data, so the second is refused."""
    with file.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServerError(f"Another painclinic already runs on {file.parent}.") from error
        yield


def written_once(file: Path, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """The secrets in `file`, made the first time; readable by us alone."""
    if not file.exists():
        scratch = file.with_suffix(".new")
        scratch.unlink(missing_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            json.dump(make(), handle)
        scratch.rename(file)
    loaded: dict[str, str] = json.loads(file.read_text())
    return loaded


def _passwords(file: Path) -> dict[str, str]:
    return written_once(file, lambda: {name: secrets.token_urlsafe(24) for name in (*ROLES, "valkey")})
