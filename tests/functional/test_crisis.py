"""Each level from the answer to the card on a phone, and what the staff do about it at their desk.

With and without a network, for ears as well as for eyes, and by keyboard alone.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.measures import plan_occasions
from patients.models import Alert, AlertEvent, Occasion
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.instruments import load_builtins
from tests.factories.outbox import until
from tests.functional.conftest import Faults
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
OFFLINE = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch"
NOW, SUPPORT = "Please speak to a person now", "Thank you for telling us"
# What a screen reader meets from the focus on: the tree in reading order, as the browser gives it.
READ_ON = """() => {
    const wanted = "h1, h2, h3, p, a, button, legend, label";
    const all = [...document.querySelectorAll(wanted)].filter((one) => one.checkVisibility());
    const from = all.findIndex((one) => one === document.activeElement);
    return all.slice(from).map((one) => `${one.tagName.toLowerCase()} ${one.textContent.trim()}`);
}"""


@pytest.fixture(autouse=True)
def monday(transactional_db: None) -> Iterator[None]:
    """Monday 2 March 2026, ten in the morning in London: somebody is there."""
    clock.set_shift(until("2026-03-02T10:00+00:00"))
    yield
    clock.set_shift(timedelta(0))


@pytest.fixture
def asked(cast: Cast) -> Occasion:
    """A time point at which mood and new symptoms are asked for today."""
    load_builtins()
    enrolment = cast.enrolment
    plan_occasions(by=cast.therapist, enrolment=enrolment)
    today = clock.local_today(enrolment.patient.timezone)
    Occasion.objects.filter(enrolment=enrolment).delete()
    return Occasion.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        kind="extra",
        slug="extra-now",
        instruments=["phq-9", "new-symptoms"],
        opens_on=today,
        due_on=today,
        closes_on=today,
    )


def answer(page: Page, asked: Occasion, slug: str, ticked: dict[str, str]) -> None:
    """Fill a questionnaire on the phone and send it; what is not named gets its first answer."""
    page.goto(f"/questions/{asked.pk}/{slug}/")
    as_page = page.get_by_role("button", name="Show all questions on one page")
    if as_page.is_visible():
        as_page.tap()
    names = page.evaluate(
        "[...new Set([...document.querySelectorAll('[data-question] input[type=radio]')].map((o) => o.name))]"
    )
    for name in names:
        label = page.locator(f"label:has(input[name='{name}'][value='{ticked.get(name, '0')}'])")
        # Some questions are asked after certain answers only.
        if label.is_visible():
            label.tap()
    for name in ticked.keys() - set(names):
        page.locator(f"label:has(input[name='{name}'])").first.tap()
    with page.expect_navigation():
        page.locator("[data-submit] button").first.tap()


def feel(page: Page, asked: Occasion, item: int) -> None:
    answer(page, asked, "phq-9", {"q9": str(item)})


def first_number(page: Page) -> Any:
    return page.get_by_role("link", name="Emergency: call 999")


def numbers_work(page: Page) -> None:
    for name, number in (
        ("Emergency: call 999", "999"),
        ("Samaritans: call 116 123", "116123"),
        ("Your clinic: call 0115 496 0000", "01154960000"),
        ("Jon Lund: 07700 900456", "07700900456"),
    ):
        link = page.get_by_role("link", name=name)
        expect(link).to_have_attribute("href", f"tel:{number}")
        box = link.bounding_box()
        assert box
        assert box["height"] >= 48
        assert link.evaluate("(one) => { one.scrollIntoView(); return one.checkVisibility(); }")


def reading(page: Page) -> list[str]:
    return [re.sub(r"\s+", " ", line) for line in page.evaluate(READ_ON)]


def heard_first(page: Page) -> list[tuple[str, str]]:
    """Role and name of what the accessibility tree holds from the focused heading on, in order."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    order: list[dict[str, Any]] = []

    def walk(node: dict[str, Any]) -> None:
        order.append(node)
        for child in node.get("childIds", ()):
            if child in by_id:
                walk(by_id[child])

    walk(nodes[0])

    def is_focused(node: dict[str, Any]) -> bool:
        return any(p["name"] == "focused" and p["value"].get("value") for p in node.get("properties", ()))

    start = next(i for i, node in enumerate(order) if is_focused(node) and node["role"]["value"] == "heading")
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in order[start:]]
    return [(role, name) for role, name in named if role in {"heading", "region", "link", "button"} and name]


def above_the_fold(page: Page) -> None:
    box = first_number(page).bounding_box()
    assert box
    assert page.viewport_size
    assert box["y"] + box["height"] <= page.viewport_size["height"]


def questions(page: Page, **said: str) -> None:
    for name, value in said.items():
        page.locator(f"label:has(input[name='{name}'][value='{value}'])").tap()
    page.get_by_role("button", name="Send my answers").tap()


CALM = {"thoughts": "no", "how": "no", "intend": "no", "safe": "yes"}


@pytest.mark.parametrize(("item", "level"), [(1, 1), (2, 2)])
def test_thoughts_lead_to_the_card_and_the_questions_on_a_phone(
    phone: Page, sign_in: SignIn, cast: Cast, asked: Occasion, item: int, level: int
) -> None:
    sign_in(phone, cast.patient.user)
    feel(phone, asked, item)
    expect(phone.get_by_role("heading", level=1, name=SUPPORT)).to_be_focused()
    assert Alert.objects.get().level == level
    above_the_fold(phone)
    numbers_work(phone)
    assert not list(faults_of(phone))
    if level == 2:
        expect(phone.get_by_text("tries to call you today")).to_be_visible()
    questions(phone, **CALM)
    expect(phone.get_by_role("link", name="My safety plan")).to_be_visible()
    numbers_work(phone)
    assert AlertEvent.objects.get(kind="follow-up").details == {"answers": CALM}
    assert not list(faults_of(phone))


def test_answer_of_the_highest_level_fills_the_screen_on_a_phone(
    phone: Page, sign_in: SignIn, cast: Cast, asked: Occasion
) -> None:
    sign_in(phone, cast.patient.user)
    feel(phone, asked, 3)
    expect(phone.get_by_role("heading", level=1, name=NOW)).to_be_focused()
    expect(phone).to_have_title(re.compile("^Please call now"))
    above_the_fold(phone)
    numbers_work(phone)
    expect(phone.get_by_role("navigation", name="Main")).to_have_count(0)
    assert not list(faults_of(phone))
    phone.get_by_role("button", name="I have read this").tap()
    # The questions come after, and may be left out.
    expect(phone.get_by_text("Four short questions")).to_be_visible()
    numbers_work(phone)
    assert Alert.objects.get().patient_read_at
    phone.goto("/home/")
    assert phone.url.endswith("/home/")


def test_sign_of_an_illness_fills_the_screen_and_asks_nothing(
    phone: Page, sign_in: SignIn, cast: Cast, asked: Occasion
) -> None:
    sign_in(phone, cast.patient.user)
    answer(phone, asked, "new-symptoms", {"saddle": "1"})
    expect(phone.get_by_role("heading", level=1, name="Please get medical help now")).to_be_focused()
    above_the_fold(phone)
    numbers_work(phone)
    assert not list(faults_of(phone))
    phone.get_by_role("button", name="I have read this").tap()
    expect(phone.get_by_text("Four short questions")).to_have_count(0)
    expect(phone.get_by_role("link", name="Go to your start page")).to_be_visible()
    assert Alert.objects.get().kind == Alert.Kind.RED_FLAG


def test_no_way_of_going_elsewhere_hides_the_highest_level(
    phone: Page, sign_in: SignIn, cast: Cast, asked: Occasion
) -> None:
    sign_in(phone, cast.patient.user)
    other = phone.context.new_page()
    other.goto("/messages/")
    phone.goto("/home/")
    feel(phone, asked, 3)
    # A page that was open before comes to the numbers by itself.
    expect(other.get_by_role("heading", level=1, name=NOW)).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("heading", level=1, name=NOW)).to_be_visible()
    phone.reload()
    expect(phone.get_by_role("heading", level=1, name=NOW)).to_be_visible()
    for address in ("/", "/home/", "/course/", f"/questions/{asked.pk}/", "/safety-plan/", "/progress/"):
        phone.goto(address)
        expect(phone.get_by_role("heading", level=1, name=NOW)).to_be_visible()
    third = phone.context.new_page()
    third.goto("/home/")
    expect(third.get_by_role("heading", level=1, name=NOW)).to_be_visible()


@pytest.mark.parametrize(("item", "title"), [(1, SUPPORT), (2, SUPPORT), (3, NOW)])
def test_screen_reader_hears_the_card_and_its_first_number_first(
    phone: Page, sign_in: SignIn, cast: Cast, item: int, title: str
) -> None:
    store(cast.enrolment, mood(item))
    sign_in(phone, cast.patient.user)
    phone.goto("/home/")
    expect(phone.get_by_role("heading", level=1, name=title)).to_be_focused()
    call = "Call one of these numbers now" if item == 3 else "If it gets worse, call"
    heard = heard_first(phone)
    assert heard[:4] == [
        ("heading", title),
        ("region", call),
        ("heading", call),
        ("link", "Emergency: call 999"),
    ], heard[:6]
    assert reading(phone)[:3] == [f"h1 {title}", f"h2 {call}", "a Emergency: call 999"]
    region = phone.get_by_role("region", name=call).aria_snapshot()
    assert region.index("Emergency: call 999") < region.index("Samaritans")


def test_keyboard_alone_reaches_the_first_number_and_the_button(
    desktop: Page, sign_in: SignIn, cast: Cast
) -> None:
    store(cast.enrolment, mood(3))
    sign_in(desktop, cast.patient.user)
    desktop.goto("/home/")
    expect(desktop.get_by_role("heading", level=1, name=NOW)).to_be_focused()
    desktop.keyboard.press("Tab")
    expect(first_number(desktop)).to_be_focused()
    for _number in range(4):
        desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("button", name="I have read this")).to_be_focused()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("Four short questions")).to_be_visible()
    assert not list(faults_of(desktop))


def test_without_a_network_the_numbers_stay_and_the_press_is_sent_when_it_is_back(
    phone: Page, sign_in: SignIn, cast: Cast, faults: Faults
) -> None:
    faults.expect(OFFLINE)
    store(cast.enrolment, mood(3))
    sign_in(phone, cast.patient.user)
    phone.goto("/home/")
    phone.context.set_offline(True)
    numbers_work(phone)
    phone.get_by_role("button", name="I have read this").tap()
    expect(phone.get_by_text("What you pressed is kept on this device")).to_be_visible()
    numbers_work(phone)
    assert Alert.objects.get().patient_read_at is None
    phone.context.set_offline(False)
    expect(phone.get_by_text("Four short questions")).to_be_visible()
    assert Alert.objects.get().patient_read_at


def test_answers_pressed_without_a_network_survive_the_closed_page(
    phone: Page, sign_in: SignIn, cast: Cast, faults: Faults
) -> None:
    faults.expect(OFFLINE)
    store(cast.enrolment, mood(1))
    sign_in(phone, cast.patient.user)
    phone.goto("/home/")
    phone.context.set_offline(True)
    questions(phone, **(CALM | {"intend": "yes"}))
    expect(phone.get_by_text("What you pressed is kept on this device")).to_be_visible()
    phone.close()
    context = phone.context
    context.set_offline(False)
    page = context.new_page()
    page.goto("/home/")
    # What was said raises the level, and the page that asks for it fills the screen.
    expect(page.get_by_role("heading", level=1, name=NOW)).to_be_visible()
    alert = Alert.objects.get()
    assert alert.level == Alert.Level.R3
    assert alert.events.get(kind="follow-up").details["answers"]["intend"] == "yes"


def test_network_that_goes_leaves_numbers_at_every_address(
    open_context: Callable[..., BrowserContext], sign_in: SignIn, cast: Cast, faults: Faults
) -> None:
    faults.expect(f"{OFFLINE}|navigation preload")
    store(cast.enrolment, mood(3))
    context = open_context(360, has_touch=True, is_mobile=True, service_workers="allow")
    page = context.new_page()
    sign_in(page, cast.patient.user)
    page.goto("/home/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    page.goto("/home/")
    expect(page.get_by_role("link", name="Emergency: call 999").first).to_be_visible()
    context.set_offline(False)
    page.goto("/home/")
    expect(page.get_by_role("heading", level=1, name=NOW)).to_be_visible()


def test_staff_find_the_alert_first_take_it_on_act_and_two_close_it(
    open_page: Callable[..., Page], sign_in: SignIn, cast: Cast
) -> None:
    store(cast.enrolment, mood(3))
    desk, second = open_page(1280), open_page(1280)
    sign_in(desk, cast.therapist)
    sign_in(second, cast.supervisor)
    desk.goto("/today/")
    assert not list(faults_of(desk))
    desk.set_viewport_size({"width": 1280, "height": 900})
    line = desk.locator("main a[data-work]").first
    expect(line).to_contain_text("R3")
    expect(line).to_contain_text("Maria Lund")
    line.click()
    desk.get_by_role("button", name="I take this on").click()
    expect(desk.get_by_text("Anna Berg has it since")).to_be_visible()

    act(desk, "I tried to reach them", "Write it down", channel="phone", result="reached")
    act(desk, "Risk note", "Keep the note", action="Spoke for half an hour; her sister stays with her")
    act(desk, "Outcome", "Say how it ended", outcome="safety-plan", note="Plan agreed, GP called")
    expect(desk.get_by_text("A second person has to agree")).to_be_visible()
    expect(desk.get_by_role("button", name="I agree: close it")).to_have_count(0)
    assert not list(faults_of(desk))

    second.goto("/today/")
    second.locator("main a[data-work]").first.click()
    second.get_by_role("button", name="I agree: close it").click()
    second.wait_for_load_state()
    alert = Alert.objects.get()
    assert alert.closed_at
    assert (alert.resolved_by, alert.signed_off_by) == (cast.therapist, cast.supervisor)
    desk.goto("/today/")
    expect(desk.get_by_role("heading", name="Alerts")).to_have_count(0)


@pytest.mark.parametrize("item", [1, 2])
def test_staff_close_a_lower_level_alone_after_reaching_the_person(
    desktop: Page, sign_in: SignIn, cast: Cast, item: int
) -> None:
    store(cast.enrolment, mood(item))
    sign_in(desktop, cast.therapist)
    desktop.goto("/today/")
    desktop.locator("main a[data-work]").first.click()
    expect(desktop.get_by_role("heading", level=1)).to_contain_text(f"R{item}")
    desktop.get_by_role("button", name="I take this on").click()
    act(desktop, "Risk note", "Keep the note", action="Rang, will ring again on Friday")
    act(desktop, "Outcome", "Say how it ended", outcome="no-action", note="Passing thoughts, no plan")
    expect(desktop.get_by_text("closed", exact=True).first).to_be_visible()
    assert Alert.objects.get().closed_at


def test_staff_see_a_sign_of_an_illness_on_a_phone(phone: Page, sign_in: SignIn, cast: Cast) -> None:
    store(cast.enrolment, {"saddle": 1}, slug="new-symptoms")
    sign_in(phone, cast.therapist)
    phone.goto("/today/")
    line = phone.locator("main a[data-work]").first
    expect(line).to_contain_text("R3")
    line.tap()
    expect(phone.get_by_text("There is no safety plan yet.")).to_be_visible()
    phone.get_by_role("button", name="I take this on").tap()
    expect(phone.get_by_text("Anna Berg has it since")).to_be_visible()
    assert not list(faults_of(phone))


def act(page: Page, title: str, button: str, **fields: str) -> None:
    """Open one of the folded forms of an alert, fill it and send it."""
    form = page.locator("details.disclosure").filter(has=page.get_by_text(title, exact=True))
    if not form.evaluate("(one) => one.open"):
        form.locator("summary").click()
    for name, value in fields.items():
        field = form.locator(f"[name='{name}']")
        if field.first.evaluate("(one) => one.type") == "radio":
            form.locator(f"label:has(input[name='{name}'][value='{value}'])").click()
        elif field.first.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        form.get_by_role("button", name=button).click()
