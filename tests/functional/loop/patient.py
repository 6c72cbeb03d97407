"""What a patient does."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from tests.functional.loop.world import PASSWORD, heading, picture, ready, saved, told


def join(page: Page, link: str) -> None:
    """Follow the invitation, choose a password, read and give consent, and come home."""
    page.goto(link)
    heading(page, "Welcome, Rosa Delgado")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Save and go on").click()
    heading(page, "Taking part")
    expect(page.get_by_text("What we keep, and for how long.")).to_be_visible()
    page.get_by_role("button", name="Agree and begin").click()
    expect(page.get_by_text("Tick the box if you agree.")).to_be_visible()
    page.get_by_label("I have read this and I agree").check()
    page.get_by_role("button", name="Agree and begin").click()
    heading(page, re.compile("^Good (morning|afternoon|evening), Rosa$"))


def begin(page: Page) -> None:
    """From the home page, which says what to do, what comes next and when, into the first step."""
    today = page.locator(".today")
    expect(today.get_by_role("heading")).to_have_text("Week 1: Understanding pain")
    expect(page.get_by_text("Next: week 2")).to_be_visible()
    picture(page, "home-new")
    today.get_by_role("button", name="Start week 1").click()
    step(page, 1, "Welcome, and how this works")


def step(page: Page, number: int, title: str) -> None:
    """The page of this step is there, with its place in the week."""
    heading(page, title)
    expect(page.get_by_text(f"Step {number} of 12")).to_be_visible()


def go_on(page: Page, name: str = "Go on") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def read_on(page: Page, titles: Mapping[int, str]) -> None:
    """Through steps that are for reading."""
    for number, title in titles.items():
        step(page, number, title)
        go_on(page)


def rate(page: Page) -> None:
    """An exercise with a number before and after."""
    group(page, "How strong is your pain right now?").get_by_label("6", exact=True).check()
    group(page, "And now?").get_by_label("5", exact=True).check()
    expect(page.get_by_text("It was 6 before and is 5 now.")).to_be_visible()


def group(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("group", name=name)


def answer_questions(page: Page, count: int = 7) -> None:
    """Every question is answered and explained in place; one of them a second time."""
    forms = page.locator("form.check")
    expect(forms).to_have_count(count)
    for number in range(count):
        form = forms.nth(number)
        form.get_by_role("radio").first.check()
        form.get_by_role("button").click()
        expect(form.get_by_text(re.compile("^(Yes|Worth another thought)$"))).to_be_visible()
    again = forms.filter(has_text="Worth another thought").first
    prompt = again.locator("legend").inner_text()
    again = forms.filter(has_text=prompt)
    for place in range(again.get_by_role("radio").count()):
        again.get_by_role("radio").nth(place).check()
        with page.expect_response(lambda answer: answer.url.endswith("/answer/")):
            again.get_by_role("button").click()
        expect(again.get_by_role("status")).to_be_visible()
    expect(again.get_by_role("button")).to_have_text("Try another answer")
    picture(page, "questions")


def draw_cycle(page: Page) -> None:
    """W1, with three feelings; first without what is asked for."""
    ready(page)
    form = page.locator("form[data-draft]")
    form.get_by_label("What was going on?").fill("Sunday lunch at my sister's")
    form.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(form.get_by_label("What was going on?")).to_have_value("Sunday lunch at my sister's")
    ready(page)
    group(form, "How strong was the pain?").get_by_label("7", exact=True).check()
    form.get_by_label("What went through your mind?").fill("I spoil it for everybody")
    feelings = group(form, "What did you feel?")
    choose_feeling(feelings, 1, "Guilty")
    choose_feeling(feelings, 2, "Sad")
    feelings.get_by_role("button", name="Add one more").click()
    choose_feeling(feelings, 3, "Worried or afraid")
    form.get_by_label("What did you do, or not do?").fill("Left before pudding")
    form.get_by_label("What I do").check()
    saved(page, form)
    picture(page, "cycle")
    form.get_by_role("button", name="Save and go on").click()


def choose_feeling(feelings: Locator, number: int, name: str) -> None:
    row = group(feelings, f"Feeling {number}")
    row.get_by_label("Feeling", exact=True).select_option(label=name)


def log(page: Page, day: str, activity: str) -> None:
    """One line of the activity log, for today or for a day before."""
    ready(page)
    form = page.locator("form[data-draft]")
    form.get_by_label("Which day?").fill(day)
    form.get_by_label("What did you do?").fill(activity)
    form.get_by_label("For about how long?").fill("30")
    group(form, "Pain before").get_by_label("4", exact=True).check()
    group(form, "Pain after").get_by_label("6", exact=True).check()
    saved(page, form)
    form.get_by_role("button", name="Save", exact=True).click()
    told(page, "Saved.")


def hope(page: Page) -> None:
    ready(page)
    form = page.locator("form[data-draft]")
    form.get_by_label("What would you like to have more of").fill("To stay for the whole lunch")
    form.get_by_role("button", name="Save and go on").click()


def plan(page: Page) -> None:
    ready(page)
    form = page.locator("form[data-draft]")
    form.get_by_label("When will I practise?").fill("After breakfast")
    form.get_by_label("Where will I be?").fill("At the kitchen table")
    group(form, "How sure am I").get_by_label("8", exact=True).check()
    form.get_by_role("button", name="Save and go on").click()


def hand_in(page: Page, button: str, note: str = "") -> None:
    ready(page)
    if note:
        page.get_by_label("Anything you want to add").fill(note)
        saved(page)
    page.get_by_role("button", name=button).click()
    told(page, "Sent. Well done for getting this far.")
    expect(page.get_by_text("You will find an answer here by")).to_be_visible()


def write(page: Page, words: str) -> None:
    """A message; the page says by when it is answered, and what to do if it cannot wait."""
    page.goto("/messages/")
    ready(page)
    expect(page.get_by_text("If you write now, Anna answers by")).to_be_visible()
    expect(page.get_by_text("Nobody reads messages at other times.")).to_be_visible()
    page.get_by_label("Your message").fill(words)
    saved(page)
    page.get_by_role("button", name="Send to Anna").click()
    told(page, "Your message is sent.")
    expect(page.get_by_text(re.compile(r"^Anna answers by "))).to_be_visible()
    picture(page, "messages")
