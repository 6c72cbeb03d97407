"""What a page of the course costs on the wire: as few requests and bytes as a slow phone can bear."""

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response

from painclinic.accounts.models import User
from tests.factories.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_REQUESTS, MOST_BYTES = 8, 70_000
PAGES = ["/home/", "/course/", "/course/1/", *(f"/course/1/{number}/" for number in (1, 4, 7, 8, 9, 12))]
PAGES += ["/relaxation/belly-breathing/"]


def on_the_wire(answer: Response) -> int:
    """Bytes of head and body, the body compressed.

    The site compresses its pages, and its files when they are collected. The browser hands over what it
    has unpacked, and the server of the tests has nothing collected: so it is packed here again.
    """
    body = answer.body() if answer.status == 200 else b""
    head = sum(len(name) + len(value) + 4 for name, value in answer.all_headers().items())
    return head + len(gzip.compress(body, compresslevel=6))


def weigh(page: Page, path: str) -> tuple[int, int]:
    """Requests and bytes of a first visit, with nothing in the browser's memory."""
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    answers: list[Response] = []

    def came(answer: Response) -> None:
        answers.append(answer)

    page.on("response", came)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", came)
    return len(answers), sum(map(on_the_wire, answers))


def test_pages_of_the_course_are_light(
    real_cast: Cast,
    phone: Page,
    sign_in: Callable[[Page, User], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    sign_in(phone, real_cast.patient.user)
    found = {path: weigh(phone, path) for path in PAGES}
    with capsys.disabled():
        print()
        for path, (requests, weight) in found.items():
            print(f"  {path:<32} {requests:>2} requests {weight / 1000:6.1f} kB")
    heavy = {path: cost for path, cost in found.items() if cost[0] > MOST_REQUESTS or cost[1] > MOST_BYTES}
    assert not heavy, heavy
