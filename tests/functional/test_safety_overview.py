"""The safety overview and the monthly sample with something in them, on a phone and on a desk."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from messaging.actions.alerts import escalate
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import System
from patients.actions import alert_handling as acts
from patients.actions.audit_samples import draw_due
from patients.models import DutyShift
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], str]


@pytest.fixture
def busy(transactional_db: None) -> Iterator[Cast]:
    """A clinic with ten weeks of alerts: most in time, some late, two open."""
    cast = Cast()
    for ago in range(70, 0, -3):
        with clock.moved(timedelta(days=-ago)):
            _handled(cast, level=(1, 2, 3)[ago // 3 % 3], minutes=(ago * 7) % 200)
    store(cast.other_enrolment, mood(3))
    with clock.moved(timedelta(days=-1, hours=-2)):
        escalate()
    DutyShift.objects.filter(clinic=cast.clinic, weekday=3).update(ended_at=clock.now())
    escalate()
    yield cast
    clock.set_shift(timedelta(0))


def _handled(cast: Cast, *, level: int, minutes: int) -> None:
    _, alert = store(cast.enrolment, mood(level))
    assert alert
    escalate()
    if minutes > 190:
        return
    with clock.moved(timedelta(minutes=minutes)):
        escalate()
        acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")
        outcome = ("safety-plan", "no-action", "gp-informed", "false-alarm")[minutes % 4]
        acts.resolve(by=cast.therapist, alert=alert, outcome=outcome, note="Spoke with her.")
        if level == 3:
            acts.sign_off(by=cast.supervisor, alert=alert)


@pytest.mark.parametrize("width", [360, 1280])
def test_overview_with_figures_has_no_fault_of_access(
    busy: Cast, open_page: Callable[..., Page], sign_in: SignIn, width: int
) -> None:
    page = open_page(width)
    sign_in(page, busy.supervisor)
    page.goto("/desk/safety/?days=365")
    for details in page.locator("main details").all():
        details.evaluate("one => { one.open = true; }")
    assert not _faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 1280])
def test_monthly_sample_is_read_without_a_fault_of_access(
    busy: Cast, open_page: Callable[..., Page], sign_in: SignIn, width: int
) -> None:
    draw_due(by=System("test"))
    page = open_page(width)
    sign_in(page, busy.supervisor)
    page.goto("/desk/safety/")
    page.get_by_role("link", name="Monthly samples").click()
    looks(page, width, "list")
    page.locator("main tbody a").first.click()
    looks(page, width, "sample")
    page.get_by_role("link", name="Item 1", exact=True).click()
    looks(page, width, "item")
    for group in page.locator("main fieldset").all():
        group.get_by_label("yes", exact=True).check()
    page.get_by_label("What is learnt from it?").fill("Call sooner.")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("link", name="Item 1", exact=True).click()
    expect(page.get_by_text("Call sooner.")).to_be_visible()
    looks(page, width, "reviewed")


def looks(page: Page, width: int, name: str) -> None:
    """No fault of access, and nothing wider than the screen."""
    assert not _faults(page), name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def _faults(page: Page) -> list[Any]:
    found: list[Any] = Axe().run(page).response["violations"]
    return found
