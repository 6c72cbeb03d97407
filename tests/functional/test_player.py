"""Comfort in the player: reading aloud, the guide for the breath, keys, breaks, and staying signed in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import BrowserContext, Page, expect

from painclinic.access.display import CHOICES, COOKIE
from painclinic.accounts.models import User
from tests.factories.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
Open = Callable[..., BrowserContext]
SPEECH = (Path(__file__).parent / "speech.js").read_text()
SCRIPT = "/relaxation/belly-breathing/"
NO_VOICE = "Object.defineProperty(window, 'speechSynthesis', { value: undefined });"


@pytest.fixture
def listening(open_context: Open, sign_in: SignIn, real_cast: Cast) -> Page:
    """A page of the patient in a browser that has voices, with its clock in the test's hand."""
    context = open_context(360)
    context.add_init_script(SPEECH)
    page = context.new_page()
    sign_in(page, real_cast.patient.user)
    page.clock.install()
    return page


def _chosen(page: Page, origin: str, **choices: str) -> None:
    value = ".".join(choices.get(name, "") for name in CHOICES)
    page.context.add_cookies([{"name": COOKIE, "value": value, "url": origin}])


def _last(page: Page) -> dict[str, Any]:
    return dict(page.evaluate("spoken.last()"))


def test_step_is_read_sentence_by_sentence_and_marked(listening: Page) -> None:
    listening.goto("/course/1/2/")
    before = listening.inner_html(".programme")

    listening.get_by_role("button", name="Read aloud").click()
    title = _last(listening)
    listening.evaluate("spoken.end()")
    first = _last(listening)

    assert title["text"] == listening.inner_text("h1")
    assert first["text"].startswith("Pain feels like a message")
    assert listening.evaluate("spoken.marked()") == [first["text"]]
    # A voice on the device, of the page's language, before one elsewhere.
    assert (first["lang"], first["voice"], first["rate"]) == ("en-gb", "Near", 1)
    # Nothing is put into the text: selection and screen readers find what was there.
    assert listening.inner_html(".programme") == before


def test_pause_takes_the_sentence_up_again_and_stop_begins_anew(listening: Page) -> None:
    listening.goto("/course/1/2/")
    play = listening.locator("[data-listen-play]")
    play.click()
    listening.evaluate("spoken.end()")
    sentence = _last(listening)["text"]

    play.click()
    expect(listening.get_by_role("button", name="Go on reading")).to_be_visible()
    listening.evaluate("spoken.end()")
    assert listening.evaluate("spoken.count()") == 2
    play.click()
    assert _last(listening)["text"] == sentence
    listening.get_by_role("button", name="Stop").press("Enter")

    assert listening.evaluate("spoken.marked()") == []
    expect(listening.get_by_role("button", name="Read aloud")).to_be_focused()
    play.press("Enter")
    assert _last(listening)["text"] == listening.inner_text("h1")


def test_speed_is_remembered_on_the_next_page(listening: Page) -> None:
    listening.goto("/course/1/2/")
    listening.get_by_label("Speed").select_option("a little slower")

    listening.goto("/course/1/3/")
    listening.get_by_role("button", name="Read aloud").click()

    assert _last(listening)["rate"] == 0.85


def test_pauses_of_a_script_are_kept(listening: Page) -> None:
    listening.goto(SCRIPT)
    listening.get_by_role("button", name="Read aloud").click()
    while not listening.locator("[data-listen-silence]").is_visible():
        listening.evaluate("spoken.end()")
    count = listening.evaluate("spoken.count()")
    seconds = int(listening.locator("[data-pause]").first.get_attribute("data-pause") or 0)

    listening.clock.run_for((seconds - 1) * 1000)
    assert listening.evaluate("spoken.count()") == count
    listening.clock.run_for(2000)
    assert listening.evaluate("spoken.count()") == count + 1
    assert "Pause" not in _last(listening)["text"]


def test_questions_are_read_and_hidden_words_are_not(listening: Page) -> None:
    listening.goto("/course/1/7/")
    listening.get_by_role("button", name="Read aloud").click()
    texts = []
    for _sentence in range(60):
        texts.append(_last(listening)["text"])
        listening.evaluate("spoken.end()")
        if not listening.locator("[data-listen-stop]").is_visible():
            break
    question = listening.locator(".check-question").first.inner_text()
    option = listening.locator(".choice").first.inner_text()

    assert any(text in question for text in texts[1:])
    assert any(text in option for text in texts[1:])
    assert not any("Show the explanation" in text for text in texts)


def test_browser_without_a_voice_shows_no_controls(
    open_context: Open, sign_in: SignIn, real_cast: Cast
) -> None:
    context = open_context(360)
    context.add_init_script(NO_VOICE)
    page = context.new_page()
    sign_in(page, real_cast.patient.user)
    page.goto("/course/1/2/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-listen]")).to_be_hidden()


def test_guide_says_each_phase_for_its_seconds(listening: Page) -> None:
    listening.goto(SCRIPT)
    phases = listening.locator("[data-seconds]")
    words = [phases.nth(index).locator("span").first.inner_text() for index in range(2)]
    seconds = int(phases.first.get_attribute("data-seconds") or 0)

    listening.get_by_role("button", name="Start the guide").press("Enter")
    expect(listening.locator("[data-pace-words]")).to_have_text(words[0])
    listening.clock.run_for(seconds * 1000 + 300)
    expect(listening.locator("[data-pace-words]")).to_have_text(words[1])
    listening.get_by_role("button", name="Stop the guide").press("Enter")

    expect(listening.locator("[data-pace-stage]")).to_be_hidden()
    expect(listening.get_by_role("button", name="Start the guide")).to_be_focused()


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_guide_moves_only_where_motion_is_welcome(
    open_context: Open, sign_in: SignIn, real_cast: Cast, motion: str, moves: bool
) -> None:
    page = open_context(360, reduced_motion=motion).new_page()
    sign_in(page, real_cast.patient.user)
    page.goto(SCRIPT)

    page.get_by_role("button", name="Start the guide").click()

    expect(page.locator("[data-pace-count]")).not_to_be_empty()
    assert page.locator("[data-pace-circle]").is_visible() == moves
    assert (
        page.evaluate("document.getAnimations().some((one) => one.effect.target.dataset.paceCircle === '')")
        == moves
    )


def test_script_and_guide_are_plain_lists_without_scripts(
    open_context: Open, sign_in: SignIn, real_cast: Cast
) -> None:
    page = open_context(360, java_script_enabled=False).new_page()
    sign_in(page, real_cast.patient.user)
    page.goto(SCRIPT)

    assert page.locator("[data-seconds]").count() >= 2
    expect(page.locator("[data-pause]").first).to_contain_text("Pause:")
    assert page.get_by_role("button", name="Start the guide").count() == 0
    page.get_by_role("link", name="Note this practice").click()
    expect(page.get_by_label("What did you practise?")).to_have_value("belly-breathing")
    expect(page.locator("input[name=minutes]")).to_have_value("8")


def test_keys_go_on_and_back_only_for_who_wants_them(
    desktop: Page, sign_in: SignIn, real_cast: Cast, live_server: Any
) -> None:
    sign_in(desktop, real_cast.patient.user)
    desktop.goto("/course/1/2/")
    desktop.keyboard.press("n")
    _chosen(desktop, live_server.url, letter_keys="on")
    assert desktop.url.endswith("/course/1/2/")

    desktop.reload()
    desktop.keyboard.press("n")
    desktop.wait_for_url("**/course/1/3/")
    desktop.keyboard.press("b")
    desktop.wait_for_url("**/course/1/2/")


def test_keys_are_letters_while_somebody_writes(
    desktop: Page, sign_in: SignIn, real_cast: Cast, live_server: Any
) -> None:
    sign_in(desktop, real_cast.patient.user)
    _chosen(desktop, live_server.url, letter_keys="on")
    desktop.goto("/course/1/10/")
    field = desktop.locator("form.form textarea, form.form input[type=text]").first

    field.press_sequentially("nobody knows")

    expect(field).to_have_value("nobody knows")
    assert desktop.url.endswith("/course/1/10/")


def test_first_tab_offers_the_way_to_the_end_of_the_step(
    desktop: Page, sign_in: SignIn, real_cast: Cast
) -> None:
    sign_in(desktop, real_cast.patient.user)
    desktop.goto("/course/1/2/")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("link", name="Back", exact=True)).to_be_focused()
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("button", name="Go on")).to_be_focused()


def test_break_is_hinted_at_after_the_chosen_time_and_can_be_put_away(
    desktop: Page, sign_in: SignIn, real_cast: Cast, live_server: Any
) -> None:
    sign_in(desktop, real_cast.patient.user)
    _chosen(desktop, live_server.url, break_after="10")
    desktop.clock.install()
    desktop.goto("/course/1/2/")
    note = desktop.locator("[data-break]")
    desktop.clock.run_for(6 * 60_000)
    desktop.goto("/course/1/3/")
    expect(note).to_be_hidden()
    focused = desktop.evaluate("document.activeElement.tagName")

    desktop.clock.run_for(5 * 60_000)

    expect(note).to_be_visible()
    assert desktop.evaluate("document.activeElement.tagName") == focused
    desktop.locator("[data-break-close]").click()
    expect(note).to_be_hidden()
    desktop.clock.run_for(60_000)
    expect(note).to_be_hidden()


def test_end_of_a_session_is_announced_and_put_off_with_one_press(
    desktop: Page, sign_in: SignIn, real_cast: Cast
) -> None:
    idle, _longest = django_settings.SESSION_LIMITS["patient"]
    sign_in(desktop, real_cast.patient.user)
    desktop.clock.install()
    desktop.goto("/course/1/2/", wait_until="networkidle")
    note = desktop.locator("[data-session-idle]")
    desktop.clock.run_for((idle - 150) * 1000)
    expect(note).to_be_hidden()
    desktop.clock.run_for(35_000)
    expect(note.get_by_text("In about two minutes")).to_be_visible()

    with desktop.expect_response("**/session/stay/") as answer:
        desktop.get_by_role("button", name="Stay signed in").click()

    assert answer.value.status == 204
    expect(note).to_be_hidden()
    desktop.clock.run_for(idle * 1000)
    expect(note.get_by_text("You have been signed out by now")).to_be_visible()
    expect(note.get_by_role("link", name="Sign in again")).to_be_visible()


DICTATE = """(field) => {
    field.focus();
    field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
    for (const words of ["I walked", "I walked to the", "I walked to the shop"]) {
        field.value = words;
        field.dispatchEvent(new CompositionEvent("compositionupdate", { bubbles: true, data: words }));
        field.dispatchEvent(new InputEvent("input",
            { bubbles: true, inputType: "insertCompositionText", data: words, isComposing: true }));
    }
    field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: field.value }));
    const words = { bubbles: true, cancelable: true, inputType: "insertText", data: "!" };
    return field.dispatchEvent(new InputEvent("beforeinput", words));
}"""


def test_dictation_is_taken_as_it_comes_and_saved(
    desktop: Page, sign_in: SignIn, real_cast: Cast, live_server: Any
) -> None:
    """What a phone or a speech program puts in: compositions and whole sentences at once."""
    sign_in(desktop, real_cast.patient.user)
    _chosen(desktop, live_server.url, letter_keys="on")
    desktop.goto("/course/1/10/")
    expect(desktop.locator("html")).to_have_attribute("data-autosave", "ready")
    field = desktop.locator("form.form textarea, form.form input[type=text]").first

    assert field.evaluate(DICTATE), "no script stops what is dictated"
    desktop.keyboard.insert_text(" and back")

    expect(field).to_have_value("I walked to the shop and back")
    expect(desktop.locator("[data-saved-state]").first).to_have_attribute("data-state", "saved")
    desktop.reload()
    expect(field).to_have_value("I walked to the shop and back")
