"""The loop's forms in a browser that runs no scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from messaging.models import Message
from painclinic.accounts.models import User
from patients.models import CheckAnswer, Draft, Entry, Homework, Patient, Review, StepRating
from tests.factories.cast import Cast
from tests.functional.conftest import Faults
from tests.functional.loop import admin, patient
from tests.functional.loop.world import heading, told

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPlain = Callable[[User], Page]


@pytest.fixture
def open_plain(
    open_context: Callable[..., BrowserContext], sign_in: Callable[[Page, User], str], faults: Faults
) -> OpenPlain:
    """A phone of somebody signed in, without scripts."""
    # A form that was not filled right comes back with this status, which the console remarks on.
    faults.expect("status of 422")

    def make(user: User) -> Page:
        page = open_context(360, java_script_enabled=False).new_page()
        sign_in(page, user)
        return page

    return make


def test_steps_and_worksheet(real_cast: Cast, open_plain: OpenPlain) -> None:
    page = open_plain(real_cast.patient.user)
    page.goto("/home/")
    page.get_by_role("button", name="Start week 1").click()
    heading(page, "Welcome, and how this works")
    page.goto("/course/1/4/")
    patient.group(page, "How strong is your pain right now?").get_by_label("6", exact=True).check()
    page.get_by_role("button", name="Go on").click()
    assert StepRating.objects.get().before == 6
    page.goto("/course/1/7/")
    page.locator("form.check").first.get_by_role("radio").first.check()
    page.locator("form.check").first.get_by_role("button").click()
    expect(page.get_by_text(re.compile("^(Yes|Worth another thought)$"))).to_be_visible()
    assert CheckAnswer.objects.count() == 1
    _worksheet(page)
    entry = Entry.objects.get()
    assert entry.texts["thoughts"] == "Not again"
    assert [feeling["name"] for feeling in entry.answers["feelings"]] == ["sad", "angry"]


def _worksheet(page: Page) -> None:
    """A row is added, the rest is left for later, and nothing typed is lost on the way."""
    page.goto("/course/1/8/")
    form = page.locator("form[data-draft]")
    form.get_by_label("What was going on?").fill("On the stairs")
    form.locator("[name=feelings-0-name]").select_option(label="Sad")
    form.get_by_role("button", name="Add one more").click()
    expect(form.get_by_label("What was going on?")).to_have_value("On the stairs")
    form.locator("[name=feelings-1-name]").select_option(label="Angry")
    form.get_by_role("button", name="Save and continue later").click()
    told(page, "Saved. Go on whenever you like.")
    page.goto("/course/1/8/")
    expect(form.get_by_label("What was going on?")).to_have_value("On the stairs")
    expect(form.locator("[name=feelings-1-name]")).to_have_value("angry")
    form.get_by_label("What went through your mind?").fill("Not again")
    form.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("How strong was the pain?")
    expect(form.get_by_label("What went through your mind?")).to_have_value("Not again")
    patient.group(form, "How strong was the pain?").get_by_label("5", exact=True).check()
    form.get_by_label("What did you do, or not do?").fill("Sat down")
    form.get_by_role("button", name="Save and go on").click()
    heading(page, "Start your activity log")


def test_homework_review_and_messages(real_cast: Cast, open_plain: OpenPlain) -> None:
    mine, hers = open_plain(real_cast.patient.user), open_plain(real_cast.therapist)
    mine.goto("/practice/first-hope/new/?next=/course/1/homework/")
    mine.get_by_label("What would you like to have more of").fill("To stay for the whole lunch")
    mine.get_by_role("button", name="Save", exact=True).click()
    heading(mine, "Homework")
    mine.get_by_label("Anything you want to add").fill("That is all for now.")
    mine.get_by_role("button", name="Send what I have").click()
    assert Homework.objects.get().note == "That is all for now."
    mine.goto("/messages/")
    mine.get_by_label("Your message").fill("May I rest on Thursdays?")
    mine.get_by_role("button", name="Send to Anna").click()
    told(mine, "Your message is sent.")
    hers.goto("/today/")
    hers.get_by_role("link", name="Maria Lund").first.click()
    hers.goto(f"/patients/{real_cast.patient.pk}/homework/{Homework.objects.get().pk}/")
    hers.get_by_label("Your reply", exact=True).fill("A good hope.")
    hers.get_by_role("button", name="Mark as reviewed").click()
    told(hers, "Sent to Maria.")
    hers.goto(f"/patients/{real_cast.patient.pk}/messages/")
    hers.get_by_label("Your message").fill("Of course.")
    hers.get_by_role("button", name="Send to Maria").click()
    assert Review.objects.get().comment == "A good hope."
    assert [message.body for message in Message.objects.order_by("sent_at")] == [
        "May I rest on Thursdays?",
        "Of course.",
    ]
    mine.goto("/course/1/homework/")
    expect(mine.get_by_text("A good hope.")).to_be_visible()
    assert not Draft.objects.open().exists()


def test_enrolling(real_cast: Cast, open_plain: OpenPlain) -> None:
    page = open_plain(real_cast.admin)
    page.goto("/desk/patients/")
    admin.enrol_with_faults(page, "Anna Berg", patients=1, scripts=False)
    admin.enrol(page)
    assert Patient.objects.filter(name="Rosa Delgado").count() == 1
