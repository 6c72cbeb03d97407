"""The trail of reading: who looked, at whom, when, in which request; and no look without it."""

from typing import Any

import pytest

from painclinic.audit.models import Action
from tests.access.probe import Seen
from tests.access.table import ROWS, Row, answer_of
from tests.access.visits import Visits
from tests.access.world import IDENTITIES

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access")]
OPENINGS = {Action.READ, Action.EXPORT, Action.EMERGENCY}
LOOKS = [row for row in ROWS if row.method == "GET" and row.trace != "-"]
STAFF = [row for row in LOOKS if row.page.startswith("therapists:") and row.trace != "list"]
looks = pytest.mark.parametrize("row", LOOKS, ids=lambda row: row.id)
openings = pytest.mark.parametrize(
    "row", [row for row in LOOKS if row.trace != "list"], ids=lambda row: row.id
)
lists = pytest.mark.parametrize("row", [row for row in LOOKS if row.trace == "list"], ids=lambda row: row.id)
of_staff = pytest.mark.parametrize("row", STAFF, ids=lambda row: row.id)


def shown(row: Row, visits: Visits) -> list[Seen]:
    return [seen for seen in visits.of(row) if answer_of(seen) == "ok"]


@openings
def test_an_event_says_who_looked_at_whom_in_which_request(row: Row, visits: Visits) -> None:
    own = {"pat": "omar", "far": "lea", "new": "ines"}
    for seen in shown(row, visits):
        assert seen.subjects == {own.get(seen.person, "maria")}
        event = next(event for event in seen.events if event.action in OPENINGS)
        assert event.actor_id == seen.user_id
        assert event.verb
        assert event.at.utcoffset() is not None
        assert event.request_id == seen.headers["X-Request-Id"]
        assert event.address.endswith("/24")


@of_staff
def test_a_look_of_an_emergency_is_told_apart(row: Row, visits: Visits) -> None:
    actions = {seen.person: {event.action for event in seen.events} & OPENINGS for seen in shown(row, visits)}
    # Nobody sees a page on which there is nothing to do; it leads elsewhere then.
    assert Action.EMERGENCY not in actions.get("ther", set())
    if "emer" in actions:
        assert actions["emer"] == {Action.EMERGENCY}


@lists
def test_a_list_names_those_on_it_and_nobody_else(row: Row, visits: Visits) -> None:
    """Compared with what the page shows: each patient named on it is in the event."""
    world = visits.world
    patients = {
        "Maria Lund": world.cast.patient.pk,
        "Omar Aziz": world.cast.other_patient.pk,
        "Nora Vane": world.nora.patient_id,
        "Lea Far": world.cast.elsewhere_patient.pk,
        "Ines Roy": world.newcomer.patient_id,
    }
    assert set(patients) == {names[0] for names in IDENTITIES.values()}
    for seen in shown(row, visits):
        answer = visits.prober.ask(seen.person, "GET", visits.path(row.page), keep_body=True)
        event = next(event for event in answer.events if event.action == Action.LIST)
        named = {pk for name, pk in patients.items() if name in answer.body}
        assert named <= set(event.object_ids), str(seen)
        assert set(event.object_ids) & set(patients.values()) <= named, str(seen)


@looks
def test_a_page_without_its_trace_is_not_served(
    row: Row, visits: Visits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail cannot be written: then nothing is shown (it fails closed)."""

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("the trail cannot be written")

    # Asked before anything breaks: the answers are kept for every other test of the run.
    answers = shown(row, visits)
    monkeypatch.setattr("painclinic.audit.actions.AuditEvent", broken)
    for seen in answers[:1]:
        again = visits.prober.ask(seen.person, "GET", visits.path(row.page), keep_body=True)
        assert (again.status, again.body) == (500, ""), str(again)


def test_a_write_without_its_event_did_not_happen(visits: Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.access.objects import body_of

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("the trail cannot be written")

    monkeypatch.setattr("painclinic.audit.actions.AuditEvent", broken)
    for row in ROWS:
        if row.method == "GET":
            continue
        for person in [person for person, cell in row.cells.items() if cell == "go"][:1]:
            data = body_of(visits.world, row.page, person)
            seen = visits.prober.ask(person, row.method, visits.path(row.page), data=data)
            assert not seen.changed, f"{seen} changed {seen.changed}"


def test_the_patient_sees_who_opened_her_record_and_why(visits: Visits) -> None:
    client = visits.prober.client("ther")
    client.get(visits.path("therapists:patient-detail"))
    page = visits.prober.client("own").get("/record-access/").content.decode()
    assert "Anna Berg" in page
    assert "Emma Gent" in page
    assert "canary-maria-reason" in page
