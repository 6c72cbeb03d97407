"""Patients who send answers over real HTTP, and try again as their browser would."""

import http.client
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.test import Client

from painclinic.accounts.models import User
from patients.models import Draft, Occasion

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOKEN = "f" * 32
# After that a server is broken and not only busy.
MOST_TRIES = 400


def session_of(user: User) -> str:
    """The cookie of somebody who is signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@dataclass(frozen=True)
class Answer:
    """One filled questionnaire of a patient; `submission` is what the form calls itself."""

    user_id: UUID
    occasion_id: UUID
    slug: str
    fields: Mapping[str, str]

    @property
    def path(self) -> str:
        return f"/questions/{self.occasion_id}/{self.slug}/"

    @property
    def submission(self) -> UUID:
        return Draft.id_for(self.user_id, f"measure:{self.occasion_id}:{self.slug}", 0)

    @classmethod
    def of(cls, user_id: UUID, occasion: Occasion, fields: Mapping[str, str]) -> "Answer":
        return cls(user_id, occasion.pk, occasion.instruments[0], fields)


class Browsers:
    """Several at once, each sending the answers of one patient after the other, in their order."""

    def __init__(self, ports: list[int], sessions: Mapping[UUID, str], work: list[list[Answer]]) -> None:
        self.ports, self.sessions, self.work = ports, sessions, deque(work)
        self.done: list[Answer] = []
        self.said: Counter[str] = Counter()
        self.failed: list[str] = []
        self._threads = [threading.Thread(target=self._send_all, args=(n,), daemon=True) for n in range(4)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def is_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _send_all(self, seed: int) -> None:
        chance = random.Random(seed)
        while True:
            try:
                answers = self.work.popleft()
            except IndexError:
                return
            for answer in answers:
                self._send(answer, chance)

    def _send(self, answer: Answer, chance: random.Random) -> None:
        for _ in range(MOST_TRIES):
            status = self._post(answer, chance.choice(self.ports))
            self.said[str(status or "no answer")] += 1
            if status == 302:
                self.done.append(answer)
                return
            time.sleep(chance.uniform(0.05, 0.3))
        self.failed.append(answer.path)

    def _post(self, answer: Answer, port: int) -> int:
        """The status, or 0 when nobody answered."""
        name = str(answer.submission)
        form = {
            **answer.fields,
            "draft": name,
            "submission_id": name,
            "base_rev": "0",
            "csrfmiddlewaretoken": TOKEN,
        }
        return ask("POST", port, answer.path, self.sessions[answer.user_id], form)[0]


def ask(
    method: str, port: int, path: str, session: str, form: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and text of one request of somebody signed in; 0 when nobody answered."""
    headers = {
        "Host": "localhost",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        try:
            connection.request(method, path, urlencode(form or {}).encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
