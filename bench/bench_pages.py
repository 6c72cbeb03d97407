"""What each page of the loop costs in a clinic of 200 patients, as ratios that hold on any machine.

Run: bin/bench pages [rounds] [part of a page's name]

Every page is asked for through Django's test client against real PostgreSQL, as the application's database
role, in turn with two yardsticks: a bare Django view with one query and no middleware, and the same page as
the same role sees it with empty data (a clinic with one patient who has done nothing; for a page that shows
one thing, a patient with one of each).

Time is processor time, of this process and of its database connection's, where the system tells it (Linux);
elsewhere it is the time that passes. So a busy machine does not bend the ratios.
"""

import gc
import logging
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PATIENTS = 200
TIMES = 80
ROUNDS = 7

if __name__ == "__main__":
    # The owner makes the tables; what is measured runs as the application does.
    subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "-v0"], cwd=ROOT, check=True)
os.environ["PAINCLINIC_DB_ROLE"] = "app"
os.environ["DJANGO_SETTINGS_MODULE"] = "painclinic.settings"

import django  # noqa: E402 - after the path and the environment

django.setup()

from django.conf import settings  # noqa: E402 - after the setup, like everything below
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

from tests.factories.cast import real_version  # noqa: E402
from tests.factories.crowd import enrol_many, lengthen, many_staff  # noqa: E402
from tests.factories.site import Site, Visit, visits  # noqa: E402
from tests.factories.writes import WRITES  # noqa: E402

# One of each kind is enough where several addresses show the same page.
LEFT_OUT = ("account_", "mfa_", "usersessions_", "healthz", "display-settings", "front-door")
STEPS = {3, 7, 8, 9, 12}


def is_of_the_loop(visit: Visit) -> bool:
    """Whether a page is measured: all but those of allauth, and repeats of the same page."""
    if visit.page.startswith(LEFT_OUT) and visit.page != "account_login":
        return False
    if visit.page == "patients:step-detail" and dict(visit.instead).get("step") not in STEPS:
        return False
    is_twin = visit.person == "supervisor" and visit.page.startswith("therapists:")
    return not is_twin or visit.page in {"therapists:today", "therapists:caseload"}


@dataclass
class Place:
    """A site with its browsers."""

    site: Site
    clients: dict[str, Client] = field(init=False)

    def __post_init__(self) -> None:
        self.clients = self.site.sign_in()
        for client in self.clients.values():
            client.get("/help-now/")


@dataclass
class Queries:
    """Counts statements."""

    count: int = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += "SAVEPOINT" not in sql
        return execute(sql, params, many, context)


@dataclass
class Cost:
    """What one page took, beside its yardsticks; milliseconds."""

    label: str
    person: str
    full: float
    empty: float
    bare: float
    queries: int
    size: int

    @property
    def row(self) -> str:
        ratios = f"{self.full / self.bare:8.1f} {self.full / self.empty:8.2f}"
        sizes = f"{self.queries:4d} {self.size / 1000:6.1f}"
        return f"{self.label:<54} {self.person:<10} {self.full:7.1f} {ratios} {sizes}"


Send = Callable[[], Any]


@cache
def _database_process() -> Path | None:
    """Where Linux keeps the account of the process behind our connection; None if it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        account = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return account if account.exists() else None


def spent() -> float:
    """Seconds so far, by the clock that the module's docstring tells of."""
    account = _database_process()
    if account is None:
        return time.perf_counter()
    return time.process_time() + int(account.read_text().split()[0]) / 1e9


def milliseconds(work: Callable[[], object]) -> float:
    start = spent()
    work()
    return (spent() - start) * 1000


def measure(label: str, person: str, sends: tuple[Send, Send, Send], rounds: int, good: int) -> Cost | None:
    """The medians of the page and its two yardsticks, asked for in turn; None when there is no page."""
    full, empty, _bare = sends
    if full().status_code != good:
        return None
    reference = empty()
    if reference.status_code != good:
        raise SystemExit(f"{label}: the yardstick answered {reference.status_code}")
    watch = Queries()
    with connection.execute_wrapper(watch):
        answer = full()
    taken: list[list[float]] = [[], [], []]
    for _round in range(rounds):
        for times, send in zip(taken, sends, strict=True):
            times.append(milliseconds(send))
    medians = [statistics.median(times) for times in taken]
    return Cost(label, person, *medians, queries=watch.count, size=len(answer.content))


def build() -> tuple[Place, Place, Place]:
    """The clinic of 200, a patient with one of each, and one who has done nothing."""
    version = real_version()
    full, slim, empty = (
        Site(version, name=name, has_records=name != "Empty") for name in ("Full", "Slim", "Empty")
    )
    names = [f"Patient {number}" for number in range(1, PATIENTS)]
    enrol_many(full.clinic, full.admin, full.therapist, version, names=names)
    many_staff(full.clinic, full.admin, count=20)
    lengthen(full.enrolment, full.therapist, [full.colleague], times=TIMES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # What building left behind is no part of any page.
    gc.collect()
    gc.freeze()
    return Place(full), Place(slim), Place(empty)


def look(visit: Visit, place: Place) -> Send:
    path, client = visit.path(place.site), place.clients[visit.person]
    return lambda: visit.send(path, client)


def bare_client() -> Client:
    """A client whose handler has no middleware."""
    with override_settings(MIDDLEWARE=[]):
        client = Client()
        client.get("/bare/")
    return client


def costs(rounds: int, part: str) -> list[Cost]:
    full, slim, empty = build()
    client = bare_client()
    found: list[Cost | None] = []

    def bare() -> Any:
        return client.get("/bare/")

    for visit in visits():
        if is_of_the_loop(visit) and part in visit.label:
            yardstick = slim if visit.needs_records else empty
            try:
                sends = (look(visit, full), look(visit, yardstick), bare)
            except AttributeError:
                continue
            found.append(measure(visit.label, visit.person, sends, rounds, 200))
    for write in WRITES:
        if write.repeats and part in write.name:
            places = (write.sender(place.site, place.clients[write.person]) for place in (full, empty))
            found.append(measure(write.name, write.person, (*places, bare), rounds, write.good))
    return [cost for cost in found if cost]


def main(arguments: list[str]) -> None:
    rounds = int(arguments[0]) if arguments else ROUNDS
    part = arguments[1] if len(arguments) > 1 else ""
    began = time.perf_counter()
    # Addresses without a page for somebody are asked for too, to find that out.
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore", "No directory at")
    with override_settings(ROOT_URLCONF="bench.bare"):
        found = costs(rounds, part)
    print(
        f"{PATIENTS} patients; medians of {rounds}, in turn with their yardsticks; settings: {settings.MODE}"
    )
    print(f"the bare view took {statistics.median(cost.bare for cost in found):.2f} ms")
    print(f"{'page':<54} {'as':<10} {'ms':>7} {'x bare':>8} {'x empty':>8} {'SQL':>4} {'kB':>6}")
    for cost in found:
        print(cost.row)
    print(f"all this took {timedelta(seconds=round(time.perf_counter() - began))}")


if __name__ == "__main__":
    main(sys.argv[1:])
