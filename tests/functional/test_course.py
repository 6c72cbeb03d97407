"""The first week in a browser: every step at two widths, by keyboard alone, with axe finding nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from painclinic.accounts.models import User
from patients.models import CheckAnswer, StepProgress, StepRating
from tests.factories.cast import Cast
from tests.functional.conftest import Faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
PAGES = ["/course/", "/course/1/", "/course/2/", *(f"/course/1/{number}/" for number in range(13))]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def visited(page: Page, path: str) -> None:
    """Go to a step and wait until the server knows."""
    with page.expect_response(lambda answer: answer.url.endswith(f"{path}visit/")):
        page.goto(path)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_the_week_is_accessible_and_fits(
    real_cast: Cast,
    open_context: Callable[..., BrowserContext],
    sign_in: SignIn,
    width: int,
    scheme: str,
) -> None:
    page = open_context(width, color_scheme=scheme).new_page()
    sign_in(page, real_cast.patient.user)
    for path in PAGES:
        visited(page, path) if path.count("/") > 3 else page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_step_is_walked_by_keyboard_and_taken_up_on_the_phone(
    real_cast: Cast, desktop: Page, phone: Page, sign_in: SignIn
) -> None:
    for page in (desktop, phone):
        sign_in(page, real_cast.patient.user)
    desktop.goto("/course/1/")
    desktop.get_by_role("button", name="Begin").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Welcome, and how this works")
    go_on = desktop.get_by_role("button", name="Go on")
    go_on.focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Pain is an alarm")
    visited(desktop, "/course/1/3/")
    phone.goto("/course/1/")
    expect(phone.get_by_role("heading", name="Step 3: What turns the volume up and down")).to_be_visible()
    phone.get_by_role("link", name="Go on", exact=True).click()
    expect(phone.get_by_text("Step 3 of 12")).to_be_visible()
    assert StepProgress.objects.get(step__number=1).done_at is not None


def test_answer_is_explained_in_place_and_the_focus_stays(
    real_cast: Cast, desktop: Page, sign_in: SignIn
) -> None:
    sign_in(desktop, real_cast.patient.user)
    visited(desktop, "/course/1/7/")
    first = desktop.locator("form.check").first
    first.get_by_label("There must be a lot of damage").focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    expect(first.get_by_text("Worth another thought")).to_be_visible()
    expect(first.get_by_role("button", name="Try another answer")).to_be_focused()
    assert desktop.url.endswith("/course/1/7/")
    assert_accessible(desktop)
    first.get_by_label("Not very much by itself").check()
    first.get_by_role("button", name="Try another answer").click()
    expect(first.get_by_text("Yes. Strong pain is real")).to_be_visible()
    assert CheckAnswer.objects.count() == 2


def test_pressing_without_an_answer_is_answered_in_place(
    real_cast: Cast, phone: Page, sign_in: SignIn, faults: Faults
) -> None:
    faults.expect("status of 422")
    sign_in(phone, real_cast.patient.user)
    visited(phone, "/course/1/7/")
    first = phone.locator("form.check").first
    first.get_by_role("button").click()
    expect(first.get_by_text("Choose the answer that seems best to you")).to_be_visible()
    assert_accessible(phone)


def test_numbers_before_and_after_are_kept_as_they_are_chosen(
    real_cast: Cast, phone: Page, sign_in: SignIn
) -> None:
    sign_in(phone, real_cast.patient.user)
    visited(phone, "/course/1/4/")
    before, after = (
        phone.get_by_role("group", name=name) for name in ("How strong is your pain", "And now?")
    )
    before.get_by_label("6", exact=True).check()
    expect(phone.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    after.get_by_label("5", exact=True).check()
    expect(phone.get_by_text("It was 6 before and is 5 now.")).to_be_visible()
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_text("Step 5 of 12")).to_be_visible()
    assert StepRating.objects.count() == 2


def test_week_works_without_scripts(
    real_cast: Cast, open_context: Callable[..., BrowserContext], sign_in: SignIn
) -> None:
    page = open_context(360, java_script_enabled=False).new_page()
    sign_in(page, real_cast.patient.user)
    page.goto("/course/1/7/")
    first: Any = page.locator("form.check").first
    first.get_by_label("Not very much by itself").check()
    first.get_by_role("button").click()
    expect(page.locator("form.check").first.get_by_text("Yes. Strong pain is real")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Step 8 of 12")).to_be_visible()
    expect(page.get_by_text("A deep ache low in my back")).to_be_visible()
    page.get_by_label("What was going on?").fill("On the stairs")
    page.get_by_role("button", name="Save and continue later").click()
    page.get_by_role("link", name="Go on", exact=True).click()
    expect(page.get_by_label("What was going on?")).to_have_value("On the stairs")
