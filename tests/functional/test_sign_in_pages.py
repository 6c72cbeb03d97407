"""Signing in, passwords, passkeys and codes: our own words and pages around the sign-in library."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect

from painclinic.accounts.models import User
from tests.factories.cast import Cast
from tests.functional.conftest import Faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
PASSWORD = "a long and quiet password"


def looked_at(page: Page, name: str) -> None:
    """Axe finds nothing, and nothing sticks out sideways. LOOK=folder keeps a picture."""
    if folder := os.environ.get("LOOK"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    results = Axe().run(page)
    assert not results.response["violations"], results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def a_passkey_device(page: Page) -> CDPSession:
    """An authenticator inside the browser that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def confirm(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


@pytest.fixture
def maria(cast: Cast) -> User:
    user = cast.patient.user
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_before_sign_in_are_accessible_and_fit(
    cast: Cast, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width)
    for name, address in {
        "login": "/sign-in/",
        "reset": "/password/reset/",
        "reset-sent": "/password/reset/sent/",
        "reset-old-link": "/password/reset/key/1-nothing/",
        "reset-done": "/password/reset/done/",
        "inactive": "/sign-in/inactive/",
    }.items():
        page.goto(address)
        looked_at(page, name)


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_about_ones_own_sign_in_are_accessible_and_fit(
    maria: User, open_page: Callable[..., Page], sign_in: SignIn, width: int
) -> None:
    TOTP.activate(maria, generate_totp_secret())
    RecoveryCodes.activate(maria)
    page = open_page(width)
    sign_in(page, maria)
    page.goto("/account/confirm/")
    looked_at(page, "confirm")
    confirm(page)
    for name, address in {
        "security": "/account/security/",
        "app-remove": "/account/security/app/remove/",
        "codes": "/account/security/codes/",
        "codes-new": "/account/security/codes/new/",
        "passkeys": "/account/security/passkeys/",
        "passkey-add": "/account/security/passkeys/add/",
        "password": "/account/password/",
        "sessions": "/account/sessions/",
        "sign-out": "/sign-out/",
    }.items():
        page.goto(address)
        expect(page).to_have_url(address)
        looked_at(page, name)


def test_a_wrong_password_is_explained_and_the_address_stays(maria: User, phone: Page) -> None:
    phone.goto("/sign-in/")
    phone.get_by_label("E-mail address").fill(maria.email)
    phone.get_by_label("Password").fill("not this one")
    phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.get_by_role("alert")).to_be_focused()
    expect(phone.get_by_label("E-mail address")).to_have_value(maria.email)
    looked_at(phone, "login-wrong")


def test_an_app_is_set_up_and_asked_for(maria: User, phone: Page, sign_in: SignIn) -> None:
    sign_in(phone, maria)
    phone.goto("/account/security/app/")
    confirm(phone)
    expect(phone.get_by_role("heading", name="Set up the app")).to_be_visible()
    looked_at(phone, "app")


def test_a_passkey_is_added_and_then_signs_in_alone(maria: User, desktop: Page, sign_in: SignIn) -> None:
    device = a_passkey_device(desktop)
    sign_in(desktop, maria)
    desktop.goto("/account/security/passkeys/add/")
    confirm(desktop)
    desktop.get_by_label("A name for it").fill("my phone")
    desktop.get_by_role("button", name="Add the passkey").click()
    expect(desktop).not_to_have_url("/account/security/passkeys/add/")
    desktop.goto("/account/security/passkeys/")
    expect(desktop.get_by_text("my phone", exact=True).first).to_be_visible()
    desktop.context.clear_cookies()
    desktop.goto("/sign-in/")
    desktop.get_by_role("button", name="Use a passkey").click()
    desktop.wait_for_url(lambda url: "/sign-in/" not in url)
    device.detach()


def test_a_passkey_that_is_not_read_leaves_the_other_ways_open(
    maria: User, desktop: Page, faults: Faults
) -> None:
    faults.expect("429")
    desktop.goto("/sign-in/")
    desktop.route("**/sign-in/passkey/", lambda route: route.fulfill(status=429))
    desktop.get_by_role("button", name="Use a passkey").click()
    expect(desktop.get_by_text("That did not work").first).to_be_visible()
    expect(desktop.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
