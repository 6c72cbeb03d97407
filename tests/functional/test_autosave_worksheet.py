"""The pain-cycle worksheet of Module 1, as patients meet it, loses nothing they write."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from painclinic.accounts.models import User
from painclinic.audit.actions import System
from patients.actions.progress import unlock_module
from patients.models import DraftRevision, Entry
from programs.actions import load_programme, publish_version
from programs.models import Module
from tests.factories.cast import Cast, a_person, make_patient
from tests.functional.conftest import Faults

pytestmark = pytest.mark.browser

CONTENT = Path(__file__).parents[2] / "programs/content/cbt-chronic-pain/en"
SHEET = "/course/1/8/"
BY = System("test")


@pytest.fixture
def nina(cast: Cast) -> User:
    """A patient on the real programme, its first module open."""
    version = publish_version(version=load_programme(path=CONTENT, by=BY), by=BY)
    person = a_person("Nina Holm", "nina@example.org")
    enrolment = make_patient(cast.clinic, cast.admin, cast.therapist, person, version)
    unlock_module(by=BY, enrolment=enrolment, module=Module.objects.get(version=version, number=1))
    return enrolment.patient.user


def open_sheet(page: Page) -> None:
    page.goto(SHEET)
    page.wait_for_selector("html[data-autosave=ready]", state="attached")


def field(page: Page, label: str) -> Any:
    return page.locator("form[data-draft]").get_by_label(label)


def state(page: Page, name: str) -> None:
    expect(page.locator("[data-saved-state]")).to_have_attribute("data-state", name)


def no_accessibility_faults(page: Page) -> None:
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


def picture(page: Page, name: str) -> None:
    """Kept when PICTURES names a folder, for looking at."""
    if "PICTURES" in os.environ:
        page.screenshot(path=Path(os.environ["PICTURES"]) / f"{name}.png")


@pytest.fixture
def sheet(desktop: Page, nina: User, sign_in: Callable[[Page, User], str]) -> Page:
    sign_in(desktop, nina)
    open_sheet(desktop)
    return desktop


def test_closed_tab_brings_every_kind_of_answer_back(sheet: Page) -> None:
    field(sheet, "What was going on?").fill("Carrying the shopping up the stairs")
    sheet.locator("form[data-draft] .scale-step", has_text="7").click()
    field(sheet, "Feeling").first.select_option("anxious")
    sheet.get_by_role("button", name="Add one more").click()
    sheet.locator("[name=feelings-1-name]").select_option("sad")
    field(sheet, "My thoughts").check()
    field(sheet, "What went through your mind?").press_sequentially("It will never sto", delay=5)
    sheet.wait_for_timeout(100)
    page = sheet.context.new_page()
    sheet.close(run_before_unload=False)
    open_sheet(page)
    expect(field(page, "What went through your mind?")).to_have_value("It will never sto")
    expect(field(page, "What was going on?")).to_have_value("Carrying the shopping up the stairs")
    expect(page.locator("[name=pain][value='7']")).to_be_checked()
    expect(page.locator("[name=feelings-0-name]")).to_have_value("anxious")
    expect(page.locator("[name=feelings-1-name]")).to_have_value("sad")
    expect(field(page, "My thoughts")).to_be_checked()


def test_two_devices_keep_and_show_both_texts(
    sheet: Page, phone: Page, nina: User, sign_in: Callable[[Page, User], str], faults: Faults
) -> None:
    faults.expect("status of 409")
    sign_in(phone, nina)
    open_sheet(phone)
    field(sheet, "What went through your mind?").fill("I have to stop everything")
    field(sheet, "Feeling").first.select_option("anxious")
    sheet.get_by_role("button", name="Add one more").click()
    sheet.locator("[name=feelings-1-name]").select_option("sad")
    state(sheet, "saved")
    picture(sheet, "sheet-saved")
    field(phone, "What went through your mind?").fill("My back is breaking")
    state(phone, "conflict")
    panel = phone.get_by_role("region", name=re.compile("two versions"))
    expect(panel).to_contain_text("I have to stop everything")
    expect(panel).to_contain_text("My back is breaking")
    expect(panel).to_contain_text("Worried or afraid")
    no_accessibility_faults(phone)
    panel.scroll_into_view_if_needed()
    picture(phone, "sheet-conflict")
    phone.get_by_role("button", name="Use what I chose").click()
    # The other device had a row that was not on this page: it is there now.
    expect(phone.locator("[name=feelings-1-name]")).to_have_value("sad")
    expect(field(phone, "What went through your mind?")).to_have_value(
        "My back is breaking\n\nI have to stop everything"
    )
    expect(phone.get_by_role("region", name=re.compile("two versions"))).to_have_count(0)
    texts = [row.data["thoughts"] for row in DraftRevision.objects.all()]
    assert "I have to stop everything" in texts
    assert "My back is breaking" in texts


def test_handing_in_takes_what_was_typed_last(sheet: Page) -> None:
    field(sheet, "What was going on?").fill("Morning, in the kitchen")
    sheet.locator("form[data-draft] .scale-step", has_text="5").click()
    field(sheet, "Feeling").first.select_option("frustrated")
    field(sheet, "What did you do, or not do?").fill("Sat down")
    field(sheet, "What went through your mind?").press_sequentially("Not again", delay=2)
    sheet.get_by_role("button", name="Save and go on").click()
    sheet.wait_for_url(re.compile(r"/course/1/9/"))
    assert Entry.objects.get().texts["thoughts"] == "Not again"


def test_offline_worksheet_reads_well_and_is_accessible(sheet: Page, faults: Faults) -> None:
    faults.expect("ERR_INTERNET_DISCONNECTED")
    sheet.context.set_offline(True)
    field(sheet, "What was going on?").fill("On the train")
    state(sheet, "local")
    picture(sheet, "sheet-offline")
    sheet.get_by_role("button", name="Save and go on").click()
    expect(sheet.get_by_role("dialog", name="You are offline at the moment")).to_be_visible()
    no_accessibility_faults(sheet)
    picture(sheet, "sheet-offline-dialog")
    sheet.get_by_role("button", name="All right").click()
    sheet.context.set_offline(False)
    state(sheet, "saved")
