"""Spanish beyond the pages of a patient: mails, printed pages, and what a clinic sees when it enrols."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from messaging.jobs import deliver_due
from painclinic.accounts.models import Role, User
from painclinic.audit.actions import System
from painclinic.dates import written_day
from patients import jobs
from patients.actions.reports import request_report
from patients.models import Enrolment, Patient, Report
from patients.workbook.wanted import find
from programs.actions import load_programme, publish_version
from tests.factories.cast import (
    CONTENT,
    Cast,
    a_person,
    make_clinic,
    make_patient,
    make_staff,
    open_first_module,
)
from tests.integration.clinics.test_enrol import ENROL, a_form
from tests.unit.pdf.parsed import Parsed
from tests.unit.reports.pdf_text import text_of

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def publish_spanish() -> Any:
    loaded = load_programme(path=CONTENT.parent / "es", by=System("test"))
    return publish_version(version=loaded, by=System("test"))


@pytest.fixture
def enrolment() -> Enrolment:
    clinic = make_clinic()
    admin = make_staff(clinic, Role.CLINIC_ADMIN, "admin@example.org", "Ada")
    therapist = make_staff(clinic, Role.THERAPIST, "tess@example.org", "Tess")
    made = make_patient(clinic, admin, therapist, a_person(), publish_spanish())
    User.objects.filter(pk=made.patient.user_id).update(language="es")
    return Enrolment.objects.get(pk=made.pk)


def enrol(cast: Cast, client: Client, **changes: Any) -> str:
    client.force_login(cast.admin, backend=BACKEND)
    answer = client.post(ENROL, a_form(cast, **changes), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_enrolling_offers_spanish_and_marks_its_course_as_a_draft(cast: Cast, client: Client) -> None:
    publish_spanish()
    client.force_login(cast.admin, backend=BACKEND)
    html = client.get(ENROL).content.decode()
    assert re.search(r'<option value="es"[^>]*>Español</option>', html)
    assert re.search(r", es, version 1 \(draft: not yet reviewed\)", html)


def test_enrolling_in_spanish_with_the_spanish_course_keeps_both(cast: Cast, client: Client) -> None:
    version = publish_spanish()
    html = enrol(cast, client, language="es", programme=str(version.pk))
    patient = Patient.objects.get(email="grace@example.org")
    assert patient.user.language == "es"
    assert Enrolment.objects.get(patient=patient).programme_version == version
    assert "The pages are in" not in html


def test_enrolling_in_spanish_without_a_spanish_course_says_so_plainly(cast: Cast, client: Client) -> None:
    html = enrol(cast, client, language="es")
    assert "The pages are in Español, but there is no course in that language yet." in html


def test_enrolling_in_spanish_on_another_course_says_so_plainly(cast: Cast, client: Client) -> None:
    publish_spanish()
    html = enrol(cast, client, language="es")
    assert "but you chose a course in another language" in html


def test_invitation_of_a_spanish_patient_is_written_in_spanish(cast: Cast, client: Client) -> None:
    enrol(cast, client, language="es")
    deliver_due()
    (sent,) = [one for one in mail.outbox if "grace@example.org" in one.to]
    assert "Su clínica le ha preparado un lugar en línea" in str(sent.body)
    assert re.search(r"hasta el .* \d+ de [a-z]+", str(sent.body))
    assert "If in doubt" not in str(sent.body)


def test_progress_report_of_a_spanish_patient_is_spanish(enrolment: Enrolment) -> None:
    report = request_report(
        by=enrolment.patient.user, enrolment=enrolment, edition="patient", request_id=uuid4()
    )
    jobs.make_reports()
    made = Report.objects.get(pk=report.pk)
    assert (made.state, made.fault) == ("ready", "")
    said = text_of(bytes(made.content))
    assert "Mi progreso hasta ahora" in said
    assert "My progress" not in said


def test_workbook_of_a_spanish_course_is_spanish_and_says_so_in_the_file(enrolment: Enrolment) -> None:
    user = enrolment.patient.user
    open_first_module(enrolment)
    wanted = find(user, enrolment, "module", "1")
    assert wanted is not None
    request_report(by=user, enrolment=enrolment, edition="patient", request_id=uuid4(), printed=wanted)

    jobs.make_reports()

    made = Report.objects.get()
    assert (made.state, made.fault) == ("ready", "")
    assert re.search(r"/Lang \(es", Parsed(bytes(made.content)).one("/Type /Catalog"))
    said = text_of(bytes(made.content))
    assert "Semana 1" in said
    for english in ("Week 1", "Homework", "Help now", "How to use this book", "Printed"):
        assert english not in said, english


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("j F", "4 de marzo"), ("l j F Y", "miércoles 4 de marzo de 2026"), ("Y-m-d", "2026-03-04")],
)
def test_day_in_spanish_is_written_as_spanish_does(pattern: str, expected: str) -> None:
    with translation.override("es"):
        assert written_day(date(2026, 3, 4), pattern).lower() == expected
