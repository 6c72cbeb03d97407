"""Nothing is done for another site: every unsafe request takes a token."""

from collections.abc import Iterator

import pytest

from tests.access.objects import body_of
from tests.access.probe import Prober
from tests.access.table import ROWS, Row
from tests.access.visits import Visits

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access")]
UNSAFE = [row for row in ROWS if row.method != "GET"]


@pytest.fixture
def strict(visits: Visits) -> Iterator[Prober]:
    """Browsers whose requests are checked; test clients usually are not."""
    clients = visits.prober.clients.values()
    for client in clients:
        client.handler.enforce_csrf_checks = True
    yield visits.prober
    for client in clients:
        client.handler.enforce_csrf_checks = False


@pytest.mark.parametrize("row", UNSAFE, ids=lambda row: row.id)
def test_an_unsafe_request_without_a_token_is_refused(row: Row, visits: Visits, strict: Prober) -> None:
    for person in dict.fromkeys(["anon", *row.allowed()[:1], *row.allowed()[-1:]]):
        data = body_of(visits.world, row.page, person)
        for headers in (
            {},
            {"HX-Request": "true"},
            {"X-CSRFToken": "a" * 64, "Origin": "https://evil.example"},
        ):
            seen = strict.ask(person, row.method, visits.path(row.page), data=data, headers=headers)
            # The API asks who it is before it asks for a token.
            assert seen.status == 403 or (person == "anon" and seen.status == 401), str(seen)
            assert not seen.changed


def test_with_the_token_of_the_page_it_is_done(visits: Visits, strict: Prober) -> None:
    """So that the refusals above are about the token and nothing else."""
    client = strict.client("own")
    client.get("/settings/reminders/")
    token = client.cookies["csrf"].value
    data = body_of(visits.world, "messaging:preferences-edit", "own")
    assert client.post("/settings/reminders/", data).status_code == 403
    assert client.post("/settings/reminders/", data | {"csrfmiddlewaretoken": token}).status_code == 302
    assert client.post("/settings/reminders/", data, headers={"X-CSRFToken": token}).status_code == 302
