"""What they type survives: a closed tab, no network, an ended session, two pages at once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from painclinic.accounts.models import User
from patients.models import DraftRevision
from tests.factories.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.functional.urls")]

FORM = "/test/form/"
SignIn = Callable[[Page, User], str]


@pytest.fixture(autouse=True)
def test_templates(settings: Any) -> Iterator[None]:
    engine = {**settings.TEMPLATES[0]}
    engine["DIRS"] = [*engine["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [engine]
    yield


def open_form(page: Page) -> None:
    page.goto(FORM)
    page.wait_for_selector("html[data-autosave=ready]", state="attached")


def box(page: Page) -> Any:
    return page.get_by_label("What went through your mind?")


def line(page: Page) -> Any:
    return page.locator("[data-saved-state]")


def write(page: Page, text: str) -> None:
    box(page).press_sequentially(text, delay=2)


def saved(page: Page) -> None:
    expect(line(page)).to_have_attribute("data-state", "saved")


def texts(name: str = "thoughts", **conditions: Any) -> list[str]:
    return [row.data[name] for row in DraftRevision.objects.filter(**conditions)]


def tails(page: Page) -> int:
    """How many unsent texts this browser profile holds."""
    return int(
        page.evaluate("""async () => {
            const known = await indexedDB.databases();
            if (!known.some((one) => one.name === "painclinic-drafts")) return 0;
            const opening = indexedDB.open("painclinic-drafts");
            const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
            if (!database.objectStoreNames.contains("tails")) return 0;
            const counting = database.transaction("tails").objectStore("tails").count();
            const count = await new Promise((done) => { counting.onsuccess = () => done(counting.result); });
            database.close();
            return count;
        }""")
    )


@pytest.fixture
def writer(desktop: Page, cast: Cast, sign_in: SignIn) -> Page:
    """The patient's page with the form open."""
    sign_in(desktop, cast.patient.user)
    open_form(desktop)
    return desktop


def test_typing_is_saved_and_the_line_says_when(writer: Page) -> None:
    write(writer, "It will never end")
    saved(writer)
    expect(line(writer)).to_have_text(re.compile(r"Saved\s+\d\d:\d\d"))
    assert texts()[-1] == "It will never end"
    assert tails(writer) == 0


def test_all_kinds_of_fields_come_back(writer: Page) -> None:
    write(writer, "first\nsecond")
    writer.get_by_text("2 of 3").click()
    writer.get_by_text("Help a").click()
    writer.get_by_text("Help b").click()
    writer.get_by_label("Feeling 1").fill("sad")
    saved(writer)
    expect(writer.get_by_text("Saving…")).to_be_hidden()
    open_form(writer)
    expect(box(writer)).to_have_value("first\nsecond")
    expect(writer.get_by_label("2 of 3")).to_be_checked()
    expect(writer.get_by_label("Help a")).to_be_checked()
    expect(writer.get_by_label("Help b")).to_be_checked()
    expect(writer.get_by_label("Feeling 1")).to_have_value("sad")


def test_closed_tab_loses_nothing(writer: Page) -> None:
    write(writer, "typed just before the tab was closed")
    writer.wait_for_timeout(100)
    page = writer.context.new_page()
    writer.close(run_before_unload=False)
    open_form(page)
    expect(box(page)).to_have_value("typed just before the tab was closed")
