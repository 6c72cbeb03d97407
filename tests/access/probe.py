"""Knocks at one page as one person, notes everything that happened, and undoes it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from painclinic.audit.models import AuditEvent
from painclinic.crypto import keys
from tests.access.rows import patients_of
from tests.access.world import World, forbidden_marks

# Tables that any request may write to, and why.
PASSING = {
    "audit_auditevent": "reading leaves a trace",
    "django_session": "the idle clock, messages that were shown, half-done sign-ins",
    "usersessions_usersession": "the list of devices knows when each was last seen",
}
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|MERGE|COPY|WITH)\b", re.IGNORECASE)
# Published programmes are frozen by the database itself (tests of programs); hashing them is slow.
LEFT_OUT = re.compile("programs_|django_migrations|django_content_type")
# xmlns names are no addresses that anything is loaded from.
ELSEWHERE = re.compile(
    r"""(?:src|href|action|srcset|data|poster|content|url)\s*[=(]\s*["']?\s*((?:https?:)?//[^"'\s)>]+)"""
)
LINK = re.compile(r"<a\b[^>]*>")


class WriteWatch:
    """Notices statements that may write, so that rows need counting only after such a request."""

    def __init__(self) -> None:
        self.has_written = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        passing = any(f'"{table}"' in sql for table in PASSING)
        self.has_written |= bool(WRITES.match(sql)) and not passing
        return execute(sql, params, many, context)


Digests = dict[tuple[str, str], str]


@dataclass
class Seen:
    """What one request brought about. `changed` are (table, patient's name) pairs whose rows are different.

    It is read by tests that know another world than the one it happened in: hence names, not ids.
    """

    page: str
    method: str
    person: str
    status: int
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    content_type: str = ""
    leaks: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    changed: set[tuple[str, str]] = field(default_factory=set)
    events: list[AuditEvent] = field(default_factory=list)
    path: str = ""
    body: str = ""
    user_id: UUID | None = None
    subjects: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.person:7} {self.method:7} {self.path} -> {self.status} {self.location}"


def digests() -> Digests:
    """A hash of the rows of every table, by patient where the rows have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, bool_or(column_name = 'patient_id') FROM information_schema.columns "
            "WHERE table_schema = 'public' GROUP BY table_name ORDER BY table_name"
        )
        tables = [row for row in cursor.fetchall() if not LEFT_OUT.match(row[0])]
        parts = []
        for table, has_patient in tables:
            owner = "patient_id::text" if has_patient else "id::text" if table == "patients_patient" else "''"
            parts.append(
                f"SELECT '{table}', coalesce({owner}, ''), md5(string_agg(md5(t::text), '' "
                f'ORDER BY md5(t::text))) FROM "{table}" t GROUP BY 2'
            )
        cursor.execute(" UNION ALL ".join(parts))
        return {(table, owner): digest for table, owner, digest in cursor.fetchall()}


class Prober:
    """Sends requests as the people of a world. Nothing that one request does is there for the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = world.sign_in_all()
        self.cookies = {name: client.cookies.output(header="") for name, client in self.clients.items()}
        self.keys = {
            name: client.cookies[settings.SESSION_COOKIE_NAME].value
            for name, client in self.clients.items()
            if settings.SESSION_COOKIE_NAME in client.cookies
        }
        self.names = {str(pk): name for pk, name in patients_of(world).items()}
        self.before = digests()
        self.forbidden = {name: forbidden_marks(world, name) for name in world.people}

    def client(self, person: str) -> Client:
        """The person's browser as it was right after signing in."""
        client = self.clients[person]
        client.cookies = SimpleCookie()
        if person in self.keys:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.keys[person]
        return client

    def ask(
        self,
        person: str,
        method: str,
        path: str,
        *,
        page: str = "",
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        keep_body: bool = False,
    ) -> Seen:
        """One request, undone afterwards. An exception counts as status 500."""
        cache.clear()
        keys.forget()
        client = self.client(person)
        with transaction.atomic():
            watch = WriteWatch()
            newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            try:
                with transaction.atomic(), connection.execute_wrapper(watch):
                    response = self._send(client, method, path, data, headers)
                    seen = self._note(page, method, person, path, response, data, keep_body)
                seen.events = list(AuditEvent.objects.filter(pk__gt=newest).order_by("pk"))
                seen.subjects = {
                    self.names.get(str(e.subject_id), "somebody new") for e in seen.events if e.subject_id
                }
                if watch.has_written:
                    seen.changed = self._changed()
            except (Exception, pytest.fail.Exception) as error:
                # Whatever a page raises is the finding: it is kept and shown beside the row.
                seen = Seen(page, method, person, 500, location=f"{type(error).__name__}: {error}", path=path)
            transaction.set_rollback(True)
        return seen

    @staticmethod
    def _send(client: Client, method: str, path: str, data: Any, headers: Mapping[str, str] | None) -> Any:
        if method in {"PUT", "PATCH", "DELETE"}:
            return client.generic(
                method, path, data=json.dumps(data or {}), content_type="application/json", headers=headers
            )
        return getattr(client, method.lower())(path, data or {}, headers=headers)

    def _note(
        self, page: str, method: str, person: str, path: str, response: Any, data: Any, keep_body: bool
    ) -> Seen:
        raw = b"".join(response.streaming_content) if response.streaming else response.content
        body = raw.decode("utf-8", "replace")
        location = response.get("Location", "") or response.get("HX-Redirect", "")
        # A form that was filled wrongly shows what was typed into it: that is no news to who typed it.
        told = body + str(response.headers)
        user = self.world.people[person]
        is_html = response.get("Content-Type", "").startswith("text/html")
        return Seen(
            page=page,
            method=method,
            person=person,
            path=path,
            status=response.status_code,
            location=location,
            headers=dict(response.headers),
            cookies=[morsel.OutputString() for morsel in response.cookies.values()],
            content_type=response.get("Content-Type", ""),
            leaks=[mark for mark in self.forbidden[person] if mark in told and mark not in str(data)],
            elsewhere=ELSEWHERE.findall(LINK.sub("", body)) if is_html else [],
            links=[link for link in LINK.findall(body) if is_html and ELSEWHERE.search(link)],
            body=body if keep_body else "",
            user_id=user.pk if user else None,
        )

    def _changed(self) -> set[tuple[str, str]]:
        after = digests()
        both = self.before.keys() | after.keys()
        changed = {key for key in both if self.before.get(key) != after.get(key)}
        return {(table, self.names.get(owner, "")) for table, owner in changed if table not in PASSING}


def place_of(location: str) -> str:
    """The path of an address, without its query."""
    return urlsplit(location).path
