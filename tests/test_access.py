"""Who gets what at every address: `tests/access/table.txt` against the running site.

An address without a row fails, and so does a row without an address. What is asked for is always
something of Maria's; every other person of the table is a stranger to her in another way.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from painclinic.access.permissions import Permission
from painclinic.audit.models import Action
from tests.access.objects import KWARGS, NORAS, OWN_KWARGS, body_of, kwargs_of, unknown
from tests.access.pages import Page, all_pages
from tests.access.table import METHODS, ROWS, TRACES, Row, answer_of
from tests.access.visits import PAGES, Visits, open_visits
from tests.access.world import other_ids

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access")]

GETS = [row for row in ROWS if row.method == "GET"]
GUARDED = [row for row in ROWS if row.page in PAGES and not PAGES[row.page].is_public]
OPENINGS = {Action.READ, Action.EXPORT, Action.EMERGENCY}
EVERY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
gets = pytest.mark.parametrize("row", GETS, ids=lambda row: row.id)
pages = pytest.mark.parametrize("name", sorted(PAGES))


@pytest.fixture(scope="module")
def visits(django_db_setup: None, django_db_blocker: Any) -> Iterator[Visits]:
    with django_db_blocker.unblock(), open_visits() as opened:
        yield opened


def test_every_address_has_a_row() -> None:
    missing = [page.name for page in all_pages() if page.name not in METHODS]
    assert not missing, "say in tests/access/table.txt who gets what at: " + ", ".join(missing)


def test_every_row_has_an_address() -> None:
    assert not [row.page for row in ROWS if row.page not in PAGES]
    assert len({row.id for row in ROWS}) == len(ROWS), "two rows for the same address and method"


def test_every_address_has_a_name_of_its_own() -> None:
    names = [page.name for page in all_pages()]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.endswith("None")]


def test_every_address_can_be_filled() -> None:
    empty = {
        f"{page.name} <{name}>"
        for page in all_pages()
        for name in page.kwargs
        if name not in KWARGS and name not in OWN_KWARGS.get(page.name, {})
    }
    assert not empty, f"say in tests/access/objects.py what belongs there: {empty}"


@pytest.mark.parametrize("page", all_pages(), ids=lambda page: page.name)
def test_every_view_says_who_may_use_it(page: Page) -> None:
    if page.is_api:
        assert isinstance(page.permission, Permission), "a DRF view names its required_permission"
    else:
        assert page.is_public != isinstance(page.permission, Permission), "@requires(...) or @public"


@rows
def test_everybody_gets_what_the_table_says(row: Row, visits: Visits) -> None:
    faults = [fault for seen in visits.of(row) if (fault := row.fault(seen))]
    assert not faults, "\n".join(["", *faults])


@pytest.mark.parametrize("row", [row for row in GETS if not PAGES[row.page].is_api], ids=lambda row: row.id)
def test_a_fragment_is_guarded_like_its_page(row: Row, visits: Visits) -> None:
    faults = [fault for seen in visits.of(row, htmx=True) if (fault := row.fault(seen, htmx=True))]
    assert not faults, "\n".join(["", *faults])


@rows
def test_no_answer_holds_what_its_reader_may_not_see(row: Row, visits: Visits) -> None:
    answers = visits.of(row) + (visits.of(row, htmx=True) if row.method == "GET" else [])
    assert not {str(seen): seen.leaks for seen in answers if seen.leaks}


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: row.id)
def test_a_refused_request_changes_nothing(row: Row, visits: Visits) -> None:
    refused = [seen for seen in visits.of(row) if seen.person not in row.allowed()]
    assert not {str(seen): seen.changed for seen in refused if seen.changed}


@gets
def test_looking_changes_nothing(row: Row, visits: Visits) -> None:
    looks = visits.of(row) + visits.of(row, htmx=True)
    assert not {str(seen): seen.changed for seen in looks if seen.changed}


# What counts for all patients of a clinic, and whose those are: never those of another clinic.
FOR_THE_CLINIC = {"schedule-point", "schedule-point-add", "schedule-point-remove", "schedule-reset"}
OF_CLINIC = {"adm": {"maria", "omar", "nora", "ines"}, "admfar": {"lea"}}


@rows
def test_nothing_of_other_patients_is_changed(row: Row, visits: Visits) -> None:
    """Whoever does what at an address of Maria's: Omar, Nora and Lea stay as they are."""
    own = {"pat": "omar", "far": "lea", "new": "ines"}
    is_for_all = row.page.removeprefix("clinics:") in FOR_THE_CLINIC
    faults = {}
    for seen in visits.of(row):
        theirs = OF_CLINIC[seen.person] if is_for_all and seen.person in OF_CLINIC else set()
        if foreign := {name for _, name in seen.changed} - {"", own.get(seen.person, "maria")} - theirs:
            faults[str(seen)] = foreign
    assert not faults


@gets
def test_reading_leaves_the_trace_the_table_says(row: Row, visits: Visits) -> None:
    """One opening per request and patient, one list with its ids; nothing where nobody's record is shown."""
    for seen in visits.of(row):
        if answer_of(seen) != "ok":
            continue
        openings = [event for event in seen.events if event.action in OPENINGS]
        lists = [event for event in seen.events if event.action == Action.LIST]
        assert (len(openings), len(lists)) == TRACES[row.trace], f"{seen}: {[str(e) for e in seen.events]}"
        assert all(event.subject_id and event.clinic_id for event in openings)
        assert all(event.object_type == "patients.patient" and event.request_id for event in lists)


@pytest.mark.parametrize(
    "row", [row for row in GUARDED if not PAGES[row.page].is_api], ids=lambda row: row.id
)
def test_a_refused_act_is_on_the_trail(row: Row, visits: Visits) -> None:
    for seen in visits.of(row):
        if seen.status == 403:
            assert [event.action for event in seen.events] == [Action.DENIED], str(seen)


# Asking for a file about a patient is on the trail as its export.
CHANGES = {Action.WRITE, Action.EMERGENCY, Action.EXPORT}
# Drafts are kept keystroke by keystroke; their beginning and their end are on the trail.
KEYSTROKES = {"patients_draft", "patients_draftrevision"}


@rows
def test_whatever_was_changed_is_on_the_trail(row: Row, visits: Visits) -> None:
    for seen in visits.of(row):
        if {table for table, _ in seen.changed} - KEYSTROKES:
            assert any(event.action in CHANGES for event in seen.events), f"{seen} changed {seen.changed}"


@pages
def test_methods_that_are_not_offered_are_refused(name: str, visits: Visits) -> None:
    """By the gate, or as not allowed. HEAD goes with GET."""
    offered = METHODS[name] | ({"HEAD"} if "GET" in METHODS[name] else set())
    row = next(row for row in ROWS if row.page == name)
    for method in EVERY_METHOD:
        if method in offered:
            continue
        for person in dict.fromkeys(["anon", *row.allowed()[-1:]]):
            seen = visits.prober.ask(
                person, method, visits.path(name), data=_any_body(visits, name, method, person)
            )
            is_api_question = method == "OPTIONS" and PAGES[name].is_api
            assert seen.status in {302, 401, 403, 404, 405} or is_api_question, str(seen)
            assert not seen.changed
            assert not seen.leaks


def _any_body(visits: Visits, name: str, method: str, person: str) -> Any:
    return body_of(visits.world, name, person) if method in {"POST", "PUT"} else None


@gets
def test_head_is_answered_like_get_without_a_body(row: Row, visits: Visits) -> None:
    for person in dict.fromkeys(["anon", *row.allowed()[-1:]]):
        seen = visits.prober.ask(person, "HEAD", visits.path(row.page), page=row.page, keep_body=True)
        assert not seen.body or seen.status == 405
        assert seen.status == 405 or not row.fault(seen)


@pytest.mark.parametrize("row", [row for row in ROWS if PAGES[row.page].kwargs], ids=lambda row: row.id)
def test_what_nobody_has_is_not_found(row: Row, visits: Visits) -> None:
    names = list(PAGES[row.page].kwargs)
    given = kwargs_of(visits.world, row.page, names)
    for name in names:
        path = reverse(row.page, kwargs=given | {name: unknown(given[name])})
        for person in set(row.allowed()) & set(row.one_of_each()):
            seen = visits.prober.ask(
                person, row.method, path, data=_any_body(visits, row.page, row.method, person)
            )
            is_asked_first = row.leads_to == ("/account/confirm/",) and answer_of(seen) == "go"
            assert seen.status in {404, 410} or is_asked_first or PAGES[row.page].is_public, str(seen)
            assert not seen.changed


CHILDREN = [row for row in ROWS if sum(name in NORAS for name in PAGES[row.page].kwargs) > 1]


@pytest.mark.parametrize("row", CHILDREN, ids=lambda row: row.id)
def test_a_child_of_another_parent_is_not_found(row: Row, visits: Visits) -> None:
    """Nora has the same therapist: both halves of the address may be seen, but not together."""
    names = list(PAGES[row.page].kwargs)
    given = kwargs_of(visits.world, row.page, names)
    for name in names:
        if name not in NORAS:
            continue
        path = reverse(row.page, kwargs=given | {name: NORAS[name](visits.world)})
        for person in set(row.allowed()) & set(row.one_of_each()):
            seen = visits.prober.ask(
                person, row.method, path, data=_any_body(visits, row.page, row.method, person)
            )
            assert seen.status == 404, str(seen)
            assert not seen.changed


LET_IN = {"ok", "go", "422"}
# Drafts have tests of their own for foreign targets.
OWN_PAGES = [
    row
    for row in GUARDED
    if row.cells["own"] in LET_IN and row.cells["ther"] not in LET_IN and not PAGES[row.page].is_api
]


@pytest.mark.parametrize("row", OWN_PAGES, ids=lambda row: row.id)
def test_a_patients_own_page_takes_nobody_from_the_request(row: Row, visits: Visits) -> None:
    """Omar's ids under every likely name, in query and body: the answer stays Maria's."""
    smuggled = {name: str(value) for name, value in other_ids(visits.world).items()}
    query = "&".join(f"{name}={value}" for name, value in smuggled.items())
    path = f"{visits.path(row.page)}?{query}"
    data = smuggled | body_of(visits.world, row.page, "own") if row.method == "POST" else None
    seen = visits.prober.ask("own", row.method, path, data=data)
    assert answer_of(seen) == row.cells["own"], str(seen)
    assert not seen.leaks
    assert {name for _, name in seen.changed} <= {"", "maria"}
    assert {event.subject_id for event in seen.events} <= {None, visits.world.cast.patient.pk}


@pytest.mark.parametrize(
    ("person", "place"),
    [("own", "/home/"), ("ther", "/today/"), ("sup", "/caseload/"), ("adm", "/desk/"), ("emer", "/today/")],
)
def test_the_front_door_leads_everybody_to_their_own_place(person: str, place: str, visits: Visits) -> None:
    assert visits.prober.ask(person, "GET", "/").location == place


def test_after_signing_in_a_stranger_comes_back_to_the_page_and_not_to_a_form() -> None:
    """The way back names the page that was asked for; never a fragment, never the target of a form."""
    from django.test import Client

    page = "/record-access/"
    assert Client().get(page)["Location"] == f"/sign-in/?next={page}"
    assert Client().post(page)["Location"] == "/sign-in/?next=/"
    assert Client().get(page, headers={"HX-Request": "true"})["HX-Redirect"] == "/sign-in/?next=/"
