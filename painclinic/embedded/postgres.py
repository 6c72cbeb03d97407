"""A PostgreSQL of our own: made once, run as a foreground child, with owner and application role apart."""

import secrets
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import run

import psycopg2
from psycopg2 import sql

from painclinic.embedded import identity
from painclinic.embedded.binaries import postgres_programs, postgres_version
from painclinic.embedded.process import Child, ServerError, free_port, launched, wait_until_ready

DATABASE = "painclinic"
SUPERUSER = "postgres"
OWNER = "painclinic_owner"
APPLICATION = "painclinic_app"
ROLES = (SUPERUSER, OWNER, APPLICATION)

# Every database made on this server starts from template1, so the test databases carry the grants too.
GRANTS = (
    "ALTER DEFAULT PRIVILEGES FOR ROLE painclinic_owner"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO painclinic_app",
    "ALTER DEFAULT PRIVILEGES FOR ROLE painclinic_owner GRANT USAGE ON SEQUENCES TO painclinic_app",
)
FOR_TESTS = (
    "GRANT painclinic_app TO painclinic_owner",
    # Emptying the tables between tests has to get past the triggers that keep rows append-only.
    "GRANT SET ON PARAMETER session_replication_role TO painclinic_owner",
)


class Postgres:
    """A data folder and the server on it.

    `durable=False` is for throw-away clusters: a crash of the machine may lose them.
    `for_tests` lets a test runner make and empty its databases as the owner role, and step down to the
    application role within a transaction.
    """

    def __init__(
        self, path: Path, passwords: Mapping[str, str], *, durable: bool = True, for_tests: bool = False
    ) -> None:
        self.who = identity.identity()
        self.data = identity.data_folder(path, self.who)
        self.programs = identity.reachable_copy(postgres_programs(), self.who)
        self.log = path.with_suffix(".log")
        self.passwords = passwords
        self.durable = durable
        self.for_tests = for_tests
        self.port = 0
        self.server: Child | None = None
        self._initialised = self.data / "painclinic-initialised"

    @contextmanager
    def running(self) -> Iterator["Postgres"]:
        """The server answers inside the block and is gone after it."""
        if self._initialised.exists():
            self._check_version()
        else:
            self._initialise()
        self.server = server = self._start()
        try:
            if not self._initialised.exists():
                self.create_roles()
                self._initialised.touch()
            yield self
        finally:
            server.stop((signal.SIGINT, 10), (signal.SIGQUIT, 5))

    def url(self, role: str, database: str = DATABASE) -> str:
        """A `postgres://` address of the running server for one of `ROLES`."""
        return f"postgres://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def remove(self) -> None:
        """Deletes the data. The server must not run."""
        shutil.rmtree(self.data, ignore_errors=True)

    def _check_version(self) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != postgres_version(self.programs):
            raise ServerError(
                f"The data in {self.data} was made by PostgreSQL {made_by}, but {self.programs} is"
                f" {postgres_version(self.programs)}. Start over with a fresh folder, or dump and restore it."
            )

    def _initialise(self) -> None:
        self.remove()  # what an interrupted first start left behind
        self.data.mkdir(mode=0o700, parents=True)
        self.who.owns(self.data)
        password_file = self.data.with_name(f"{self.data.name}.{secrets.token_hex(4)}")
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self.passwords[SUPERUSER])
            self.who.owns(password_file)
            self._initdb(password_file)
        finally:
            password_file.unlink()

    def _initdb(self, password_file: Path) -> None:
        command: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            self.data,
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
        ]
        command += [f"--pwfile={password_file}", "-E", "UTF8", "--no-locale", "--no-instructions"]
        if postgres_version(self.programs) >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--data-checksums"] if self.durable else ["--no-sync"]
        done = run(  # noqa: S603 - a fixed command without a shell
            launched(command, user=self.who.launch_as),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode != 0:
            raise ServerError(f"PostgreSQL could not prepare {self.data}:\n{done.stdout}{done.stderr}")

    def _start(self) -> Child:
        self.port = free_port()
        server = Child("PostgreSQL", self._command(), log=self.log, user=self.who.launch_as)
        try:
            wait_until_ready(server, self._answers)
        except BaseException:
            server.stop((signal.SIGQUIT, 5))
            raise
        return server

    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",  # socket paths have a length limit that project folders can exceed
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [
            self.programs / "postgres",
            "-D",
            self.data,
            *(f"--{name}={value}" for name, value in settings.items()),
        ]

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def create_roles(self) -> None:
        """Makes the two roles and the database; only called on a server that has just been initialised."""
        attributes = sql.SQL("CREATEDB" if self.for_tests else "NOCREATEDB")
        create = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {} PASSWORD {}")
        with closing(psycopg2.connect(self.url(SUPERUSER, "template1"))) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            for role, extra in ((OWNER, attributes), (APPLICATION, sql.SQL("NOCREATEDB"))):
                cursor.execute(create.format(sql.Identifier(role), extra, sql.Literal(self.passwords[role])))
            for grant in GRANTS + (FOR_TESTS if self.for_tests else ()):
                cursor.execute(grant)
        with closing(psycopg2.connect(self.url(SUPERUSER, "postgres"))) as connection:
            connection.autocommit = True
            connection.cursor().execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
