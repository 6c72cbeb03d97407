"""Every component, light and dark, narrow and wide, with letters as large as they get: axe finds nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import Page, expect
from pytest_django import Settings

from painclinic.access.display import COOKIE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.functional.urls"),
]


@pytest.fixture(autouse=True)
def test_templates(settings: Settings) -> None:
    engine = dict(django_settings.TEMPLATES[0])
    engine["DIRS"] = [*engine["DIRS"], django_settings.BASE_DIR / "tests/functional/templates"]
    settings.TEMPLATES = [engine]


def open_gallery(page: Page, area: str, display: str = "") -> None:
    page.goto("/help-now/")
    if display:
        page.context.add_cookies([{"name": COOKIE, "value": display, "url": page.url}])
    page.goto(f"/test/gallery/?area={area}")
    expect(page.get_by_role("heading", name="Understanding pain", level=1)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("area", ["patient", "staff"])
def test_every_component_is_accessible_and_fits(
    open_page: Callable[..., Page], area: str, width: int, scheme: str
) -> None:
    page = open_page(width, color_scheme=scheme)
    open_gallery(page, area)
    results = Axe().run(page)
    assert not results.response["violations"], results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_largest_letters_still_fit(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(width)
    open_gallery(page, "patient", "larger.wide.dark")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    results = Axe().run(page)
    assert not results.response["violations"], results.generate_report()


def test_a_number_is_chosen_by_the_arrow_keys(desktop: Page) -> None:
    open_gallery(desktop, "patient")
    desktop.get_by_role("radio", name="4", exact=True).focus()
    desktop.keyboard.press("ArrowRight")
    expect(desktop.get_by_role("radio", name="5", exact=True)).to_be_checked()


def test_targets_of_patients_are_large(phone: Page) -> None:
    open_gallery(phone, "patient")
    small = phone.evaluate(
        """() => [...document.querySelectorAll("button, .button, select, .choice, .scale-step, .site-nav a, "
             + "input:not([type=radio]):not([type=checkbox]):not([type=hidden])")]
            .map((element) => [element.textContent.trim(), element.getBoundingClientRect()])
            .filter(([, box]) => box.height > 0 && (box.height < 47.5 || box.width < 44))
            .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    )
    assert not small


def test_a_dialog_opens_closes_and_gives_the_focus_back(desktop: Page) -> None:
    open_gallery(desktop, "staff")
    opener = desktop.get_by_role("button", name="Open", exact=True)
    opener.focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("dialog")).to_be_visible()
    desktop.keyboard.press("Escape")
    expect(desktop.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()
