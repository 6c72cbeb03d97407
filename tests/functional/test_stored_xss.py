"""A hundred scripts in every text: a browser loads the pages and none of them runs."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page

from painclinic.accounts.models import Clinic, CrisisLine, User
from patients.models import ModuleHold, Patient
from tests.access.objects import kwargs_of
from tests.access.table import ROWS
from tests.access.vectors import RUN, VECTORS
from tests.access.visits import PAGES
from tests.access.world import World
from tests.functional.conftest import Faults

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

EVERYTHING = " ".join(VECTORS)
BREAKING_OUT = f"'\"--></title><img src=x onerror={RUN}>"
# Files are fetched and not shown; fragments are parts of pages that are loaded anyway.
NO_PAGES = ("download", "progress", "news", "api", "desk", "export", "codebook", "healthz-alerts")


def a_nasty_world() -> World:
    world = World(EVERYTHING)
    patient = Patient.objects.get(pk=world.cast.patient.pk)
    patient.address = patient.gp_name = patient.gp_contact = EVERYTHING
    patient.save()
    Patient.objects.filter(pk=patient.pk).update(name=BREAKING_OUT)
    User.objects.filter(pk__in=[patient.user_id, world.cast.therapist.pk]).update(name=BREAKING_OUT)
    Clinic.objects.update(name=BREAKING_OUT)
    CrisisLine.objects.update(label=BREAKING_OUT, note=BREAKING_OUT)
    ModuleHold.objects.filter(patient=patient).update(reason=BREAKING_OUT)
    return world


def pages_for(world: World, person: str) -> list[str]:
    shown = [
        row
        for row in ROWS
        if row.method == "GET"
        and row.cells[person] == "ok"
        and row.page.partition(":")[0] in {"patients", "messaging", "therapists", "clinics"}
        and not row.page.endswith(NO_PAGES)
    ]
    return [
        reverse(row.page, kwargs=kwargs_of(world, row.page, list(PAGES[row.page].kwargs))) for row in shown
    ]


def test_no_script_that_people_write_runs(
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, User], str],
    faults: Faults,
) -> None:
    world = a_nasty_world()
    dialogs: list[str] = []

    def close(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    for person in ("own", "ther", "adm"):
        page = open_page(1280)
        page.on("dialog", close)
        user = world.people[person]
        assert user
        sign_in(page, user)
        for path in pages_for(world, person):
            page.goto(path, wait_until="load")
            assert page.locator("h1").count(), path
            assert page.evaluate("window.__xss") is None, path
            # Folded parts and fields that only show or react when touched.
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            page.keyboard.press("Tab")
            assert page.evaluate("window.__xss") is None, path
    assert not dialogs
    assert not faults.unexpected()
