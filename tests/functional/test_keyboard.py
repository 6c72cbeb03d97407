"""The main acts of the loop by keyboard alone, with the focus in sight all the way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from messaging.models import Message
from painclinic.accounts.models import User
from patients.actions.steering import place_hold
from patients.models import CheckAnswer, Entry, ModuleHold, Review, StepRating
from tests.factories.cast import PASSWORD, Cast
from tests.functional.loop.keys import press, tab_to, watch, write
from tests.functional.loop.world import heading, ready, told
from tests.integration.therapists.conftest import Course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]


@pytest.fixture
def narrow(open_page: Callable[..., Page]) -> Page:
    """360 pixels with a keyboard: there the bar of places may lie over what has the focus."""
    return open_page(360)


def test_skip_link_leads_past_the_header(real_cast: Cast, narrow: Page, sign_in: SignIn) -> None:
    sign_in(narrow, real_cast.patient.user)
    narrow.goto("/home/")
    narrow.keyboard.press("Tab")
    skip = narrow.get_by_role("link", name="Skip to the main part")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    watch(narrow)
    narrow.keyboard.press("Enter")
    expect(narrow.locator("main")).to_be_focused()
    narrow.keyboard.press("Tab")
    assert narrow.evaluate("document.activeElement.closest('main') !== null")


def test_signing_in_and_going_through_a_step(real_cast: Cast, narrow: Page) -> None:
    narrow.goto("/sign-in/")
    write(narrow, narrow.get_by_label("E-mail address"), real_cast.patient.user.email)
    write(narrow, narrow.get_by_label("Password", exact=True), PASSWORD)
    press(narrow, narrow.get_by_role("button", name="Sign in", exact=True))
    narrow.wait_for_url("**/home/")
    press(narrow, narrow.get_by_role("button", name="Start week 1"))
    heading(narrow, "Welcome, and how this works")
    press(narrow, narrow.get_by_role("button", name="Go on"))
    heading(narrow, "Pain is an alarm")
    press(narrow, narrow.get_by_role("link", name="Back", exact=True))
    heading(narrow, "Welcome, and how this works")


def test_numbers_and_questions(real_cast: Cast, narrow: Page, sign_in: SignIn) -> None:
    sign_in(narrow, real_cast.patient.user)
    narrow.goto("/course/1/4/")
    before = narrow.get_by_role("group", name="How strong is your pain right now?")
    tab_to(narrow, before.get_by_role("radio").first)
    for _step in range(6):
        narrow.keyboard.press("ArrowRight")
    watch(narrow)
    expect(before.get_by_label("6", exact=True)).to_be_checked()
    expect(narrow.get_by_text("Saved.")).to_be_visible()
    assert StepRating.objects.latest("rated_at").before == 6
    narrow.goto("/course/1/7/")
    question = narrow.locator("form.check").first
    tab_to(narrow, question.get_by_role("radio").first)
    narrow.keyboard.press("ArrowDown")
    watch(narrow)
    press(narrow, question.get_by_role("button"))
    expect(question.get_by_text(re.compile("^(Yes|Worth another thought)$"))).to_be_visible()
    expect(question.get_by_role("button")).to_be_focused()
    watch(narrow)
    assert CheckAnswer.objects.count() == 1


def test_a_worksheet_with_faults_and_an_added_row(real_cast: Cast, narrow: Page, sign_in: SignIn) -> None:
    sign_in(narrow, real_cast.patient.user)
    narrow.goto("/course/1/8/")
    ready(narrow)
    form = narrow.locator("form[data-draft]")
    write(narrow, form.get_by_label("What was going on?"), "On the stairs")
    pain = form.get_by_role("group", name="How strong was the pain?")
    tab_to(narrow, pain.get_by_role("radio").first)
    for _step in range(5):
        narrow.keyboard.press("ArrowRight")
    expect(pain.get_by_label("5", exact=True)).to_be_checked()
    write(narrow, form.get_by_label("What went through your mind?"), "Not again")
    tab_to(narrow, form.locator("[name=feelings-0-name]"))
    narrow.keyboard.type("Sad")
    press(narrow, form.get_by_role("button", name="Add one more"))
    expect(form.locator("[name=feelings-1-name]")).to_be_focused()
    watch(narrow)
    narrow.keyboard.type("Angry")
    write(narrow, form.get_by_label("What did you do, or not do?"), "Sat down")
    press(narrow, form.get_by_role("button", name="Save and go on"))
    heading(narrow, "Start your activity log")
    assert len(Entry.objects.get().answers["feelings"]) == 2


def test_a_message(real_cast: Cast, narrow: Page, sign_in: SignIn) -> None:
    sign_in(narrow, real_cast.patient.user)
    narrow.goto("/home/")
    press(narrow, narrow.get_by_role("navigation", name="Main").get_by_role("link", name="Messages"))
    heading(narrow, "Messages")
    ready(narrow)
    write(narrow, narrow.get_by_label("Your message"), "May I rest on Thursdays?")
    press(narrow, narrow.get_by_role("button", name="Send to Anna"))
    told(narrow, "Your message is sent.")
    assert Message.objects.get().body == "May I rest on Thursdays?"


def test_the_menu_opens_and_closes(real_cast: Cast, narrow: Page, sign_in: SignIn) -> None:
    sign_in(narrow, real_cast.patient.user)
    narrow.goto("/home/")
    menu = narrow.locator("details[data-menu]")
    press(narrow, menu.locator("summary"))
    expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    narrow.keyboard.press("Tab")
    watch(narrow)
    narrow.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_homework_is_read_and_reviewed(real_cast: Cast, desktop: Page, sign_in: SignIn) -> None:
    course = Course(real_cast.enrolment)
    course.fill_cycle()
    course.hand_in()
    sign_in(desktop, real_cast.therapist)
    desktop.goto("/today/")
    press(desktop, desktop.get_by_role("region", name="Next").get_by_role("link"))
    heading(desktop, "Maria Lund: homework of week 1")
    ready(desktop)
    press(desktop, desktop.get_by_text("Remark: What went through your mind?"))
    write(desktop, desktop.get_by_label("Your remark on: What went through your mind?"), "How do you know?")
    write(desktop, desktop.get_by_label("Your reply", exact=True), "You noticed a lot.")
    press(desktop, desktop.get_by_role("button", name="Mark as reviewed"))
    told(desktop, "Sent to Maria.")
    review = Review.objects.get()
    assert review.comment == "You noticed a lot."
    assert [remark.body for remark in review.comments.all()] == ["How do you know?"]


def test_a_dialog_keeps_the_focus_and_gives_it_back(real_cast: Cast, desktop: Page, sign_in: SignIn) -> None:
    place_hold(by=real_cast.therapist, enrolment=real_cast.enrolment, reason="Waiting for a letter")
    sign_in(desktop, real_cast.therapist)
    desktop.goto(f"/patients/{real_cast.patient.pk}/")
    opener = desktop.get_by_role("link", name="Release the hold…")
    press(desktop, opener)
    dialog = desktop.get_by_role("dialog", name="Release the hold?")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(one) => one.contains(document.activeElement)")
    desktop.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    desktop.keyboard.press("Enter")
    press(desktop, dialog.get_by_role("button", name="Release the hold"))
    expect(desktop.get_by_role("link", name="Put on hold…")).to_be_visible()
    assert ModuleHold.objects.get().released_by == real_cast.therapist
