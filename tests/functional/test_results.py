"""The clinic's results with figures in them, on a phone and on a desk."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from painclinic.accounts.models import Role, User
from tests.factories.cast import make_staff
from tests.integration.results.test_page import synthetic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [360, 1280])
def test_results_have_no_fault_of_access_and_their_definitions_are_one_click_away(
    open_page: Callable[..., Page], sign_in: Callable[[Page, User], str], width: int
) -> None:
    clinic = synthetic(120, messages=True)
    page = open_page(width)
    sign_in(page, make_staff(clinic, Role.CLINIC_ADMIN, "figures@results.test", "Rita Sult"))
    page.goto("/clinic/results/")
    assert not Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Would recommend it", "Therapist minutes per patient and week", "Started"):
        page.get_by_role("link", name=name, exact=True).click()
        anchor = page.url.partition("#")[2]
        expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    # The highest number of the weekly chart stands clear of the words above it.
    chart = page.locator("#staying").locator("xpath=..").locator(
        "svg.chart-narrow:visible, svg.chart-wide:visible"
    )  # fmt: skip
    words = chart.locator("text.chart-tick").first.bounding_box()
    tops = [one.bounding_box() for one in chart.locator(".chart-bar text").all()]
    assert words is not None
    assert all(box["y"] >= words["y"] + words["height"] for box in tops if box)
