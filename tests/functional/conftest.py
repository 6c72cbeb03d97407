"""A real browser against the real site: pages at two widths, quick sign-in, and eyes on every page.

`desktop` and `phone` are pages 1280 and 360 pixels wide; `open_page(width)` opens more, each in a
browser profile of its own. `sign_in(page, user)` signs in without the form. At the end of a test
every page must have been free of console errors, broken content policy and requests to elsewhere;
`faults.expect(pattern)` names what a test provokes on purpose.
"""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from painclinic.accounts.models import User

# Playwright's loop runs in the thread that also asks the database: allowed here, and only here.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`);
});
"""
HEIGHTS = {1280: 900, 360: 740}
# Long, because a waiting page costs nothing and a busy machine is not a fault of the page.
LONGEST_WAIT = 30_000
expect.set_options(timeout=LONGEST_WAIT)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, or the one that CHROMIUM names; without either, the one Playwright brings."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    chosen = {"executable_path": path} if os.path.exists(path) else {}
    return {**browser_type_launch_args, **chosen, "args": CHROMIUM_OPTIONS}


@dataclass
class Faults:
    """What went wrong in any page of a test."""

    origin: str
    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Faults that match this regular expression are part of the test."""
        self.expected.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.found.append(f"request to elsewhere: {request.url}")

    def unexpected(self) -> list[str]:
        return [
            fault for fault in self.found if not any(re.search(pattern, fault) for pattern in self.expected)
        ]


@pytest.fixture
def faults(live_server: Any) -> Iterator[Faults]:
    watched = Faults(origin=live_server.url)
    yield watched
    assert not watched.unexpected(), "\n".join(watched.unexpected()[:20])


@pytest.fixture
def open_context(
    browser: Browser, transactional_db: None, live_server: Any, faults: Faults
) -> Iterator[Callable[..., BrowserContext]]:
    """`open_context(width=1280, **options)` makes a browser profile of its own, watched like every other."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1280, **options: Any) -> BrowserContext:
        # What a test answers for the server (`route`) must not pass by a worker; the tests of it allow it.
        options.setdefault("service_workers", "block")
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(LONGEST_WAIT)
        faults.watch(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    _wait_for_the_server()


def _wait_for_the_server() -> None:
    """A request that a closing page sent last is answered before the tables are emptied under it."""
    for _attempt in range(100):
        if not any("process_request_thread" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.05)


@pytest.fixture
def open_page(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """`open_page(width=1280, **options)`: a page in a browser profile of its own."""

    def make(width: int = 1280, **options: Any) -> Page:
        return open_context(width, **options).new_page()

    return make


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    return open_page(1280)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(360, has_touch=True, is_mobile=True)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, User], str]:
    """`sign_in(page, user)` gives the page's profile a session of this user; returns its key."""

    def enter(page: Page, user: User) -> str:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        key = str(client.cookies[settings.SESSION_COOKIE_NAME].value)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": key,
                    "url": live_server.url,
                    "httpOnly": True,
                    "sameSite": "Lax",
                }
            ]
        )
        return key

    return enter
