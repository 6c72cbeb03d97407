"""Answering questionnaires on a phone: few taps, nothing lost, the numbers to call at once."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.measures import plan_occasions
from patients.models import Alert, Occasion, Response
from tests.factories.cast import Cast
from tests.factories.instruments import load_builtins
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]


@pytest.fixture
def weekly(real_cast: Cast) -> Occasion:
    """The set of an ordinary week, open today; the others are not."""
    load_builtins()
    enrolment = real_cast.enrolment
    plan_occasions(by=real_cast.therapist, enrolment=enrolment)
    today = clock.local_today(enrolment.patient.timezone)
    Occasion.objects.filter(enrolment=enrolment).exclude(slug="week-3").delete()
    Occasion.objects.filter(enrolment=enrolment).update(opens_on=today, due_on=today, closes_on=today)
    return Occasion.objects.get(enrolment=enrolment)


def _open_question(page: Page) -> Locator:
    return page.locator("[data-question]:visible")


def _answer(page: Page, wanted: dict[str, str] | None = None) -> int:
    """Answer the questionnaire that is open by taps alone; how many it took."""
    taps = 0
    while True:
        question = _open_question(page).first
        name = question.get_attribute("id") or ""
        choices = question.locator("label.choice, label.scale-step")
        value = (wanted or {}).get(name.removeprefix("id-"))
        label = choices.filter(has=page.locator(f"input[value='{value}']")) if value else choices.first
        if question.locator("[data-none]").count():
            label = choices.filter(has=page.locator("[data-none]"))
        label.tap()
        taps += 1
        submit = page.locator("[data-submit] button").first
        if page.get_by_role("button", name="Next question").is_hidden():
            with page.expect_navigation():
                submit.tap()
            return taps + 1
        expect(page.locator(f"#{name}")).to_be_hidden()


def test_weekly_set_takes_under_a_minute_of_taps(phone: Page, sign_in: SignIn, weekly: Occasion) -> None:
    sign_in(phone, weekly.patient.user)
    phone.goto("/home/")
    began = time.perf_counter()
    with phone.expect_navigation():
        phone.get_by_role("link", name="Answer the questions").tap()
    taps = 1
    parts = 0
    while "/thanks/" not in phone.url:
        assert not list(faults_of(phone))
        taps += _answer(phone)
        parts += 1
    seconds = time.perf_counter() - began
    print(f"\nweekly set: {parts} questionnaires, {taps} taps; {seconds:.0f} s in the browser of the test")

    weekly.refresh_from_db()
    assert weekly.completed_at
    # At two seconds for each question, reading included, that is less than a minute.
    assert taps <= 25
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()


def test_answers_are_there_again_after_the_page_was_left(
    phone: Page, sign_in: SignIn, weekly: Occasion
) -> None:
    sign_in(phone, weekly.patient.user)
    phone.goto(f"/questions/{weekly.pk}/peg/")
    _open_question(phone).first.locator("label.scale-step").nth(4).tap()
    expect(phone.locator(".save-bar").get_by_text(re.compile("^Saved \\d"))).to_be_visible()

    phone.goto("/home/")
    phone.goto(f"/questions/{weekly.pk}/peg/")

    expect(phone.locator("input[name=p][value='4']")).to_be_checked()
    # It goes on where it was left.
    expect(phone.locator("#id-e")).to_be_visible()
    expect(phone.locator("#id-p")).to_be_hidden()


def test_all_questions_stand_on_one_page_for_who_prefers_it(
    phone: Page, sign_in: SignIn, weekly: Occasion
) -> None:
    sign_in(phone, weekly.patient.user)
    phone.goto(f"/questions/{weekly.pk}/peg/")

    phone.get_by_role("button", name="Show all questions on one page").tap()
    expect(_open_question(phone)).to_have_count(3)
    phone.reload()

    expect(_open_question(phone)).to_have_count(3)
    assert not list(faults_of(phone))


def test_keyboard_walks_through_the_answers_of_a_question_without_going_on(
    desktop: Page, sign_in: SignIn, weekly: Occasion
) -> None:
    sign_in(desktop, weekly.patient.user)
    desktop.goto(f"/questions/{weekly.pk}/peg/")
    desktop.get_by_role("button", name="One question at a time").press("Enter")

    desktop.locator("input[name=p]").first.focus()
    desktop.keyboard.press("Space")
    for _press in range(3):
        desktop.keyboard.press("ArrowRight")

    expect(desktop.locator("input[name=p][value='3']")).to_be_focused()
    desktop.get_by_role("button", name="Next question").press("Enter")
    expect(desktop.locator("#id-e")).to_be_focused()


def test_without_scripts_a_missing_answer_is_said_beside_it_and_the_rest_is_kept(
    open_page: Callable[..., Page], sign_in: SignIn, weekly: Occasion, faults: Any
) -> None:
    faults.expect("422")
    page = open_page(360, java_script_enabled=False)
    sign_in(page, weekly.patient.user)
    page.goto(f"/questions/{weekly.pk}/peg/")
    for name in ("p", "e"):
        page.locator(f"input[name={name}][value='5']").check(force=True)

    page.get_by_role("button", name="Save and go on").click()

    expect(page.locator("#id-g").get_by_text("Please choose an answer.")).to_be_visible()
    expect(page.locator("input[name=p][value='5']")).to_be_checked()
    assert not Response.objects.exists()


def test_thought_of_being_better_off_dead_brings_the_numbers_to_call_first(
    phone: Page, sign_in: SignIn, weekly: Occasion
) -> None:
    sign_in(phone, weekly.patient.user)
    phone.goto(f"/questions/{weekly.pk}/phq-9/")

    _answer(phone, {"q9": "1"})

    expect(phone).to_have_url(re.compile("/support/$"))
    assert Alert.objects.get().level == Alert.Level.R1
    # The day's other questions wait behind it.
    phone.goto(f"/questions/{weekly.pk}/peg/")
    expect(phone).to_have_url(re.compile("/support/$"))
