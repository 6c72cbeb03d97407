"""Nobody is ever shown what was made for somebody else, however their requests interleave.

Other portals mixed people up through caches and globals that outlive a request.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.access.world import BACKEND, World, forbidden_marks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
REQUESTS = 60


def pages_of(world: World, person: str) -> list[tuple[str, str]]:
    """Pages of a person with a mark that stands on them."""
    records = world.records[{"own": "maria", "pat": "omar", "ther": "maria", "same": "omar"}[person]]
    if person in {"own", "pat"}:
        return [
            (reverse("patients:home"), ""),
            (reverse("messaging:thread"), f"{records.mark}-message"),
            (reverse("patients:entry-detail", args=[records.entry.pk]), f"{records.mark}-situation"),
            (reverse("patients:homework-detail", args=[1]), f"{records.mark}-comment"),
            (f"{reverse('patients:draft-api', args=[records.draft.pk])}", f"{records.mark}-draft"),
        ]
    patient_id = records.entry.patient_id
    return [
        (reverse("therapists:today"), ""),
        (reverse("therapists:patient-messages", args=[patient_id]), f"{records.mark}-message"),
        (
            reverse("therapists:homework-review", args=[patient_id, records.homework.pk]),
            f"{records.mark}-activity",
        ),
    ]


def wander(world: World, person: str) -> list[str]:
    """Everything that was wrong with what this person was shown."""
    faults = []
    foreign = forbidden_marks(world, person)
    client = Client()
    try:
        client.force_login(world.people[person], backend=BACKEND)  # type: ignore[arg-type]  # nobody is anonymous here
        for path, mark in islice(cycle(pages_of(world, person)), REQUESTS):
            response = client.get(path)
            page = response.content.decode()
            if response.status_code != 200 or mark not in page:
                faults.append(f"{person} {path}: {response.status_code}")
            faults += [f"{person} {path} shows {other}" for other in foreign if other in page]
    finally:
        connection.close()
    return faults


def test_four_people_at_once_see_only_their_own(transactional_db: Any) -> None:
    world = World()
    people = ["own", "pat", "ther", "same"]
    with ThreadPoolExecutor(len(people)) as pool:
        faults = [fault for found in pool.map(lambda name: wander(world, name), people) for fault in found]
    assert not faults, "\n".join(faults[:20])


def test_one_browser_that_changes_hands_keeps_nothing(db: None) -> None:
    """Somebody signs out, somebody else signs in at the same browser: no word of the first is left."""
    world = World()
    client = Client()
    for person in ("own", "pat", "ther", "own"):
        client.force_login(world.people[person], backend=BACKEND)  # type: ignore[arg-type]  # nobody is anonymous here
        foreign = forbidden_marks(world, person)
        for path, _ in pages_of(world, person):
            page = client.get(path).content.decode()
            assert not [mark for mark in foreign if mark in page], (person, path)
        client.post("/sign-out/")
