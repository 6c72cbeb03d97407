"""No page costs more queries with many patients, or for a patient with a long record, than with few.

How many each page takes stands in `query_counts.txt`, so that growth is seen when a change is read. After
a change that is meant, write the table anew:

    WRITE_QUERY_COUNTS=1 bin/test tests/integration/test_query_counts.py
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from painclinic import clock
from painclinic.accounts.models import Role
from painclinic.crypto import keys
from tests.access.table import ROWS
from tests.factories.cast import make_staff, real_version
from tests.factories.crowd import enrol_many, lengthen, many_staff
from tests.factories.site import Site, visits
from tests.factories.writes import WRITES

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("query-counts")]

TABLE = Path(__file__).with_name("query_counts.txt")
HEAD = "# Queries of each page that a person gets; see test_query_counts.py for how to write this anew."
MANY = 40
VISITS = [visit for visit in visits() if visit.page != "healthz"]
# A weekday morning, so that no count hangs on the hour of the run.
MORNING = datetime(2027, 3, 3, 10, tzinfo=UTC)
VALUES = re.compile(r"'[^']*'|\b\d+\b|\(%s(?:, %s)*\)")


@dataclass
class Statements:
    """The statements of one request, without the values in them and without savepoints."""

    seen: Counter[str] = field(default_factory=Counter)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            self.seen[VALUES.sub("?", sql)] += 1
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


Counts = dict[tuple[str, str], Counter[str]]


def statements_of(send: Callable[[], Any], good: int) -> Counter[str] | None:
    """What a request asks of the database; None when it is not answered as it is for who may do this."""
    cache.clear()
    keys.forget()
    watch = Statements()
    with undone(), connection.execute_wrapper(watch):
        status = send().status_code
    return watch.seen if status == good else None


def _looks(site: Site, clients: dict[str, Client]) -> Iterator[tuple[str, str, Counter[str] | None]]:
    for visit in VISITS:
        path, client = visit.path(site), clients[visit.person]
        yield visit.label, visit.person, statements_of(partial(visit.send, path, client), 200)
    for write in WRITES:
        seen = statements_of(write.sender(site, clients[write.person]), write.good)
        assert seen, write.name
        yield write.name, write.person, seen


def look_everywhere(site: Site, clients: dict[str, Client]) -> Counts:
    """What every page and everything that is sent costs; those that lead elsewhere are left out."""
    return {(label, person): seen for label, person, seen in _looks(site, clients) if seen is not None}


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Counts, Counts]]:
    """What everybody's pages took with two patients, and then with many and a long record."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        clock.moved(MORNING - clock.now()),
        undone(),
    ):
        site = Site(real_version())
        enrol_many(site.clinic, site.admin, site.therapist, site.version, names=["Nora Vane"])
        clients = site.sign_in()
        for client in clients.values():
            client.get("/help-now/")
        # However slow this run is, no session is noted as used again in the middle of it.
        patch.setattr("painclinic.access.middleware.GRANULARITY", 10**9)
        few = look_everywhere(site, clients)
        names = [f"Patient {number}" for number in range(2, MANY)]
        enrol_many(site.clinic, site.admin, site.therapist, site.version, names=names)
        many_staff(site.clinic, site.admin, count=20)
        helpers = [
            make_staff(site.clinic, Role.THERAPIST, f"helper{number}@lakeside.example", f"Helper {number}")
            for number in range(4)
        ]
        lengthen(site.enrolment, site.therapist, helpers, times=48)
        yield few, look_everywhere(site, clients)


def test_many_patients_and_long_records_cost_no_more_queries(counts: tuple[Counts, Counts]) -> None:
    few, many = counts
    assert few.keys() == many.keys()
    grown = {
        f"{' as '.join(key)}: {few[key].total()} -> {seen.total()}": seen - few[key]
        for key, seen in many.items()
        if seen.total() > few[key].total()
    }
    lines = [
        f"{name}\n" + "\n".join(f"    {n}x {sql}" for sql, n in more.items()) for name, more in grown.items()
    ]
    assert not grown, "\n".join(["", *lines])


def test_every_page_of_ours_is_counted(counts: tuple[Counts, Counts]) -> None:
    """Whatever somebody can look at, by the access table, has a number here."""
    counted = {label.split()[0] for label, _person in counts[0]}
    people = ("anon", "own", "new", "ther", "sup", "adm")
    seen = {row.page for row in ROWS if row.method == "GET" and "ok" in map(row.cells.get, people)}
    assert not {page for page in seen if ":" in page} - counted


def table_of(counts: Counts) -> str:
    rows = sorted((*key, seen.total()) for key, seen in counts.items())
    return "\n".join([HEAD, *(f"{label:<58} {person:<10} {total:>3}" for label, person, total in rows), ""])


def test_the_numbers_are_those_of_the_table(counts: tuple[Counts, Counts]) -> None:
    found = table_of(counts[1])
    if os.environ.get("WRITE_QUERY_COUNTS"):
        TABLE.write_text(found)
    pinned = TABLE.read_text().splitlines()
    differences = [line for line in found.splitlines() if line not in pinned]
    differences += [f"{line}   (in the table)" for line in pinned if line not in found.splitlines()]
    assert not differences, "\n".join(["", *sorted(differences)])
