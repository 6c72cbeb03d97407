"""Quick entry on a phone: from the home page to a saved line in at most three taps."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from painclinic.accounts.models import User
from patients.actions.progress import finish_step
from patients.models import Enrolment, Entry
from programs.models import Step
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import a_day, a_night, a_plan, a_practice, fill, skills_version, today_of
from tests.integration.patients.test_practice import a_log

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], str]
MOST = 3


class Finger:
    """Taps, and counts them. Going into a field to write is a tap; the letters are not."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.tap()

    def write(self, target: Locator, text: str) -> None:
        self.tap(target)
        self.page.keyboard.type(text)


@pytest.fixture
def enrolment(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Enrolment:
    """A patient to whom every log is open; home shows them all at once."""
    monkeypatch.setattr("patients.presenters.home.MOST_LOGS", 20)
    cast = Cast(on_programme=lambda: skills_version(tmp_path))
    open_first_module(cast.enrolment)
    first = Step.objects.get(module__version=cast.version, module__number=1, number=1)
    finish_step(by=cast.patient.user, enrolment=cast.enrolment, step=first)
    return cast.enrolment


@pytest.fixture
def finger(enrolment: Enrolment, phone: Page, sign_in: SignIn) -> Finger:
    sign_in(phone, enrolment.patient.user)
    return Finger(phone)


def open_quick(finger: Finger, slug: str) -> None:
    finger.page.goto("/home/")
    assert finger.page.evaluate("document.documentElement.scrollWidth") <= 360
    finger.taps = 0
    finger.tap(finger.page.locator(f'.quick a[href*="/{slug}/"]'))


def press(finger: Finger, name: str) -> None:
    finger.tap(finger.page.locator(".presses").get_by_role("button", name=name, exact=True))


def rate(finger: Finger, legend: str, score: str) -> None:
    """A number of a scale; it is in the group that asks the question."""
    group = finger.page.get_by_role("group", name=legend)
    finger.tap(group.locator(".scale-step").filter(has_text=score).first)


def write_activity(finger: Finger) -> None:
    finger.write(finger.page.get_by_label("What did you do?"), "Ironing")
    press(finger, "4")


def same_activity(finger: Finger) -> None:
    press(finger, "4")


def relax(finger: Finger) -> None:
    rate(finger, "How tense were you before?", "7")
    press(finger, "3")


def pace(finger: Finger) -> None:
    press(finger, "I stopped when the plan said so")


def sleep_as_before(finger: Finger) -> None:
    finger.tap(finger.page.get_by_role("link", name="The same as the last time"))
    press(finger, "3")


def catch_a_thought(finger: Finger) -> None:
    finger.write(finger.page.get_by_label("What went through your mind?"), "This will never end")
    press(finger, "80%")


def plan_something(finger: Finger) -> None:
    finger.write(finger.page.get_by_label("What will you do?"), "Tea with Pat")
    finger.tap(finger.page.get_by_role("button", name="Save"))


def plan_the_same(finger: Finger) -> None:
    finger.tap(finger.page.get_by_role("button", name="Save"))


def check_in(finger: Finger) -> None:
    finger.tap(finger.page.locator("label.choice").get_by_text("No", exact=True))
    finger.tap(finger.page.get_by_role("button", name="Save", exact=True))


FIRST = {
    "w3-activity-log": write_activity,
    "w4b-pacing-log": pace,
    "w5-relaxation-log": relax,
    "w6-activity-plan": plan_something,
    "w7a-thought-catcher": catch_a_thought,
    "w14-weekly-check-in": check_in,
}
AGAIN = {
    "w3-activity-log": same_activity,
    "w4b-pacing-log": pace,
    "w5-relaxation-log": relax,
    "w6-activity-plan": plan_the_same,
    "w7a-thought-catcher": catch_a_thought,
    "w9-sleep-diary": sleep_as_before,
}


def assert_saved(finger: Finger, enrolment: Enrolment, slug: str) -> Entry:
    """Home says what and when, also when it is opened again, and leads to the correction."""
    page = finger.page
    expect(page.locator(".saved-today")).to_contain_text("Saved at")
    assert finger.taps <= MOST, finger.taps
    entry = Entry.objects.filter(enrolment=enrolment).of(slug).latest("submitted_at")
    page.reload()
    line = page.locator(".saved-today li").first
    expect(line.get_by_role("link", name="Correct it")).to_have_attribute(
        "href", f"/practice/entries/{entry.pk}/change/?next=/home/"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    return entry


@pytest.mark.parametrize("slug", FIRST)
def test_first_line_of_a_quick_log_takes_three_taps(finger: Finger, enrolment: Enrolment, slug: str) -> None:
    fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
    open_quick(finger, slug)

    FIRST[slug](finger)

    entry = assert_saved(finger, enrolment, slug)
    assert entry.on_date == today_of(enrolment)


@pytest.mark.parametrize("slug", AGAIN)
def test_line_like_the_last_time_takes_three_taps(finger: Finger, enrolment: Enrolment, slug: str) -> None:
    day = today_of(enrolment) - timedelta(days=1)
    fill(enrolment, "w4-pacing-plan", a_plan(day))
    fill(enrolment, "w3-activity-log", a_log(date=day.isoformat(), activity="Ironing", minutes="25"))
    fill(enrolment, "w4b-pacing-log", a_day(day))
    fill(enrolment, "w5-relaxation-log", a_practice(day, technique="imagery", minutes="12"))
    fill(enrolment, "w9-sleep-diary", a_night(day))
    plan = {"activity": "Tea with Pat", "planned_date": day.isoformat(), "done": "yes"}
    fill(enrolment, "w6-activity-plan", plan)
    open_quick(finger, slug)

    AGAIN[slug](finger)

    entry = assert_saved(finger, enrolment, slug)
    offered = {
        "w3-activity-log": ("activity", "Ironing"),
        "w5-relaxation-log": ("technique", "imagery"),
        "w6-activity-plan": ("activity", "Tea with Pat"),
        "w9-sleep-diary": ("into_bed", "22:30"),
    }
    name, value = offered.get(slug, ("", None))
    assert entry.answers.get(name) == value


def test_quick_forms_and_what_home_says_are_accessible(finger: Finger, enrolment: Enrolment) -> None:
    fill(enrolment, "w3-activity-log", a_log())
    for path in ("/home/", *(f"/quick/{slug}/" for slug in AGAIN)):
        finger.page.goto(path)
        found = Axe().run(finger.page)
        assert found.violations_count == 0, found.generate_report()
