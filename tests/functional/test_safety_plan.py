"""Writing the safety plan on a phone: kept while it is typed, people added, numbers to tap."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from painclinic.accounts.models import User
from patients.models import SafetyPlan
from tests.factories.cast import Cast
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
SIGNS = "How I notice that it is getting worse"


def begin(page: Page) -> None:
    page.goto("/safety-plan/write/")
    page.wait_for_selector("html[data-autosave=ready]", state="attached")


def test_plan_is_kept_while_it_is_typed_and_saved_with_people_to_call(
    phone: Page, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(phone, cast.patient.user)
    phone.goto("/safety-plan/")
    phone.get_by_role("link", name="Write my plan").tap()
    phone.wait_for_selector("html[data-autosave=ready]", state="attached")
    phone.get_by_label(SIGNS).press_sequentially("I stop answering", delay=2)
    expect(phone.locator("[data-saved-state]")).to_have_attribute("data-state", "saved")
    assert not SafetyPlan.objects.exists()

    begin(phone)
    expect(phone.get_by_label(SIGNS)).to_have_value("I stop answering")
    people = phone.get_by_role("group", name="People I can ask for help")
    people.get_by_role("button", name="Add one more").tap()
    for row, name in enumerate(("Pat", "Sam")):
        people.get_by_label("Name").nth(row).fill(name)
        people.get_by_label("Phone number").nth(row).fill(f"07700 90012{row}")
    assert not list(faults_of(phone))
    phone.get_by_role("button", name="Save my plan").tap()

    for row, name in enumerate(("Pat", "Sam")):
        link = phone.get_by_role("link", name=f"{name}: 07700 90012{row}")
        expect(link).to_have_attribute("href", f"tel:0770090012{row}")
    assert SafetyPlan.objects.get().texts["signs"] == "I stop answering"
    assert not list(faults_of(phone))


def test_plan_is_written_by_keyboard_alone(desktop: Page, sign_in: SignIn, cast: Cast) -> None:
    sign_in(desktop, cast.patient.user)
    begin(desktop)
    desktop.get_by_label(SIGNS).focus()
    desktop.keyboard.type("I go quiet")
    desktop.keyboard.press("Tab")
    desktop.keyboard.type("Walk")
    desktop.get_by_role("button", name="Save my plan").press("Enter")
    expect(desktop.get_by_text("I go quiet")).to_be_visible()
    assert SafetyPlan.objects.get().texts["alone"] == "Walk"


def test_therapist_suggests_it_and_the_patient_finds_it_on_the_start_page(
    desktop: Page, phone: Page, sign_in: SignIn, cast: Cast
) -> None:
    sign_in(desktop, cast.therapist)
    desktop.goto(f"/patients/{cast.patient.pk}/")
    desktop.get_by_role("link", name="Safety plan").click()
    desktop.get_by_role("button", name="Suggest to write it together").click()
    expect(desktop.get_by_text("Anna Berg suggested writing it together")).to_be_visible()
    sign_in(phone, cast.patient.user)
    phone.goto("/home/")
    phone.get_by_role("link", name="Look at it").tap()
    expect(phone.get_by_text("Anna Berg suggests: let us write it together")).to_be_visible()


def test_without_scripts_the_plan_is_written_all_the_same(
    open_page: Callable[..., Page], sign_in: SignIn, cast: Cast
) -> None:
    page = open_page(360, java_script_enabled=False)
    sign_in(page, cast.patient.user)
    page.goto("/safety-plan/write/")
    page.get_by_label(SIGNS).fill("I go quiet")
    page.locator("button[name=add_row]").first.click()
    expect(page.get_by_label(SIGNS)).to_have_value("I go quiet")
    page.get_by_role("button", name="Save my plan").click()
    assert SafetyPlan.objects.get().texts["signs"] == "I go quiet"
    assert page.url.endswith("/safety-plan/")
