"""What they type survives: a closed tab, no network, an ended session, two pages at once."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from painclinic.accounts.models import User
from patients.models import Draft, DraftRevision
from tests.factories.cast import PASSWORD, Cast
from tests.functional.conftest import Faults

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.functional.urls")]

FORM = "/test/form/"
API = "**/api/v1/drafts/**"
OFFLINE = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK"
SignIn = Callable[[Page, User], str]


@pytest.fixture(autouse=True)
def test_templates(settings: Any) -> None:
    engine = {**settings.TEMPLATES[0]}
    engine["DIRS"] = [*engine["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [engine]


def open_form(page: Page) -> None:
    page.goto(FORM)
    page.wait_for_selector("html[data-autosave=ready]", state="attached")


def box(page: Page) -> Any:
    return page.get_by_label("What went through your mind?")


def line(page: Page) -> Any:
    return page.locator("[data-saved-state]")


def write(page: Page, text: str) -> None:
    box(page).press_sequentially(text, delay=2)


def saved(page: Page) -> None:
    state(page, "saved")


def texts(name: str = "thoughts", **conditions: Any) -> list[str]:
    return [row.data[name] for row in DraftRevision.objects.filter(**conditions)]


def tails(page: Page) -> int:
    """How many unsent texts this browser profile holds."""
    return int(
        page.evaluate("""async () => {
            const known = await indexedDB.databases();
            if (!known.some((one) => one.name === "painclinic-drafts")) return 0;
            const opening = indexedDB.open("painclinic-drafts");
            const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
            if (!database.objectStoreNames.contains("tails")) return 0;
            const counting = database.transaction("tails").objectStore("tails").count();
            const count = await new Promise((done) => { counting.onsuccess = () => done(counting.result); });
            database.close();
            return count;
        }""")
    )


def state(page: Page, name: str) -> None:
    expect(line(page)).to_have_attribute("data-state", name)


def no_accessibility_faults(page: Page) -> None:
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()


@pytest.fixture
def writer(desktop: Page, cast: Cast, sign_in: SignIn) -> Page:
    """The patient's page with the form open."""
    sign_in(desktop, cast.patient.user)
    open_form(desktop)
    return desktop


def test_typing_is_saved_and_the_line_says_when(writer: Page) -> None:
    write(writer, "It will never end")
    saved(writer)
    expect(line(writer)).to_have_text(re.compile(r"Saved\s+\d\d:\d\d"))
    assert texts()[-1] == "It will never end"
    assert tails(writer) == 0


def test_all_kinds_of_fields_come_back(writer: Page) -> None:
    write(writer, "first\nsecond")
    writer.get_by_text("2 of 3").click()
    writer.get_by_text("Help a").click()
    writer.get_by_text("Help b").click()
    writer.get_by_label("Feeling 1").fill("sad")
    saved(writer)
    expect(writer.get_by_text("Saving…")).to_be_hidden()
    open_form(writer)
    expect(box(writer)).to_have_value("first\nsecond")
    expect(writer.get_by_label("2 of 3")).to_be_checked()
    expect(writer.get_by_label("Help a")).to_be_checked()
    expect(writer.get_by_label("Help b")).to_be_checked()
    expect(writer.get_by_label("Feeling 1")).to_have_value("sad")


def test_screen_readers_hear_the_first_save_and_then_only_news(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    writer.evaluate("""() => {
        window.heard = [];
        const live = document.getElementById("live");
        new MutationObserver(() => window.heard.push(live.textContent)).observe(live, { childList: true });
    }""")
    for text in ("one ", "two ", "three "):
        write(writer, text)
        state(writer, "unsaved")
        saved(writer)
    writer.context.set_offline(True)
    write(writer, "four")
    state(writer, "local")
    writer.context.set_offline(False)
    saved(writer)
    heard = writer.evaluate("window.heard")
    assert [words.split(" ")[0] for words in heard] == ["Saved", "Saved", "Saved"]
    assert heard[1] == "Saved on this device, not yet sent"


# --- closing the tab ---


def test_closed_tab_loses_nothing(writer: Page) -> None:
    write(writer, "typed just before the tab was closed")
    writer.wait_for_timeout(100)
    page = writer.context.new_page()
    writer.close(run_before_unload=False)
    open_form(page)
    expect(box(page)).to_have_value("typed just before the tab was closed")
    saved(page)
    assert texts()[-1] == "typed just before the tab was closed"


def test_reload_in_mid_word_loses_nothing(writer: Page) -> None:
    write(writer, "in mid wor")
    open_form(writer)
    expect(box(writer)).to_have_value("in mid wor")


# --- losing the network ---


def test_offline_typing_is_kept_here_and_sent_when_online(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    writer.context.set_offline(True)
    write(writer, "no signal on the train")
    state(writer, "local")
    expect(line(writer)).to_have_text(re.compile("Saved on this device, not yet sent"))
    assert not texts()
    writer.context.set_offline(False)
    saved(writer)
    assert texts() == ["no signal on the train"]
    assert tails(writer) == 0


def test_offline_typing_survives_closing_and_is_sent_by_the_next_page(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    context = writer.context
    write(writer, "online. ")
    saved(writer)
    context.set_offline(True)
    write(writer, "then offline")
    state(writer, "local")
    writer.close()
    context.set_offline(False)
    page = context.new_page()
    open_form(page)
    expect(box(page)).to_have_value("online. then offline")
    assert texts()[-1] == "online. then offline"
    assert tails(page) == 0


def test_rows_that_were_added_offline_come_back(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    context = writer.context
    context.set_offline(True)
    writer.evaluate("""() => {
        const row = document.createElement("input");
        row.name = "feelings-1-name";
        row.setAttribute("aria-label", "Feeling 2");
        document.querySelector("form[data-draft] fieldset").before(row);
    }""")
    writer.get_by_label("Feeling 1").fill("sad")
    writer.get_by_label("Feeling 2").fill("angry")
    state(writer, "local")
    writer.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(FORM)
    expect(page.get_by_label("Feeling 2")).to_have_value("angry")


def test_leftovers_are_sent_from_any_page(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    context = writer.context
    context.set_offline(True)
    write(writer, "never came back to the form")
    state(writer, "local")
    writer.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/help-now/")
    page.wait_for_selector("html[data-autosave=ready]", state="attached")
    assert texts() == ["never came back to the form"]
    assert tails(page) == 0


def test_lost_answer_is_no_second_version(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    writer.route(API, lose_answer, times=1)
    write(writer, "sent once")
    state(writer, "local")
    write(writer, ", and more")
    saved(writer)
    assert texts() == ["sent once", "sent once, and more"]
    assert tails(writer) == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_or_broken_server_loses_nothing(writer: Page, faults: Faults, status: int) -> None:
    faults.expect(f"status of {status}")
    writer.route(API, lambda route: route.fulfill(status=status, headers={"Retry-After": "1"}), times=1)
    write(writer, "patience")
    state(writer, "local")
    saved(writer)
    assert texts() == ["patience"]


def test_refused_text_says_why_and_stays(writer: Page, faults: Faults) -> None:
    faults.expect("status of 400")
    box(writer).fill("x" * 70_000)
    state(writer, "refused")
    expect(line(writer)).to_have_text(re.compile("Please shorten it"))
    box(writer).fill("short")
    saved(writer)
    assert texts() == ["short"]


def test_sending_offline_is_stopped_kindly(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    write(writer, "ready to send")
    saved(writer)
    writer.context.set_offline(True)
    writer.get_by_role("button", name="Send").click()
    expect(writer.get_by_role("dialog", name="You are offline at the moment")).to_be_visible()
    writer.get_by_role("button", name="All right").click()
    expect(box(writer)).to_have_value("ready to send")
    writer.context.set_offline(False)
    writer.get_by_role("button", name="Send").click()
    expect(writer.get_by_role("heading", name="Thank you")).to_be_visible()
    assert not Draft.objects.open().exists()


def test_sending_at_once_hands_in_everything(writer: Page) -> None:
    write(writer, "typed and sent in one go")
    writer.get_by_role("button", name="Send").click()
    expect(writer.get_by_text("typed and sent in one go")).to_be_visible()
    open_form(writer)
    expect(box(writer)).to_have_value("")
    assert tails(writer) == 0


# --- the session ending ---


def test_session_that_ends_in_mid_sentence_loses_nothing(writer: Page, cast: Cast, faults: Faults) -> None:
    faults.expect("status of 40[13]")
    write(writer, "Before. ")
    saved(writer)
    Session.objects.all().delete()
    write(writer, "After.")
    dialog = writer.get_by_role("dialog", name="You have been signed out")
    expect(dialog).to_be_visible()
    no_accessibility_faults(writer)
    with writer.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in again").click()
    other = opened.value
    other.locator("input[name=login]").fill(cast.patient.user.email)
    other.locator("input[name=password]").fill(PASSWORD)
    other.locator("input[name=password]").press("Enter")
    other.wait_for_url("**/home/")
    expect(dialog).to_be_hidden()
    saved(writer)
    assert texts()[-1] == "Before. After."
    # The new token has reached the form as well.
    writer.get_by_role("button", name="Send").click()
    expect(writer.get_by_text("Before. After.")).to_be_visible()


def test_new_token_after_signing_in_elsewhere_is_taken_quietly(
    writer: Page, cast: Cast, sign_in: SignIn, faults: Faults
) -> None:
    faults.expect("status of 403")
    sign_in(writer, cast.patient.user)
    writer.context.clear_cookies(name="csrf")
    write(writer, "still here")
    saved(writer)
    assert texts() == ["still here"]


def test_another_person_on_this_browser_sees_nothing(
    writer: Page, cast: Cast, sign_in: SignIn, faults: Faults
) -> None:
    faults.expect(OFFLINE)
    context = writer.context
    context.set_offline(True)
    write(writer, "only for Anna")
    state(writer, "local")
    writer.close()
    context.set_offline(False)
    page = context.new_page()
    sign_in(page, cast.other_patient.user)
    open_form(page)
    expect(box(page)).to_have_value("")
    assert tails(page) == 0
    assert not Draft.objects.exists()


def test_page_of_somebody_who_left_is_closed_to_the_next(
    writer: Page, cast: Cast, sign_in: SignIn, faults: Faults
) -> None:
    faults.expect("status of 40[34]")
    write(writer, "A secret. ")
    saved(writer)
    sign_in(writer, cast.other_patient.user)
    write(writer, "More of it.")
    expect(writer.get_by_role("dialog", name="Somebody else has signed in")).to_be_visible()
    expect(box(writer)).to_be_hidden()
    writer.get_by_role("button", name="Go to my own page").click()
    assert set(texts()) == {"A secret. "}


# --- two pages at once ---


@pytest.fixture
def on_the_phone(phone: Page, cast: Cast, sign_in: SignIn) -> Page:
    """The same person's phone, with the same form open."""
    sign_in(phone, cast.patient.user)
    open_form(phone)
    return phone


def test_two_devices_keep_and_show_both_texts(writer: Page, on_the_phone: Page, faults: Faults) -> None:
    faults.expect("status of 409")
    write(writer, "from the desk")
    saved(writer)
    write(on_the_phone, "from the phone")
    state(on_the_phone, "conflict")
    panel = on_the_phone.get_by_role("region", name=re.compile("two versions"))
    expect(panel).to_contain_text("from the desk")
    expect(panel).to_contain_text("from the phone")
    expect(panel.get_by_text("What went through your mind?")).to_be_visible()
    no_accessibility_faults(on_the_phone)
    assert texts(is_conflict=False) == ["from the desk"]
    assert texts(is_conflict=True) == ["from the phone"]
    panel.get_by_role("button", name="Use what I chose").click()
    saved(on_the_phone)
    expect(box(on_the_phone)).to_have_value("from the phone\n\nfrom the desk")
    assert texts(is_conflict=False)[-1] == "from the phone\n\nfrom the desk"


def test_one_text_can_be_chosen(writer: Page, on_the_phone: Page, faults: Faults) -> None:
    faults.expect("status of 409")
    write(writer, "from the desk")
    saved(writer)
    write(on_the_phone, "from the phone")
    panel = on_the_phone.get_by_role("region", name=re.compile("two versions"))
    panel.get_by_label("Keep this one").nth(1).check()
    panel.get_by_role("button", name="Use what I chose").click()
    saved(on_the_phone)
    expect(box(on_the_phone)).to_have_value("from the desk")
    open_form(on_the_phone)
    expect(on_the_phone.get_by_role("region", name=re.compile("two versions"))).to_have_count(0)


def test_undecided_text_is_shown_when_the_form_is_opened_again(
    writer: Page, on_the_phone: Page, faults: Faults
) -> None:
    faults.expect("status of 409")
    write(writer, "from the desk")
    saved(writer)
    write(on_the_phone, "from the phone")
    state(on_the_phone, "conflict")
    on_the_phone.close()
    open_form(writer)
    expect(box(writer)).to_have_value("from the desk")
    panel = writer.get_by_role("region", name=re.compile("two versions"))
    expect(panel).to_contain_text("from the phone")
    panel.get_by_role("button", name="Use what I chose").click()
    expect(box(writer)).to_have_value("from the desk\n\nfrom the phone")
    saved(writer)
    open_form(writer)
    expect(writer.get_by_role("region", name=re.compile("two versions"))).to_have_count(0)


def test_form_handed_in_elsewhere_keeps_the_late_text(
    writer: Page, on_the_phone: Page, faults: Faults
) -> None:
    faults.expect("status of 409")
    write(writer, "handed in")
    writer.get_by_role("button", name="Send").click()
    expect(writer.get_by_role("heading", name="Thank you")).to_be_visible()
    write(on_the_phone, "too late")
    panel = on_the_phone.get_by_role("region", name=re.compile("handed in from another page"))
    expect(panel).to_contain_text("too late")
    panel.get_by_role("button", name="Open the form again").click()
    on_the_phone.wait_for_selector("html[data-autosave=ready]", state="attached")
    expect(on_the_phone.get_by_text("too late")).to_be_visible()


def test_second_tab_is_told_and_may_go_on_there(writer: Page) -> None:
    write(writer, "first tab")
    saved(writer)
    second = writer.context.new_page()
    open_form(second)
    expect(second.get_by_text("You are also writing in another tab.")).to_be_visible()
    second.get_by_role("button", name="Go on here").click()
    expect(second.get_by_text("You are also writing in another tab.")).to_be_hidden()
    expect(writer.get_by_text("You are also writing in another tab.")).to_be_visible()
    box(second).focus()
    second.keyboard.press("End")
    write(second, ", second tab")
    saved(second)
    # The first tab had nothing unsaved: it follows.
    expect(box(writer)).to_have_value("first tab, second tab")
    assert not texts(is_conflict=True)


def test_two_tabs_typing_at_once_keep_both(writer: Page, faults: Faults) -> None:
    faults.expect("status of 409")
    second = writer.context.new_page()
    open_form(second)
    box(writer).fill("tab one")
    box(second).fill("tab two")
    expect(second.get_by_role("region", name=re.compile("two versions"))).to_be_visible()
    assert sorted(texts()) == ["tab one", "tab two"]


# --- what stays on the device ---


def test_unsent_text_is_unreadable_on_the_device(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    writer.context.set_offline(True)
    write(writer, "canary sentence")
    state(writer, "local")
    found = writer.evaluate("""async () => {
        const opening = indexedDB.open("painclinic-drafts");
        const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
        const rows = (name) => new Promise((done) => {
            const reading = database.transaction(name).objectStore(name).getAll();
            reading.onsuccess = () => done(reading.result);
        });
        const [tail] = await rows("tails");
        const [key] = await rows("keys");
        database.close();
        return {
            fields: Object.keys(tail).sort(),
            bytes: new TextDecoder("latin1").decode(tail.box),
            isExtractable: key.key.extractable,
        };
    }""")
    assert found["fields"] == ["box", "draft", "id", "iv", "owner", "page"]
    assert "canary" not in found["bytes"]
    assert found["isExtractable"] is False
    stored = writer.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "canary" not in stored


def test_database_closed_under_the_page_is_opened_again(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    writer.context.set_offline(True)
    write(writer, "first ")
    state(writer, "local")
    writer.evaluate("""() => {
        const real = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (...rest) {
            IDBDatabase.prototype.transaction = real;
            this.close();
            return real.apply(this, rest);
        };
    }""")
    write(writer, "second")
    writer.wait_for_timeout(1_500)
    state(writer, "local")
    context = writer.context
    writer.close()
    context.set_offline(False)
    page = context.new_page()
    open_form(page)
    expect(box(page)).to_have_value("first second")


@pytest.mark.parametrize("fault", ["QuotaExceededError", "InvalidStateError"])
def test_device_that_cannot_keep_text_is_not_claimed_to(writer: Page, faults: Faults, fault: str) -> None:
    faults.expect(OFFLINE)
    writer.evaluate(
        """(name) => {
            IDBObjectStore.prototype.put = () => { throw new DOMException("no", name); };
        }""",
        fault,
    )
    writer.context.set_offline(True)
    write(writer, "only on the screen")
    state(writer, "unkept")
    expect(line(writer)).to_have_text(re.compile("keep this page open"))
    writer.context.set_offline(False)
    saved(writer)
    assert texts() == ["only on the screen"]


def test_shared_device_keeps_nothing(writer: Page, faults: Faults) -> None:
    faults.expect(OFFLINE)
    writer.get_by_text("How this is saved").click()
    writer.get_by_label("Other people use this device: keep nothing on it").check()
    writer.context.set_offline(True)
    write(writer, "in the library")
    state(writer, "unkept")
    assert tails(writer) == 0
    writer.context.set_offline(False)
    saved(writer)
    open_form(writer)
    expect(writer.locator("[data-shared-device]")).to_be_checked()


def sign_out(page: Page) -> None:
    page.evaluate("""document.querySelector("details.menu")?.setAttribute("open", "")""")
    page.get_by_role("button", name="Sign out").click()


def test_signing_out_leaves_nothing_on_the_device(writer: Page) -> None:
    write(writer, "sent before leaving")
    sign_out(writer)
    writer.wait_for_url(re.compile(r"^(?!.*test/form).*$"))
    assert texts()[-1] == "sent before leaving"
    assert writer.evaluate("indexedDB.databases()") == []


def test_signing_out_with_unsent_text_asks_first(writer: Page, faults: Faults) -> None:
    faults.expect("status of 503")
    writer.route(API, lambda route: route.fulfill(status=503))
    write(writer, "not sent")
    state(writer, "local")
    sign_out(writer)
    dialog = writer.get_by_role("dialog", name="Something you wrote has not been sent yet")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Stay signed in").click()
    assert tails(writer) == 1
    sign_out(writer)
    writer.unroute(API)
    dialog.get_by_role("button", name="Try to send it").click()
    writer.wait_for_url(re.compile(r"^(?!.*test/form).*$"))
    assert texts()[-1] == "not sent"
    assert writer.evaluate("indexedDB.databases()") == []


# --- without scripts ---


def test_without_scripts_one_can_save_and_come_back(
    open_page: Callable[..., Page], cast: Cast, sign_in: SignIn
) -> None:
    page = open_page(360, java_script_enabled=False)
    sign_in(page, cast.patient.user)
    page.goto(FORM)
    box(page).fill("by hand")
    page.get_by_role("button", name="Save and continue later").click()
    expect(box(page)).to_have_value("by hand")
    expect(line(page)).to_contain_text("Saved")


def test_without_scripts_both_texts_are_kept_and_shown(
    open_page: Callable[..., Page], cast: Cast, sign_in: SignIn
) -> None:
    pages = [open_page(1280, java_script_enabled=False) for _ in range(2)]
    for page in pages:
        sign_in(page, cast.patient.user)
        page.goto(FORM)
    for page, text in zip(pages, ("one", "two"), strict=True):
        box(page).fill(text)
        page.get_by_role("button", name="Send" if text == "two" else "Save and continue later").click()
    second = pages[1]
    expect(second.get_by_role("heading", name="Thank you")).to_have_count(0)
    expect(box(second)).to_have_value("one")
    expect(second.get_by_role("group", name=re.compile("two versions"))).to_contain_text("two")
    second.get_by_label("Keep both, one below the other").check()
    second.get_by_role("button", name="Use what I chose").click()
    expect(box(second)).to_have_value("one\n\ntwo")
    expect(second.get_by_role("group", name=re.compile("two versions"))).to_have_count(0)
    second.get_by_role("button", name="Send").click()
    expect(second.get_by_role("heading", name="Thank you")).to_be_visible()
