"""Without a network: whom to call is there, the safety plan if its person asked for it, nothing else."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from painclinic.accounts.models import CrisisLine, User
from patients.actions.plans import save_safety_plan
from tests.factories.cast import Cast
from tests.functional.conftest import Faults
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OFFLINE = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch|navigation preload"
SignIn = Callable[[Page, User], str]
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
    }
    return found;
}"""
PLANS = """async () => {
    const known = await indexedDB.databases();
    if (!known.some((one) => one.name === "painclinic-plan")) return [];
    const opening = indexedDB.open("painclinic-plan");
    const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
    const reading = database.transaction("plans").objectStore("plans").getAll();
    const rows = await new Promise((done) => { reading.onsuccess = () => done(reading.result); });
    database.close();
    return rows.map((row) => [row.key.extractable, new TextDecoder().decode(row.box)]);
}"""


@pytest.fixture
def phone_context(open_context: Callable[..., BrowserContext], faults: Faults) -> BrowserContext:
    faults.expect(OFFLINE)
    return open_context(360, has_touch=True, is_mobile=True, service_workers="allow")


def ready(page: Page) -> None:
    """The worker is there, answers for this page, and has its copy."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def numbers_are_there(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Help now")).to_be_visible()
    expect(page.get_by_role("link", name="Emergency: call 999").first).to_have_attribute("href", "tel:999")
    expect(page.get_by_role("link", name="Samaritans: call 116 123").first).to_be_visible()


def a_plan(cast: Cast) -> None:
    save_safety_plan(
        by=cast.patient.user,
        patient=cast.patient,
        raw={"alone": "Walk to the lake", "helpers-0-name": "Pat", "helpers-0-phone": "07700 900123"},
        submission_id=uuid4(),
    )


def keep(page: Page) -> None:
    page.goto("/safety-plan/")
    ready(page)
    page.get_by_role("button", name="Keep my plan on this device").tap()
    expect(page.get_by_role("button", name="Remove it from this device")).to_be_focused()
    expect(page.locator("#live")).to_contain_text("Your plan is on this device.")


@pytest.mark.parametrize("address", ["/help-now/", "/home/", "/messages/", "/"])
def test_numbers_are_there_without_a_network_at_every_address(
    phone_context: BrowserContext, cast: Cast, address: str
) -> None:
    page = phone_context.new_page()
    page.goto("/sign-in/")
    ready(page)
    phone_context.set_offline(True)
    page.goto(address)
    numbers_are_there(page)
    expect(page.get_by_text("There is no internet just now")).to_be_visible()
    assert not list(faults_of(page))
    phone_context.set_offline(False)
    page.get_by_role("link", name="Try to open the page again").tap()
    expect(page.get_by_text("There is no internet just now")).to_be_hidden()


def test_help_is_one_tap_from_a_page_that_was_open_when_the_network_went(
    phone_context: BrowserContext, cast: Cast, sign_in: SignIn
) -> None:
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    page.goto("/home/")
    ready(page)
    phone_context.set_offline(True)
    page.get_by_role("banner").get_by_role("link", name="Help now").tap()
    numbers_are_there(page)


def test_nothing_of_a_person_is_kept_by_the_worker(
    phone_context: BrowserContext, cast: Cast, sign_in: SignIn
) -> None:
    a_plan(cast)
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    for address in ("/home/", "/messages/", "/safety-plan/", "/help-now/", "/progress/"):
        page.goto(address)
        ready(page)
    kept = page.evaluate(KEPT)
    assert set(kept) == {
        "/help-now/offline/",
        "/static/css/joined-plain.css",
        "/static/img/icon.svg",
        "/static/js/plan/offline.js",
    }
    text = page.evaluate("async () => (await (await caches.match('/help-now/offline/')).text())")
    assert "116 123" in text
    for words in ("Maria", "Lund", "Walk to the lake", "csrf"):
        assert words not in text


def test_number_that_changed_is_in_the_next_copy(phone_context: BrowserContext, cast: Cast) -> None:
    page = phone_context.new_page()
    page.goto("/help-now/")
    ready(page)
    CrisisLine.objects.filter(clinic=cast.clinic).update(number="116 999")
    # As if the copy were two hours old.
    page.evaluate("""async () => {
        const cache = await caches.open((await caches.keys())[0]);
        const old = await cache.match("/help-now/offline/");
        const headers = new Headers(old.headers);
        headers.set("Date", new Date(Date.now() - 7_200_000).toUTCString());
        await cache.put("/help-now/offline/", new Response(await old.text(), { headers }));
    }""")
    page.goto("/help-now/")
    page.wait_for_function(
        "async () => (await (await caches.match('/help-now/offline/')).text()).includes('116 999')"
    )


def test_site_that_is_away_gives_the_numbers(
    phone_context: BrowserContext, cast: Cast, monkeypatch: Any
) -> None:
    from painclinic.access import views

    page = phone_context.new_page()
    page.goto("/help-now/")
    ready(page)

    def away(*args: Any, **kwargs: Any) -> Any:
        from django.http import HttpResponse

        return HttpResponse("Bad gateway", status=502)

    monkeypatch.setattr(views, "render", away)
    page.goto("/help-now/")
    numbers_are_there(page)


def test_plan_is_there_without_a_network_only_after_it_was_asked_for(
    phone_context: BrowserContext, cast: Cast, sign_in: SignIn
) -> None:
    a_plan(cast)
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    page.goto("/safety-plan/")
    ready(page)
    expect(page.get_by_text("Whoever can open this device can then read it")).to_be_visible()
    assert page.evaluate(PLANS) == []
    phone_context.set_offline(True)
    page.goto("/safety-plan/")
    expect(page.get_by_text("Walk to the lake")).to_be_hidden()
    phone_context.set_offline(False)

    keep(page)
    [(is_extractable, box)] = page.evaluate(PLANS)
    assert not is_extractable
    assert "lake" not in box
    phone_context.set_offline(True)
    page.goto("/safety-plan/")
    numbers_are_there(page)
    expect(page.get_by_text("Walk to the lake")).to_be_visible()
    expect(page.get_by_role("link", name="Pat: 07700 900123")).to_have_attribute("href", "tel:07700900123")
    assert not list(faults_of(page))


def test_one_tap_removes_the_plan_from_the_device_with_or_without_a_network(
    phone_context: BrowserContext, cast: Cast, sign_in: SignIn
) -> None:
    a_plan(cast)
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    keep(page)
    page.get_by_role("button", name="Remove it from this device").tap()
    expect(page.get_by_role("button", name="Keep my plan on this device")).to_be_focused()
    assert page.evaluate(PLANS) == []

    keep(page)
    phone_context.set_offline(True)
    page.goto("/safety-plan/")
    page.get_by_role("button", name="Remove it from this device").tap()
    expect(page.get_by_text("It is removed from this device.")).to_be_visible()
    assert page.evaluate(PLANS) == []


def test_signing_out_removes_the_plan_from_the_device(
    phone_context: BrowserContext, cast: Cast, sign_in: SignIn
) -> None:
    a_plan(cast)
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    keep(page)
    page.get_by_text("Menu", exact=True).tap()
    page.get_by_role("button", name="Sign out").tap()
    page.wait_for_url(lambda url: "/safety-plan/" not in url)
    page.wait_for_load_state()
    assert page.evaluate(PLANS) == []


def test_somebody_else_who_signs_in_finds_no_plan(
    phone_context: BrowserContext, cast: Cast, sign_in: SignIn
) -> None:
    a_plan(cast)
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    keep(page)
    sign_in(page, cast.other_patient.user)
    page.goto("/home/")
    page.wait_for_selector("html[data-autosave=ready]", state="attached")
    assert page.evaluate(PLANS) == []
    phone_context.set_offline(True)
    page.goto("/help-now/")
    expect(page.get_by_text("Walk to the lake")).to_be_hidden()


def test_shared_device_keeps_no_plan(phone_context: BrowserContext, cast: Cast, sign_in: SignIn) -> None:
    a_plan(cast)
    page = phone_context.new_page()
    sign_in(page, cast.patient.user)
    keep(page)
    page.goto("/safety-plan/write/")
    page.wait_for_selector("html[data-autosave=ready]", state="attached")
    page.get_by_text("How this is saved").tap()
    page.get_by_text("Other people use this device").tap()
    page.wait_for_timeout(300)
    assert page.evaluate(PLANS) == []
    page.goto("/safety-plan/")
    expect(page.get_by_text("Nothing is kept on it.")).to_be_visible()
