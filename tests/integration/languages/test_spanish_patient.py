"""A patient whose language is Spanish, on the Spanish text of the course, meets no English sentence."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from painclinic.accounts.models import Role, User
from painclinic.audit.actions import System
from patients.models import Enrolment
from programs.actions import load_programme, publish_version
from tests.factories.cast import (
    CONTENT,
    a_person,
    make_clinic,
    make_patient,
    make_staff,
    open_first_module,
)
from tests.unit.languages.test_catalogues import BOOKS, is_done, texts

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PLACES = (
    "/home/",
    "/course/",
    "/course/1/",
    *(f"/course/1/{step}/" for step in range(1, 13)),
    "/course/1/homework/",
    "/practice/",
    "/practice/w1-pain-cycle/new/",
    "/practice/w3-activity-log/new/",
    "/messages/",
    "/progress/",
    "/flare-up/",
    "/help-now/",
    "/display/",
    "/settings/reminders/",
    "/reports/",
    "/questions/",
    "/account/consent/",
    "/pause/",
    "/relaxation/",
    "/support/",
)


@pytest.fixture
def enrolment() -> Enrolment:
    clinic = make_clinic()
    admin = make_staff(clinic, Role.CLINIC_ADMIN, "admin@example.org", "Ada")
    therapist = make_staff(clinic, Role.THERAPIST, "tess@example.org", "Tess")
    loaded = load_programme(path=CONTENT.parent / "es", by=System("test"))
    version = publish_version(version=loaded, by=System("test"))
    made = make_patient(clinic, admin, therapist, a_person(), version)
    User.objects.filter(pk=made.patient.user_id).update(language="es")
    made.patient.user.refresh_from_db()
    open_first_module(made)
    return made


@pytest.fixture
def patient(enrolment: Enrolment, client: Client) -> Client:
    client.force_login(enrolment.patient.user, backend=BACKEND)
    return client


def english() -> set[str]:
    """Sentences of the interface whose Spanish differs; short words may be names or the same in both."""
    book = next(book for book in BOOKS if book.parts[-3] == "es")
    found = {text["msgid"] for text in texts(book) if is_done(text) and text.get("msgstr") != text["msgid"]}
    return {words for words in found if len(words.split()) > 2 and "%" not in words}


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(html)))


def read(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_patient_with_spanish_meets_no_english_sentence(patient: Client) -> None:
    sentences = english()
    for address in PLACES:
        html = read(patient, address)
        assert '<html lang="es"' in html, address
        found = [words for words in sentences if words in words_of(html)]
        assert not found, f"{address}: {found}"


def test_patient_with_spanish_sees_that_the_translation_is_a_draft(patient: Client) -> None:
    assert "Esta traducción es un borrador" in read(patient, "/home/")


def test_patient_with_english_sees_nothing_about_drafts(enrolment: Enrolment, patient: Client) -> None:
    User.objects.filter(pk=enrolment.patient.user_id).update(language="en-gb")
    html = read(patient, "/home/")
    assert '<html lang="en-gb"' in html
    assert "This translation is a draft" not in html


def test_text_of_the_course_is_spanish_on_its_page(patient: Client) -> None:
    assert "su dolor es real" in read(patient, "/course/1/1/")
