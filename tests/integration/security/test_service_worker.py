"""What a browser keeps for when there is no network: one page that is the same for everybody."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.access.world import BACKEND
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
PAGE = "/help-now/offline/"


def test_worker_is_served_for_the_whole_site_without_a_session(client: Client) -> None:
    answer = client.get("/service-worker.js")
    answer.close()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not answer.cookies
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_page_that_is_kept_is_the_same_for_everybody_and_names_nobody(cast: Cast) -> None:
    def seen(user: object | None) -> str:
        client = Client()
        if user:
            client.force_login(user, backend=BACKEND)
        answer = client.get(PAGE)
        assert answer.status_code == 200
        if user is None:
            assert not answer.cookies
        # The moment of the copy is all that may differ.
        return re.sub(r"\d\d:\d\d \(UTC\)", "", answer.content.decode())

    pages = {seen(user) for user in (None, cast.patient.user, cast.therapist, cast.admin)}
    [page] = pages
    assert "tel:999" in page
    assert "tel:116123" in page
    for word in ("Maria", "Anna", "csrf", "session"):
        assert word not in page


def test_page_that_is_kept_names_every_file_that_it_needs(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    loads = re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"', page)
    assert loads
    assert all(address.startswith(f"/{settings.STATIC_URL.strip('/')}/") for address in loads)


def test_worker_keeps_that_page_and_no_other() -> None:
    text = (settings.BASE_DIR / "site_root/service-worker.js").read_text()
    assert f'const PAGE = "{PAGE}";' in text
    assert text.count("cache.put(") == 1
    assert text.count("cache.addAll(") == 1
    assert 'credentials: "omit"' in text
    assert [path.name for path in (settings.BASE_DIR / "site_root").iterdir()] == ["service-worker.js"]


def test_worker_shows_notices_and_keeps_nothing_of_them() -> None:
    """Beside the help page it does two things: it shows what came, and opens the front page."""
    text = (settings.BASE_DIR / "site_root/service-worker.js").read_text()
    listens = re.findall(r'addEventListener\("(\w+)"', text)
    assert sorted(listens) == ["activate", "fetch", "install", "message", "notificationclick", "push"]
    part = text[text.index("async function tell") :]
    assert 'openWindow("/")' in part
    assert not re.findall(r"\b(caches|fetch|indexedDB|postMessage|localStorage)\b", part)
