"""Every page of the loop: on a phone and on a desk, enlarged, in the dark, without scripts."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from messaging.models import DemoMail
from painclinic import clock
from painclinic.accounts.models import User
from tests.functional.loop.eyes import faults_of
from tests.functional.loop.places import TABLE, Places, lively

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
# Who is looked at together: each test builds the clinic anew.
GROUPS = {
    "outside": ("nobody", "invited", "newcomer"),
    "patient": ("patient",),
    "therapist": ("therapist", "colleague", "supervisor"),
    "admin": ("admin",),
}


@pytest.fixture
def places(transactional_db: None) -> Iterator[Places]:
    yield lively()
    clock.set_shift(timedelta(0))


def test_the_table_leaves_nobody_out(places: Places) -> None:
    """Every kind of person has pages in the table and is looked at."""
    looked_at = {who for group in GROUPS.values() for who in group}
    assert looked_at == set(places.people) == {who for who, _pattern in TABLE}


@pytest.mark.parametrize("group", GROUPS)
def test_every_page_is_good_for_everybody(
    places: Places, open_page: Callable[..., Page], sign_in: SignIn, group: str
) -> None:
    """All faults of all pages are said at once."""
    found: list[str] = []
    for who in GROUPS[group]:
        page = open_page(360)
        if person := places.people[who]:
            sign_in(page, person)
        for address in (places.address(pattern) for one, pattern in TABLE if one == who):
            answer = page.goto(address)
            if answer is None or answer.status != 200 or not page.url.endswith(address):
                found.append(f"{who} {address}: came to {page.url}")
                continue
            found += [f"{who} {address}: {fault}" for fault in faults_of(page)]
        page.context.close()
    assert not found, "\n".join(found)


def test_pages_of_a_demonstration_say_so(places: Places, phone: Page, settings: Any) -> None:
    settings.DEMO = True
    mail = DemoMail.objects.create(
        to="rosa@example.org", subject="An invitation", body="Follow http://localhost/ please."
    )
    for address in ("/", "/demo/mail/", f"/demo/mail/{mail.pk}/"):
        phone.goto(address)
        expect(phone.get_by_text("demonstration").first).to_be_visible()
        assert not list(faults_of(phone)), address
