"""What a therapist does."""

import re

from playwright.sync_api import Page, expect

from tests.functional.loop.world import PASSWORD, code_of, heading, picture, ready, saved, told


def join(page: Page, link: str) -> str:
    """Follow the invitation, choose a password, set up the second step; returns the app's key."""
    page.goto(link)
    page.get_by_label("Choose a password").fill("short")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("Please choose a second step")).to_be_visible()
    page.goto("/today/")
    heading(page, "Passkeys and codes")
    page.get_by_role("link", name="Set up the app").click()
    secret = page.get_by_label("Or type this key into the app").input_value()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_role("heading", name="Set up the app")).to_have_count(0)
    page.goto("/")
    heading(page, "Today")
    return secret


def open_next(page: Page, name: str, why: str) -> None:
    """Open the person at the top of Today, who has to be this one, for this reason."""
    page.goto("/today/")
    following = page.get_by_role("region", name="Next")
    expect(following.get_by_role("link")).to_contain_text(name)
    expect(following.get_by_role("link")).to_contain_text(why)
    picture(page, "today")
    following.get_by_role("link").click()


def remark(page: Page, about: str, words: str) -> None:
    ready(page)
    page.get_by_text(f"Remark: {about}").click()
    page.get_by_label(f"Your remark on: {about}").fill(words)


def reply(page: Page, words: str, button: str, first_name: str) -> None:
    ready(page)
    page.get_by_label("Your reply", exact=True).fill(words)
    saved(page)
    picture(page, "review")
    page.get_by_role("button", name=button).click()
    told(page, f"Sent to {first_name}.")


def open_person(page: Page, name: str) -> None:
    page.goto("/caseload/")
    page.get_by_role("link", name=name).first.click()
    heading(page, name)


def answer_message(page: Page, words: str, first_name: str) -> None:
    """Read the message, see how long is left, and answer."""
    expect(page.get_by_text(re.compile(r"answer within \d+ \w+, by ")).first).to_be_visible()
    ready(page)
    page.get_by_label("Your message").fill(words)
    saved(page)
    page.get_by_role("button", name=f"Send to {first_name}").click()
    told(page, f"Sent to {first_name}.")


def steer(page: Page, link: str, why: str = "") -> None:
    """One of the three acts that steer a course by hand, named by the link that begins it."""
    page.get_by_role("link", name=link).click()
    if why:
        page.get_by_label("What the patient reads about it").fill("To give you time")
        page.get_by_label("Why?").fill(why)
    page.locator("main form:visible, dialog[open] form").get_by_role("button").first.click()
    page.wait_for_url(re.compile(r"/patients/[0-9a-f-]+/$"))
