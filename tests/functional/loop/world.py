"""What surrounds the people of the loop: the worker's jobs, the mail, the time, and eyes on each page."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from messaging.jobs import deliver_due, plan_reminders
from painclinic import clock
from painclinic.accounts.models import User
from patients.jobs import make_reports, unlock_modules
from tests.factories.outbox import until

MONDAY = "2026-03-02T09:00+00:00"
PASSWORD = "four quiet words of mine"
SignIn = Callable[[Page, User], str]


@dataclass
class World:
    """The clinic's surroundings.

    The worker's jobs are called in this process and not run by a Celery worker: the walk moves the clock of
    this process, and reads the mail that this process holds. `tests/integration/test_compose.py` drives the
    loop with a real worker.
    """

    sign_in: SignIn
    shift: timedelta = timedelta(0)

    def at(self, moment: str) -> None:
        """Put the clock of the site to a moment."""
        clock.set_shift(timedelta(0))
        self.shift = until(moment)
        clock.set_shift(self.shift)

    def later(self, **length: int) -> None:
        """Let time pass."""
        self.shift += timedelta(**length)
        clock.set_shift(self.shift)

    def work(self) -> None:
        """What beat asks the worker for, all of it once."""
        for job in (unlock_modules, plan_reminders, deliver_due, make_reports):
            job()


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def mails_to(address: str) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [address]]


def link_in(letter: EmailMessage | Any) -> str:
    """The path of the one link in a mail."""
    found = re.findall(r"https?://\S+", str(letter.body))
    assert len(found) == 1, letter.body
    return urlsplit(found[0]).path


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait until the page with this heading is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def told(page: Page, text: str) -> None:
    """The page says this in a message above its main part."""
    expect(page.get_by_role("status").filter(has_text=text).first).to_be_visible()


def saved(page: Page, form: Locator | None = None) -> None:
    """Wait until what was typed is on the server."""
    line = (form or page).locator("[data-saved-state]").first
    expect(line).to_have_attribute("data-state", "saved")
    expect(line).to_have_text(re.compile(r"^\s*Saved .*\d\d:\d\d"))


def ready(page: Page) -> None:
    """Wait until the page saves what is typed."""
    page.wait_for_selector("html[data-autosave=ready]", state="attached")


def picture(page: Page, name: str) -> None:
    """Kept when LOOK names a folder, for looking at."""
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
