"""The course in Spanish on a phone: nothing sticks out, axe finds nothing, and pages say their language."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from painclinic.accounts.models import Role, User
from painclinic.audit.actions import System
from patients.models import Enrolment
from programs.actions import load_programme, publish_version
from tests.factories.cast import CONTENT, a_person, make_clinic, make_patient, make_staff, open_first_module
from tests.factories.instruments import load_builtins
from tests.functional.loop.eyes import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SignIn = Callable[[Page, User], str]
PATIENTS = (
    "/home/",
    "/course/",
    "/course/1/",
    "/course/1/2/",
    "/course/1/7/",
    "/course/1/8/",
    "/practice/",
    "/practice/w3-activity-log/new/",
    "/quick/w3-activity-log/",
    "/questions/",
    "/messages/",
    "/progress/",
    "/flare-up/",
    "/help-now/",
    "/support/",
)
STAFF = {
    "tess@example.org": ("/today/", "/caseload/"),
    "admin@example.org": ("/desk/patients/", "/desk/questionnaires/", "/desk/duty/"),
}


@pytest.fixture
def enrolment(transactional_db: None) -> Enrolment:
    load_builtins()
    clinic = make_clinic()
    admin = make_staff(clinic, Role.CLINIC_ADMIN, "admin@example.org", "Ada")
    therapist = make_staff(clinic, Role.THERAPIST, "tess@example.org", "Tess")
    loaded = load_programme(path=CONTENT.parent / "es", by=System("test"))
    version = publish_version(version=loaded, by=System("test"))
    made = make_patient(clinic, admin, therapist, a_person(), version)
    open_first_module(made)
    User.objects.update(language="es")
    made.patient.language = "es"
    made.patient.save()
    return made


def _look(page: Page, address: str) -> list[str]:
    """What is wrong with a page; LOOK names a folder for a picture of it."""
    answer = page.goto(address)
    assert answer is not None
    if folder := os.environ.get("LOOK"):
        name = f"es-{page.viewport_size['width'] if page.viewport_size else 0}{address}".replace("/", "-")
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    found = [f"{address}: {fault}" for fault in faults_of(page, "es")]
    if answer.status != 200:
        found.append(f"{address}: answered {answer.status}")
    return found


def test_pages_of_a_spanish_patient_are_good_on_a_phone(
    open_page: Callable[..., Page], sign_in: SignIn, enrolment: Enrolment
) -> None:
    page = open_page(360)
    sign_in(page, enrolment.patient.user)
    found = [fault for address in PATIENTS for fault in _look(page, address)]
    assert not found, "\n".join(found)


def test_pages_of_staff_are_good_in_spanish(
    open_page: Callable[..., Page], sign_in: SignIn, enrolment: Enrolment
) -> None:
    found = []
    for email, addresses in STAFF.items():
        page = open_page(1280)
        sign_in(page, User.objects.get(email=email))
        found += [fault for address in addresses for fault in _look(page, address)]
        page.context.close()
    assert not found, "\n".join(found)
