"""Notices on a device, in a real browser: its service worker gets what the push service would hand it.

A browser without a window has no push service to subscribe at, so that the subscription itself is stood in
for; the page's script, the form, the worker and the encryption are real.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from messaging.models import PushDevice
from painclinic.accounts.models import User
from tests.factories.cast import Cast
from tests.factories.ways import a_browser, a_device
from tests.functional.conftest import Faults
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[Page, User], str]
PAGE = "/account/notices/"
# What `PushManager` would do with a push service behind it.
STANDS_IN = """
(() => {
  const given = %s;
  const own = {
    endpoint: given.endpoint,
    options: {},
    toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
    unsubscribe: async () => { sessionStorage.removeItem("subscribed"); return true; },
  };
  const is_on = () => sessionStorage.getItem("subscribed") === "1";
  PushManager.prototype.getSubscription = async () => (is_on() ? own : null);
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("options");
    sessionStorage.setItem("subscribed", "1");
    return own;
  };
  Notification.requestPermission = async () => "granted";
})();
"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
    .map((one) => [one.title, one.body, one.tag])"""


@pytest.fixture
def staff_phone(open_context: Callable[..., BrowserContext], cast: Cast, sign_in: SignIn) -> Page:
    context = open_context(360, has_touch=True, is_mobile=True, service_workers="allow")
    context.add_init_script(STANDS_IN % json.dumps(a_browser().form()))
    page = context.new_page()
    sign_in(page, cast.therapist)
    return page


def test_notices_are_switched_on_tried_and_taken_off_on_a_phone(staff_phone: Page, cast: Cast) -> None:
    page = staff_phone
    page.goto(PAGE)
    page.get_by_role("button", name="Switch on for this device").tap()
    expect(page.get_by_text("Notices come to this device now")).to_be_visible()
    expect(page.get_by_text("Notices are on for this device.")).to_be_visible()
    expect(page.get_by_text("This device", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Switch on for this device")).to_be_hidden()
    assert PushDevice.objects.live().get(user=cast.therapist).label.startswith("Chrome")
    assert not list(faults_of(page))
    page.get_by_role("button", name="Try it").tap()
    expect(page.get_by_text("A trial is on its way")).to_be_visible()
    page.get_by_role("button", name="Take it off").tap()
    expect(page.get_by_text("gets no notices any more")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('subscribed')") is None
    expect(page.get_by_role("button", name="Switch on for this device")).to_be_visible()


def test_device_of_before_is_not_taken_for_this_one(staff_phone: Page, cast: Cast) -> None:
    a_device(cast.therapist)
    staff_phone.goto(PAGE)
    expect(staff_phone.get_by_role("button", name="Switch on for this device")).to_be_visible()
    expect(staff_phone.get_by_text("This device", exact=True)).to_be_hidden()


def push_to(page: Page, live_server: Any, data: str) -> None:
    """Hand the page's service worker a message, as the browser does with one of a push service."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(200)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": live_server.url, "registrationId": found[-1], "data": data},
    )


def test_worker_shows_the_words_once_for_each_notice_and_keeps_nothing(
    staff_phone: Page, live_server: Any
) -> None:
    page = staff_phone
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.goto(PAGE)
    for tag in ("one", "one", "two"):
        push_to(page, live_server, json.dumps({"title": "Please sign in and look now", "tag": tag}))
    page.wait_for_function(f"async () => (await ({SHOWN})()).length === 2")
    shown = page.evaluate(SHOWN)
    assert sorted(shown) == [
        ["Please sign in and look now", "", "one"],
        ["Please sign in and look now", "", "two"],
    ]
    assert page.evaluate("async () => (await caches.match('/account/notices/')) === undefined")


def test_message_that_is_not_readable_calls_all_the_same(staff_phone: Page, live_server: Any) -> None:
    page = staff_phone
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.goto(PAGE)
    push_to(page, live_server, "not json")
    page.wait_for_function(f"async () => (await ({SHOWN})()).length === 1")
    assert page.evaluate(SHOWN)[0][0] == "Please sign in and look now"


def test_browser_that_can_not_is_told_so(
    open_page: Callable[..., Page], cast: Cast, sign_in: SignIn, faults: Faults
) -> None:
    page = open_page(1280)
    page.add_init_script("delete window.PushManager;")
    sign_in(page, cast.therapist)
    page.goto(PAGE)
    expect(page.get_by_text("This browser can not show notices")).to_be_visible()
    assert not list(faults_of(page))
