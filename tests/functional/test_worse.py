"""A therapist finds who is deteriorating without being told, in a caseload of more than a hundred."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from messaging.actions import send_message
from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment, WorseSeen
from tests.factories.cast import Cast, a_person, make_patient, open_first_module, real_version
from tests.factories.instruments import load_builtins
from tests.factories.measures import answered, answered_ago

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHERS = 104


@pytest.fixture
def worse(cast: Cast) -> Enrolment:
    """One whose scores are reliably worse since the start, among others who are as they were."""
    load_builtins()
    version = real_version()
    found: list[Enrolment] = []
    with clock.moved(timedelta(days=-6)):
        for number in range(OTHERS):
            person = a_person(f"Person {number:03}", f"person{number}@example.org")
            found.append(make_patient(cast.clinic, cast.admin, cast.therapist, person, version))
        person = a_person("Wera Worse", "wera@example.org")
        one = make_patient(cast.clinic, cast.admin, cast.therapist, person, version)
        open_first_module(one)
    for other in found[:12]:
        answered_ago(other, 5, "baseline", phq_9=12, peg=6)
        answered(other, phq_9=11, peg=6)
    answered_ago(one, 5, "baseline", gad_7=3, peg=5)
    answered(one, gad_7=10, peg=5)
    return one


@pytest.mark.parametrize("width", [360, 1280])
def test_therapist_finds_who_is_deteriorating_without_being_told(
    cast: Cast,
    worse: Enrolment,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, User], str],
    width: int,
) -> None:
    page = open_page(width)
    sign_in(page, cast.therapist)
    page.goto("/")
    expect(page).to_have_url(re.compile("/today/"))
    line = page.locator(".work", has_text="Wera Worse")
    expect(line).to_contain_text("Reliably worse: GAD-7 3 → 10")
    expect(line).to_be_in_viewport()
    assert page.locator(".work", has_text="Reliably worse").count() == 1
    # One tap leads to the picture, with why and what to do.
    line.click()
    expect(page.locator("#how-it-goes")).to_be_in_viewport()
    panel = page.get_by_role("region", name="How it goes")
    expect(panel).to_contain_text("Reliably worse: GAD-7 3 → 10")
    expect(panel).to_contain_text("Talk soon about what got harder, and check for risk.")
    picture = panel.locator(".measure", has_text="GAD-7").locator(
        "svg.chart-narrow:visible, svg.chart-wide:visible"
    )
    expect(picture).to_have_count(1)
    assert not Axe().run(page).response["violations"]
    _mark(page, panel)


def _mark(page: Page, panel: Any) -> None:
    """What came of it is kept, and the line makes room for the next."""
    panel.get_by_role("link", name="Mark the worsening as seen").click()
    page.get_by_label("talked about it with the patient").check()
    page.get_by_label("In a few words").fill("Called her. She has a hard week, no danger.")
    assert not Axe().run(page).response["violations"]
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Called her. She has a hard week, no danger.")).to_be_visible()
    assert WorseSeen.objects.count() == 1
    page.goto("/today/")
    expect(page.locator(".work", has_text="Reliably worse")).to_have_count(0)


def test_who_waits_for_an_answer_does_not_push_the_worsening_off_the_first_page(
    cast: Cast, worse: Enrolment, desktop: Page, sign_in: Callable[[Page, User], str]
) -> None:
    for one in Enrolment.objects.filter(patient__name__startswith="Person 0")[:6]:
        send_message(by=one.patient.user, patient=one.patient, body="A question", submission_id=uuid4())
    sign_in(desktop, cast.therapist)
    desktop.goto("/today/")
    count = desktop.locator(".counts a", has_text="Getting worse")
    expect(count).to_be_in_viewport()
    expect(count).to_contain_text("1")
    count.click()
    expect(desktop.locator(".work", has_text="Wera Worse")).to_be_in_viewport()
