"""From what a patient tells on a phone to the assessment of the lead and the clinic's register."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import AdverseEvent, AdverseVersion
from tests.factories.cast import Cast
from tests.factories.outbox import until
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]


@pytest.fixture(autouse=True)
def monday(transactional_db: None) -> Iterator[None]:
    """Monday 2 March 2026, ten in the morning in London."""
    clock.set_shift(until("2026-03-02T10:00+00:00"))
    yield
    clock.set_shift(timedelta(0))


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


def test_patient_reports_therapist_assesses_lead_assesses_and_the_register_lists_it(
    open_page: Callable[..., Page], sign_in: SignIn, cast: Cast
) -> None:
    phone, desk, lead = open_page(360), open_page(1280), open_page(1280)
    sign_in(phone, cast.patient.user)
    sign_in(desk, cast.therapist)
    sign_in(lead, cast.supervisor)

    _report(phone)
    assert AdverseVersion.objects.get().kind == "reported"

    _open_from_today(desk)
    expect(desk.get_by_role("definition").filter(has_text="My back locked")).to_be_visible()
    _assess(desk)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Back locked, taken to hospital")
    expect(desk.get_by_text("The clinical lead has to assess it")).to_be_visible()
    assert not list(faults_of(desk))

    _open_from_today(lead)
    _keep(lead)
    expect(lead.get_by_text("The clinical lead has to assess it")).to_have_count(0)
    assert AdverseVersion.objects.current().get(event=AdverseEvent.objects.get()).kind == "lead"

    lead.goto("/clinic/adverse-events/?show=serious")
    row = lead.get_by_role("row").filter(has_text="Back locked, taken to hospital")
    expect(row).to_contain_text("Maria Lund")
    expect(row).to_contain_text("serious")
    assert not list(faults_of(lead))

    phone.goto("/unwanted-effects/")
    expect(phone.get_by_text("Anna Berg looked at it on")).to_be_visible()
    assert not list(faults_of(phone))


def _report(phone: Page) -> None:
    """What the patient does on a phone, kept while it is typed."""
    phone.goto("/progress/")
    phone.get_by_role("link", name="Tell my care team").click()
    assert not list(faults_of(phone))
    phone.set_viewport_size({"width": 360, "height": 740})
    phone.get_by_label("What happened, or what bothers you?").fill("My back locked and I could not get up")
    expect(phone.locator("[data-saved-state]")).to_have_attribute("data-state", "saved", timeout=10_000)
    phone.reload()
    expect(phone.get_by_label("What happened, or what bothers you?")).to_have_value(re.compile("My back"))
    phone.get_by_text("Very much", exact=True).click()
    phone.get_by_text("I was in a hospital").click()
    phone.get_by_role("button", name="Send to my care team").click()
    expect(phone.get_by_text("Thank you for telling us")).to_be_visible()
    expect(phone.get_by_text("Your care team reads it by")).to_be_visible()


def _open_from_today(page: Page) -> None:
    page.goto("/today/")
    assert not list(faults_of(page))
    page.set_viewport_size({"width": 1280, "height": 900})
    section = page.get_by_role("region", name=re.compile("Adverse events to assess"))
    section.get_by_role("link", name=re.compile("Maria Lund")).click()


def _assess(page: Page) -> None:
    page.get_by_label("The event in a few words").fill("Back locked, taken to hospital")
    page.get_by_label("Kind", exact=True).select_option("pain")
    page.get_by_text("3, severe").click()
    page.get_by_text("taken into hospital, or had to stay longer").click()
    page.get_by_label("How far is it due to the treatment?").select_option("possible")
    page.get_by_text("No, unexpected").click()
    page.get_by_label("How is it now?").select_option("recovering")
    page.get_by_label("What was done with the treatment?").select_option("paused")
    _keep(page)


def _keep(page: Page) -> None:
    page.get_by_role("button", name="Keep it in the register").click()
    expect(page.get_by_text("Kept in the register.")).to_be_visible()
