"""The eyes of the browser tests see what they are there to see."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.factories.cast import Cast
from tests.functional.conftest import Faults

pytestmark = pytest.mark.browser


def test_help_now_opens_at_both_widths(desktop: Page, phone: Page, cast: Cast) -> None:
    for page in (desktop, phone):
        page.goto("/help-now/")
        expect(page.get_by_text("116 123").first).to_be_visible()


def test_sign_in_opens_pages_of_the_person(
    desktop: Page, cast: Cast, sign_in: Callable[[Page, object], str]
) -> None:
    sign_in(desktop, cast.patient.user)
    desktop.goto("/account/sessions/")
    assert desktop.url.endswith("/account/sessions/")


def test_inline_script_and_foreign_request_are_seen(desktop: Page, faults: Faults) -> None:
    desktop.goto("/help-now/")
    desktop.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.head.append(script);
        fetch("https://elsewhere.example/").catch(() => {});
    }""")
    desktop.wait_for_timeout(200)
    assert any("content policy: script-src" in fault for fault in faults.unexpected())
    assert any("elsewhere.example" in fault for fault in faults.unexpected())
    faults.expect(".*")
