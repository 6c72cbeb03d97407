"""What the admin of a clinic does."""

import re
from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.functional.loop.world import code_of, heading, picture, told

PERSON = {
    "Full name": "Rosa Delgado",
    "Date of birth": "1971-09-30",
    "E-mail": "rosa@example.org",
    "Mobile phone": "07700 900321",
    "Where the patient lives": "4 Weaver Street, Leeds",
    "Emergency contact": "Luis Delgado",
    "Emergency contact's phone": "07700 900654",
    "GP": "Dr Osei",
    "How to reach the GP": "0113 496 0222",
}


def sign_in(page: Page, email: str, password: str, secret: str = "") -> None:
    """Through the front door: password, and the app's code where one is set up."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if secret:
        heading(page, "One more step")
        page.get_by_label("Code").fill(code_of(secret))
        page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One more step")).to_have_count(0)


def publish_consent(page: Page) -> None:
    page.get_by_role("link", name="Clinic", exact=True).click()
    page.get_by_role("link", name="Write a new text").click()
    page.get_by_label("Title").fill("Taking part")
    page.get_by_label("Text").fill("What we do together.\n\nWhat we keep, and for how long.")
    page.get_by_role("button", name="Put in force").click()
    expect(page.get_by_text("“Taking part”, version 1")).to_be_visible()


def invite_therapist(page: Page, name: str, email: str) -> None:
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the person's name.")
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_text("Therapist: treats the patients").click()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("region", name="Invited, not yet here")).to_contain_text(email)


def enrol_with_faults(page: Page, therapist: str, *, patients: int = 0, scripts: bool = True) -> None:
    """Two fields wrong and one left out: each is explained beside it, and the rest stays as typed."""
    page.get_by_role("link", name="Patients", exact=True).click()
    page.get_by_role("link", name="Enrol a patient").first.click()
    wrong = PERSON | {"E-mail": "rosa at home", "Mobile phone": "none", "GP": ""}
    _fill(page, wrong)
    page.get_by_label("Time zone").select_option("Europe/Madrid")
    _choose_therapist(page, therapist, patients)
    page.get_by_role("button", name="Enrol and invite").click()
    faults = page.get_by_role("alert")
    if scripts:
        expect(faults).to_be_focused()
    for label, words in {
        "E-mail": "Enter a whole e-mail address",
        "Mobile phone": "Enter a phone number, like 07700 900123",
        "GP": "Enter the patient's GP or practice.",
    }.items():
        expect(faults.get_by_role("link", name=words)).to_be_visible()
        box = page.get_by_label(label, exact=True)
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(box).to_have_accessible_description(_has(words))
    for label, value in wrong.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Madrid")
    picture(page, "enrol-faults")


def _choose_therapist(page: Page, name: str, patients: int) -> None:
    """By name and by how much work each has."""
    words = f"{patients} patient" if patients == 1 else f"{patients} patients"
    page.get_by_label("Therapist").select_option(label=f"{name} ({words})")


def _has(words: str) -> re.Pattern[str]:
    return re.compile(re.escape(words))


def enrol(page: Page) -> None:
    """The faults put right; the button is pressed twice, as impatient people do."""
    _fill(page, PERSON)
    page.get_by_role("button", name="Enrol and invite").dblclick()
    heading(page, PERSON["Full name"])
    told(page, "Enrolled. The invitation is on its way.")
    picture(page, "enrolled")


def _fill(page: Page, fields: Mapping[str, str]) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
