"""The services of docker-compose.yml as plain processes, against an embedded PostgreSQL and Valkey.

Everything that can be is the real thing: the secrets come from `deploy/make-secrets`, the roles from
`deploy/postgres-init.sh`, the broker's settings from `deploy/redis.sh`, and each service runs the command and
the environment that the compose file gives it. Only addresses and folders are exchanged.
"""

import contextlib
import email
import email.message
import email.policy
import html
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

from painclinic.embedded.binaries import valkey_program
from painclinic.embedded.postgres import APPLICATION, OWNER, SUPERUSER, Postgres
from painclinic.embedded.process import Child, free_port, wait_until_ready
from painclinic.embedded.supervisor import stop_all

ROOT = Path(__file__).resolve().parents[2]
HOST = "clinic.example.org"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}")


def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors and merges resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def example_variables() -> dict[str, str]:
    """What deploy/example.env sets."""
    lines = (ROOT / "deploy/example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def interpolated(text: str, variables: dict[str, str]) -> str:
    """`${NAME}`, `${NAME:-default}` and `${NAME:?message}` as Compose replaces them."""

    def value(found: re.Match[str]) -> str:
        given = variables.get(found["name"], "")
        if not given and found["kind"] != ":-":
            raise LookupError(f"{found['name']}: {found['rest'] or 'not set'}")
        return given or found["rest"]

    return VARIABLE.sub(value, text).replace("$$", "$")


class PostgresOfCompose(Postgres):
    """Its roles are made by the script that the compose file mounts."""

    secrets: Path

    def create_roles(self) -> None:
        environment = os.environ | {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "SECRETS": str(self.secrets),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGPASSWORD": self.passwords[SUPERUSER],
        }
        subprocess.run(["sh", "deploy/postgres-init.sh"], cwd=ROOT, env=environment, check=True)


@dataclass
class Deployment:
    """Running services. `web` has one address per web process; mail that was sent lies in `mail`."""

    folder: Path
    addresses: dict[str, str]
    running: dict[str, Child] = field(default_factory=dict)
    web: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    def mails(self) -> list[email.message.EmailMessage]:
        """Everything that was sent so far, oldest first."""
        found = []
        for file in sorted(self.mail.glob("*.log"), key=lambda file: file.stat().st_mtime_ns):
            for part in file.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    found.append(email.message_from_bytes(part, policy=email.policy.default))
        return found  # type: ignore[return-value]  # that policy makes EmailMessage

    def environment(self, service: str) -> dict[str, str]:
        """What the compose file gives the service, with the secrets where they are here."""
        stated = compose()["services"][service]["environment"]
        given = {name: self._here(str(value)) for name, value in stated.items()}
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "STATIC_ROOT": str(self.folder / "static"),
        } | given

    def command(self, service: str, **replaced: str) -> list[str]:
        """Its command line; `replaced` exchanges the address that it listens on."""
        return [self._here(part, **replaced) for part in compose()["services"][service]["command"]]

    def _here(self, text: str, bind: str = "0.0.0.0:8000") -> str:
        text = interpolated(text, example_variables() | {"PAINCLINIC_HOST": HOST})
        exchanged = {
            "/run/secrets": str(self.secrets),
            "/dev/shm": str(self.folder),
            "/tmp/beat-schedule": f"{self.folder}/beat-schedule",
            "0.0.0.0:8000": bind,
        }
        return re.sub("|".join(map(re.escape, exchanged)), lambda found: exchanged[found[0]], text)

    def start(self, service: str, number: int = 1) -> Child:
        """Starts a service, or one more web process; it is stopped at the end in any case."""
        name = f"{service}-{number}"
        bind = f"127.0.0.1:{free_port()}"
        child = Child(
            name,
            self.command(service, bind=bind),
            log=self.folder / f"{name}.log",
            env=self.environment(service),
            cwd=ROOT,
        )
        self.running[name] = child
        if service == "web":
            self.web.append(bind)
            wait_until_ready(child, lambda: self.health(bind)[0] != 0, seconds=60)
        return child

    def kill(self, name: str) -> None:
        """Ends it and all of its processes at once, as a crash of its machine would."""
        child = self.running.pop(name)
        child.kill()
        child.close()

    def run(self, service: str, *command: str, **extra: str) -> str:
        """The output of one command in the environment of a service; raises when it fails."""
        done = subprocess.run(
            [self._here(part) for part in command],
            cwd=ROOT,
            env=self.environment(service) | extra,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def shell(self, code: str) -> str:
        """Runs Python code inside the application, as the application's database role."""
        return self.run("web", "python", "manage.py", "shell", "--verbosity=0", "--command", code)

    def health(self, address: str) -> tuple[int, dict[str, str]]:
        """Status and states of /healthz; 0 when nobody answers."""
        with contextlib.closing(http.client.HTTPConnection(address, timeout=15)) as connection:
            try:
                connection.request("GET", "/healthz", headers={"Host": HOST})
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read() or "{}")
            except (OSError, ValueError):
                return 0, {}

    def wait_until_healthy(self, seconds: float = 60.0) -> None:
        """Until every web process calls everything healthy."""
        deadline = time.monotonic() + seconds
        while any(self.health(address)[0] != 200 for address in self.web):
            if time.monotonic() > deadline:
                tails = "\n".join(f"{name}: {child.tail(15)}" for name, child in self.running.items())
                raise AssertionError(f"{[self.health(address) for address in self.web]}\n{tails}")
            time.sleep(0.1)


@contextmanager
def deployment(folder: Path) -> Iterator[Deployment]:
    """Database and broker run, tables and programmes are up to date, static files are collected.

    No service runs yet: `start` the ones the test needs.
    """
    subprocess.run(
        ["sh", "deploy/make-secrets", folder / "secrets"], cwd=ROOT, check=True, capture_output=True
    )
    here = Deployment(folder, {})
    with ExitStack() as stack:
        _start_postgres(here, stack)
        _start_valkey(here, stack)
        _write_addresses(here)
        collect_static(here)
        here.run("migrate", *here.command("migrate"))
        stack.callback(lambda: stop_all(list(here.running.values())))
        yield here


def _secret(here: Deployment, name: str) -> str:
    return (here.secrets / name).read_text()


def _start_postgres(here: Deployment, stack: ExitStack) -> None:
    passwords = {
        SUPERUSER: _secret(here, "postgres_password"),
        OWNER: _secret(here, "database_owner_password"),
        APPLICATION: _secret(here, "database_password"),
    }
    postgres = PostgresOfCompose(here.folder / "postgres", passwords, durable=False)
    postgres.secrets = here.secrets
    stack.callback(postgres.remove)
    stack.enter_context(postgres.running())
    here.addresses |= {"postgres:5432": f"127.0.0.1:{postgres.port}"}


def _start_valkey(here: Deployment, stack: ExitStack) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "SECRETS": str(here.secrets),
        "REDIS_DATA": str(here.folder),
        "REDIS_BIND": "127.0.0.1",
        "REDIS_PORT": str(port),
        "REDIS_SERVER": str(valkey_program()),
    }
    server = Child(
        "redis", ["sh", "deploy/redis.sh"], log=here.folder / "redis.log", env=environment, cwd=ROOT
    )
    stack.callback(lambda: stop_all([server]))
    here.addresses |= {"redis:6379": f"127.0.0.1:{port}"}
    wait_until_ready(server, lambda: "eady to accept" in server.tail())


def _write_addresses(here: Deployment) -> None:
    """The names of the compose network become addresses of this machine; passwords stay as they were made."""
    for name in ("database_url", "database_owner_url", "broker_url", "cache_url"):
        text = _secret(here, name)
        for inside, outside in here.addresses.items():
            text = text.replace(inside, outside)
        (here.secrets / name).chmod(0o600)
        (here.secrets / name).write_text(text)
    here.mail.mkdir()
    # One slash more, because the first belongs to the address and not to the path.
    (here.secrets / "email_url").write_text(f"filemail:///{here.mail}")


def collect_static(here: Deployment) -> None:
    """Runs the line of the Dockerfile that collects the static files, with only what that line sets."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith("RUN") and "collectstatic" in line)
    environment = {name: here.environment("web")[name] for name in ("PATH", "STATIC_ROOT")}
    command = ["sh", "-c", line.removeprefix("RUN ")]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


@dataclass
class Page:
    """An answer."""

    status: int
    url: str
    text: str
    headers: dict[str, str]

    def form_values(self, marker: str) -> dict[str, str]:
        """Names and values of the hidden fields of the form that has `marker` in it."""
        forms = re.findall(r"<form\b.*?</form>", self.text, re.DOTALL)
        form = next((form for form in forms if marker in form), "")
        fields = re.findall(r"<input\b[^>]*type=\"hidden\"[^>]*>", form)
        pairs = ((re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in fields)
        return {html.unescape(n[1]): html.unescape(v[1]) if v else "" for n, v in pairs if n}


class Visitor:
    """A browser without a screen. It reaches the site as through the TLS front, and asks another web process
    with every request, so that whatever works for it does not depend on one process's memory."""

    def __init__(self, here: Deployment) -> None:
        self.here = here
        self.cookies: dict[str, str] = {}
        self.asked: list[str] = []
        self.page = Page(0, "/", "", {})

    def get(self, path: str) -> Page:
        """Opens a page, following redirects."""
        return self._follow("GET", path, b"", {})

    def post(self, path: str, data: dict[str, str]) -> Page:
        """Sends a form as the page shown last would, following redirects."""
        values = {"csrfmiddlewaretoken": self.csrf_token} | data
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._follow("POST", path, urlencode(values).encode(), kind)

    def put(self, path: str, data: dict[str, Any]) -> Page:
        """Sends JSON as a script of the page would."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.csrf_token}
        return self._ask("PUT", path, json.dumps(data).encode(), headers)

    @property
    def csrf_token(self) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)
        return found[1] if found else ""

    def _follow(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        page = self._ask(method, path, body, headers)
        for _ in range(8):
            if page.status not in {301, 302, 303}:
                break
            target = urlsplit(page.headers["location"])
            page = self._ask("GET", target.path + (f"?{target.query}" if target.query else ""), b"", {})
        self.page = page
        return page

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        address = self.here.web[len(self.asked) % len(self.here.web)]
        self.asked.append(address)
        sent = headers | {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "127.0.0.1",
            "Origin": f"https://{HOST}",
            "Referer": f"https://{HOST}/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        with contextlib.closing(http.client.HTTPConnection(address, timeout=30)) as connection:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return Page(answer.status, path, text, {name.lower(): value for name, value in answer.getheaders()})
