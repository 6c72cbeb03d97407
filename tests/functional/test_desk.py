"""The therapist at work in a browser: hands on the keyboard, replies saved as typed, axe on each page."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from painclinic.accounts.models import User
from patients.models import Draft, Homework, ModuleHold, Review
from tests.factories.cast import Cast, a_person, make_patient
from tests.functional.conftest import Faults
from tests.integration.therapists.conftest import Course, real_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
NAMES = ("Greta Moss", "Ibrahim Khan", "Lucy Okafor")


@pytest.fixture
def people(transactional_db: None, cast: Cast) -> dict[str, Course]:
    """Greta handed in her homework, Ibrahim wrote, Lucy does well."""
    version = real_version()
    found = {}
    for name in NAMES:
        first = name.split()[0]
        person = a_person(name, f"{first.lower()}@example.org")
        found[first] = Course(make_patient(cast.clinic, cast.admin, cast.therapist, person, version))
        found[first].open(1)
    found["Greta"].fill_cycle()
    found["Greta"].log(1)
    found["Greta"].log(0)
    found["Greta"].hand_in()
    found["Ibrahim"].write("Could we move my weekly time?")
    return found


def homework_page(people: dict[str, Course]) -> str:
    homework = people["Greta"].enrolment.homework.get()
    return reverse("therapists:homework-review", args=[homework.patient_id, homework.pk])


def accessible(page: Page) -> None:
    results = Axe().run(page)
    assert not results.response["violations"], results.generate_report()


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(
    cast: Cast, people: dict[str, Course], open_page: Callable[..., Page], sign_in: SignIn, width: int
) -> None:
    page = open_page(width)
    sign_in(page, cast.therapist)
    greta = people["Greta"].enrolment.patient_id
    addresses = [
        "/today/",
        "/caseload/",
        "/caseload/?q=nobody",
        homework_page(people),
        "/patients/emergency-access/",
        *(reverse(f"therapists:{name}", args=[greta]) for name in (
            "patient-detail", "patient-messages", "hold-place", "hold-release", "module-unlock",
        )),
    ]  # fmt: skip
    for address in addresses:
        page.goto(address)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        accessible(page)
        no_sideways_scroll(page)


def test_the_day_by_keyboard_alone(
    cast: Cast, people: dict[str, Course], desktop: Page, sign_in: SignIn, faults: Faults
) -> None:
    # A save that was under way when the reply was sent finds its draft closed.
    faults.expect("status of 409")
    sign_in(desktop, cast.therapist)
    desktop.goto("/today/")
    desktop.keyboard.press("j")
    expect(desktop.locator(":focus")).to_contain_text("Ibrahim Khan")
    desktop.keyboard.press("Enter")
    desktop.wait_for_selector("html[data-autosave=ready]", state="attached")
    desktop.keyboard.press("r")
    desktop.keyboard.type("Yes, Thursdays at ten are free.")
    desktop.keyboard.press("Control+Enter")
    expect(desktop.get_by_role("status").first).to_contain_text("Sent to Ibrahim. Next: Greta Moss.")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Greta Moss: homework of week 1")
    desktop.wait_for_selector("html[data-autosave=ready]", state="attached")
    desktop.keyboard.press("r")
    desktop.keyboard.type("You noticed a lot, and jt k are letters here.")
    desktop.keyboard.press("Control+Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Today")
    review = Review.objects.get()
    assert review.comment == "You noticed a lot, and jt k are letters here."
    assert review.outcome == Review.Outcome.REVIEWED


def test_remarks_are_saved_as_they_are_typed_and_survive_a_closed_tab(
    cast: Cast, people: dict[str, Course], desktop: Page, sign_in: SignIn
) -> None:
    sign_in(desktop, cast.therapist)
    desktop.goto(homework_page(people))
    desktop.wait_for_selector("html[data-autosave=ready]", state="attached")
    desktop.get_by_text("Remark: What went through your mind?").click()
    desktop.get_by_label("Your remark on: What went through your mind?").press_sequentially("This one.")
    expect(desktop.locator("[data-saved-state]")).to_have_attribute("data-state", "saved")
    again = desktop.context.new_page()
    desktop.close()
    again.goto(homework_page(people))
    expect(again.get_by_label("Your remark on: What went through your mind?")).to_have_value("This one.")
    again.wait_for_selector("html[data-autosave=ready]", state="attached")
    again.get_by_label("Your reply", exact=True).fill("Which came first?")
    again.get_by_role("button", name="Ask for another look").click()
    expect(again.get_by_role("status").first).to_contain_text("Sent to Greta.")
    review = Review.objects.get(homework=Homework.objects.get())
    assert review.outcome == Review.Outcome.ANOTHER_LOOK
    assert [remark.body for remark in review.comments.all()] == ["This one."]
    assert not Draft.objects.open().exists()


def test_the_desk_works_without_scripts(
    cast: Cast, people: dict[str, Course], open_page: Callable[..., Page], sign_in: SignIn
) -> None:
    page = open_page(1280, java_script_enabled=False)
    sign_in(page, cast.therapist)
    page.goto("/today/")
    page.get_by_role("link", name="Greta Moss").click()
    page.get_by_label("Your reply", exact=True).fill("Half a sen")
    page.get_by_role("button", name="Save and continue later").click()
    expect(page.get_by_label("Your reply", exact=True)).to_have_value("Half a sen")
    page.get_by_label("Your reply", exact=True).fill("A whole sentence.")
    page.get_by_role("button", name="Mark as reviewed").click()
    assert Review.objects.get().comment == "A whole sentence."
    greta = people["Greta"].enrolment.patient_id
    page.goto(reverse("therapists:patient-detail", args=[greta]))
    page.get_by_role("link", name="Put on hold…").click()
    page.get_by_label("What the patient reads about it").fill("To give you time")
    page.get_by_label("Why?").fill("Waiting for a letter")
    page.get_by_role("button", name="Put on hold").click()
    page.get_by_role("link", name="Release the hold…").click()
    page.get_by_role("button", name="Release the hold").click()
    assert ModuleHold.objects.get().released_by == cast.therapist


def test_single_letters_can_be_turned_off(
    cast: Cast, people: dict[str, Course], desktop: Page, sign_in: SignIn
) -> None:
    sign_in(desktop, cast.therapist)
    desktop.goto("/today/")
    desktop.get_by_text("Keys on this page").click()
    desktop.get_by_label("Letters are keys on this device").uncheck()
    desktop.reload()
    before: Any = desktop.evaluate("document.activeElement.tagName")
    desktop.keyboard.press("j")
    assert desktop.evaluate("document.activeElement.tagName") == before
