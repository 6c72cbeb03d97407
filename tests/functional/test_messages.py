"""The patient's conversation in a real browser."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from messaging.actions import send_message
from messaging.models import Message
from painclinic import clock
from painclinic.accounts.models import User
from tests.factories.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def say(cast: Cast, body: str) -> Message:
    return send_message(by=cast.therapist, patient=cast.patient, body=body, submission_id=uuid4())


def test_message_is_read_and_answered_by_keyboard(
    cast: Cast, phone: Page, sign_in: Callable[[Page, User], str]
) -> None:
    with clock.moved(-timedelta(hours=1)):
        say(cast, "How was your week?")
    sign_in(phone, cast.patient.user)
    phone.goto("/messages/")
    expect(phone.get_by_text("1 new")).to_have_count(1)
    expect(phone.get_by_text("Marked as read")).to_be_visible()
    phone.get_by_label("Your message").focus()
    phone.keyboard.type("Better than I thought.")
    expect(phone.get_by_text("Saved", exact=False).first).to_be_visible()
    phone.get_by_role("button", name="Send to Anna").focus()
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Your message is sent.")).to_be_visible()
    expect(phone.get_by_text("Anna answers by", exact=False)).to_be_visible()
    expect(phone.get_by_label("Your message")).to_have_value("")
    expect(phone.get_by_text("1 new")).to_have_count(0)
    assert Message.objects.count() == 2
    for page in ("/messages/", "/settings/reminders/"):
        phone.goto(page)
        found = Axe().run(phone)
        assert not found.response["violations"], found.generate_report()


def test_message_that_comes_while_the_page_is_open_appears_and_leaves_the_typing_alone(
    cast: Cast, desktop: Page, sign_in: Callable[[Page, User], str]
) -> None:
    sign_in(desktop, cast.patient.user)
    desktop.clock.install()
    desktop.goto("/messages/")
    desktop.get_by_label("Your message").fill("I was just writing")
    say(cast, "A thought for you")
    desktop.clock.fast_forward(31_000)
    expect(desktop.get_by_text("A thought for you")).to_be_visible()
    expect(desktop.locator("#thread-said")).to_have_text("There is a new message.")
    expect(desktop.get_by_label("Your message")).to_have_value("I was just writing")
