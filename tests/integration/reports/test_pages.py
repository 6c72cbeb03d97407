"""The pages of reports through the real client: ask, wait, be told, fetch the file."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from painclinic import pdf
from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from patients import jobs
from patients.actions.emergency import open_in_emergency
from patients.actions.enrolment import change_therapist
from patients.actions.reports import request_report
from patients.models import Report
from patients.reports import asked
from tests.factories.cast import Cast
from tests.integration.reports.rich import Course
from tests.unit.reports.pdf_text import text_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HTMX = {"HX-Request": "true"}
LIVE = "hx-swap-oob"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def patient(begun: Course) -> Client:
    return signed_in(begun.user)


@pytest.fixture
def therapist(begun: Course) -> Client:
    return signed_in(begun.therapist)


def html(response: Any) -> str:
    assert response.status_code == 200, response
    return str(response.content.decode())


def request_id(page: str) -> str:
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found
    return found[1]


def asked_by(client: Client, base: str = "/reports/", **data: str) -> str:
    """Press the button on the list of reports; returns the address of the report's page."""
    data["request_id"] = request_id(html(client.get(base)))
    response = client.post(f"{base}new/", data)
    assert response.status_code == 302
    return str(response["Location"])


def of_staff(begun: Course) -> str:
    return f"/patients/{begun.enrolment.patient_id}/reports/"


def file_of(client: Client, page: str) -> bytes:
    return bytes(client.get(f"{page}file/").content)


def test_patient_asks_waits_and_downloads(patient: Client) -> None:
    page = asked_by(patient, large_print="on")
    waiting = html(patient.get(page))
    assert "Your report is being made" in waiting
    assert "Look again" in waiting
    assert f'{page}progress/?looks=1" hx-trigger="load delay:2s"' in waiting
    jobs.make_reports()
    ready = html(patient.get(page))
    assert "Download the PDF" in ready
    assert "delay:2s" not in ready
    pressed = patient.post(f"{page}file/")
    assert (pressed.status_code, pressed["Location"]) == (302, f"{page}file/")
    assert "Maria Lund" in text_of(file_of(patient, page))


def test_file_is_an_attachment_with_a_neutral_name_and_stays_in_no_cache(patient: Client) -> None:
    page = asked_by(patient)
    jobs.make_reports()
    response = patient.get(f"{page}file/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="progress-report-2026-03-04.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]


def test_waiting_page_hears_how_far_it_is_and_that_it_is_ready(patient: Client) -> None:
    page = asked_by(patient)
    Report.objects.update(state="running", percent=40)
    part = html(patient.get(f"{page}progress/?looks=1", headers=HTMX))
    assert '<progress max="100" value="40"' in part
    assert "looks=2" in part
    assert LIVE not in part
    Report.objects.update(state="queued")
    jobs.make_reports()
    part = html(patient.get(f"{page}progress/?looks=2", headers=HTMX))
    assert "Download the PDF" in part
    assert f'id="live" class="visually-hidden" role="status" aria-live="polite" {LIVE}' in part
    assert "delay:2s" not in part
    assert "<html" not in part


def test_waiting_page_stops_looking_in_the_end(patient: Client) -> None:
    page = asked_by(patient)
    part = html(patient.get(f"{page}progress/?looks={asked.MOST_LOOKS}", headers=HTMX))
    assert "delay:2s" not in part
    assert "Look again" in part


def test_looking_changes_nothing_and_leaves_no_trail(patient: Client) -> None:
    page = asked_by(patient)
    jobs.make_reports()
    before = AuditEvent.objects.count()
    patient.get(f"{page}progress/", headers=HTMX)
    patient.get("/reports/news/", headers=HTMX)
    assert AuditEvent.objects.count() == before
    assert Report.objects.get().seen_at is None


def test_other_pages_tell_that_it_is_ready_until_it_is_seen(patient: Client) -> None:
    assert "report-news" not in html(patient.get("/progress/"))
    page = asked_by(patient)
    waiting = html(patient.get("/progress/"))
    assert 'hx-get="/reports/news/?looks=1"' in waiting
    assert "Your report is ready" not in waiting
    jobs.make_reports()
    ready = html(patient.get("/practice/"))
    assert "Your report is ready" in ready
    assert f'href="{page}"' in ready
    part = html(
        patient.get("/reports/news/?looks=3", headers={**HTMX, "HX-Current-URL": "http://testserver/home/"})
    )
    assert LIVE in part
    assert 'hx-get="/reports/news/' not in part
    # The report's own page says it itself.
    assert "report-news" not in html(patient.get(page))
    assert patient.post(f"{page}seen/", headers=HTMX).status_code == 204
    assert "Your report is ready" not in html(patient.get("/practice/"))


def test_downloading_by_the_button_counts_as_seen_and_a_plain_get_does_not(patient: Client) -> None:
    page = asked_by(patient)
    jobs.make_reports()
    patient.get(f"{page}file/")
    assert Report.objects.get().seen_at is None
    patient.post(f"{page}file/")
    assert Report.objects.get().seen_at is not None
    assert "report-news" not in html(patient.get("/practice/"))


def test_news_cost_nothing_for_who_asked_for_no_report(patient: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        patient.get("/help-now/")
    assert not [one for one in queries.captured_queries if "patients_report" in one["sql"]]


def test_double_click_makes_one_report(patient: Client) -> None:
    data = {"request_id": request_id(html(patient.get("/reports/")))}
    assert len({patient.post("/reports/new/", data)["Location"] for _ in range(3)}) == 1
    assert Report.objects.count() == 1


def test_form_without_its_id_is_explained_and_makes_nothing(patient: Client) -> None:
    assert patient.post("/reports/new/", {"request_id": "x"}).status_code == 422
    assert patient.get("/reports/new/").status_code == 405
    assert not Report.objects.exists()


def test_older_reports_stay(patient: Client) -> None:
    pages = []
    for _ in range(4):
        pages.append(asked_by(patient))
        jobs.make_reports()
    listed = html(patient.get("/reports/"))
    assert all(page in listed for page in pages)
    assert len({file_of(patient, page)[:4] for page in pages}) == 1
    assert "Your reports are ready" in html(patient.get("/practice/"))
    for page in pages:
        patient.post(f"{page}seen/")
    card = html(patient.get("/progress/"))
    assert [page in card for page in pages] == [False, True, True, True]
    assert "All reports" in card


def test_therapist_asks_for_either_edition_from_the_patients_page(therapist: Client, begun: Course) -> None:
    base = of_staff(begun)
    assert f'action="{base}new/"' in html(therapist.get(f"/patients/{begun.enrolment.patient_id}/"))
    page = asked_by(therapist, base, edition="therapist")
    assert page.startswith(base)
    waiting = html(therapist.get(page))
    progress = re.search(r'hx-get="(/reports/[^"?]+)', waiting)
    assert progress
    jobs.make_reports()
    part = html(therapist.get(progress[1], headers=HTMX))
    assert f'action="{page}file/"' in part
    assert "Made for Anna Berg, for use in treatment." in text_of(file_of(therapist, page))
    other = asked_by(therapist, base, edition="patient")
    jobs.make_reports()
    said = text_of(file_of(therapist, other))
    assert "Made for Maria Lund by Anna Berg" in said
    assert "This is made for you, Maria." in said


def test_staff_form_wants_an_edition(therapist: Client, begun: Course) -> None:
    base = of_staff(begun)
    data = {"request_id": request_id(html(therapist.get(base))), "edition": "administrator"}
    assert therapist.post(f"{base}new/", data).status_code == 422


def test_download_is_in_the_trail_with_the_report_and_the_patient(therapist: Client, begun: Course) -> None:
    page = asked_by(therapist, of_staff(begun), edition="therapist")
    jobs.make_reports()
    therapist.get(f"{page}file/")
    event = AuditEvent.objects.get(verb="report-download", action="export")
    report = Report.objects.get()
    assert (event.actor_id, event.subject_id) == (begun.therapist.pk, report.patient_id)
    assert event.object_ids == [report.pk]
    assert event.purpose == ""


def test_strangers_meet_404_on_every_address_of_a_report(people: Cast, begun: Course) -> None:
    report = request_report(
        by=begun.therapist, enrolment=begun.enrolment, edition="therapist", request_id=uuid4()
    )
    own = request_report(by=begun.user, enrolment=begun.enrolment, edition="patient", request_id=uuid4())
    jobs.make_reports()
    staff = of_staff(begun)
    for stranger in (people.unassigned_therapist, people.elsewhere_therapist, people.supervisor):
        client = signed_in(stranger)
        for path in (f"{staff}{report.pk}/", f"{staff}{report.pk}/file/", f"/reports/{report.pk}/progress/"):
            assert client.get(path, headers=HTMX).status_code == 404, (stranger.name, path)
        assert client.post(f"/reports/{report.pk}/seen/").status_code == 404
    for other in (people.other_patient.user, begun.user):
        client = signed_in(other)
        for path in (f"/reports/{report.pk}/", f"/reports/{report.pk}/file/"):
            assert client.get(path).status_code == 404
    assert signed_in(begun.therapist).get(f"{staff}{own.pk}/file/").status_code == 404
    assert signed_in(people.other_patient.user).get(f"/reports/{own.pk}/file/").status_code == 404
    assert not AuditEvent.objects.filter(verb="report-download", action="export").exists()


def test_report_under_another_patients_address_is_404(people: Cast, begun: Course) -> None:
    change_therapist(by=people.admin, enrolment=people.other_enrolment, therapist=begun.therapist)
    report = request_report(
        by=begun.therapist, enrolment=begun.enrolment, edition="therapist", request_id=uuid4()
    )
    jobs.make_reports()
    client = signed_in(begun.therapist)
    wrong = f"/patients/{people.other_patient.pk}/reports/{report.pk}/"
    assert client.get(wrong).status_code == 404
    assert client.get(f"{wrong}file/").status_code == 404
    assert client.get(f"{of_staff(begun)}{report.pk}/file/").status_code == 200


def test_former_therapist_cannot_fetch_what_they_asked_for(people: Cast, begun: Course) -> None:
    client = signed_in(begun.therapist)
    page = asked_by(client, of_staff(begun), edition="therapist")
    jobs.make_reports()
    change_therapist(by=people.admin, enrolment=begun.enrolment, therapist=people.unassigned_therapist)
    for path in (page, f"{page}file/"):
        assert client.get(path).status_code == 404
    assert "Your report is ready" not in html(client.get("/today/"))
    # The successor starts with a clean list.
    assert page not in html(signed_in(people.unassigned_therapist).get(of_staff(begun)))


def test_emergency_opens_reports_of_ones_own_for_an_hour(people: Cast, begun: Course) -> None:
    open_in_emergency(
        by=people.unassigned_therapist, patient=people.patient, reason="Called from the ward this noon"
    )
    client = signed_in(people.unassigned_therapist)
    page = asked_by(client, of_staff(begun), edition="therapist")
    jobs.make_reports()
    assert client.get(f"{page}file/").status_code == 200
    with begun.at(2, hour=14):
        # The session is over by then, too; who signs in again meets the same.
        assert signed_in(people.unassigned_therapist).get(f"{page}file/").status_code == 404


def test_failed_report_says_why_in_plain_words_and_has_no_file(patient: Client) -> None:
    page = asked_by(patient)
    Report.objects.update(state="failed", fault="broken")
    said = html(patient.get(page))
    assert "This report could not be made" in said
    assert "Please ask for another one." in said
    assert patient.get(f"{page}file/")["Location"] == page
    assert "A report could not be made" in html(patient.get("/practice/"))


def test_without_pango_the_card_says_so_and_pages_work(
    patient: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "available", lambda: False)
    for path in ("/progress/", "/reports/"):
        said = html(patient.get(path))
        assert "Reports cannot be made here" in said
        assert "Make a report" not in said


def test_list_of_reports_costs_the_same_queries_with_many(patient: Client, begun: Course) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html(patient.get("/reports/"))
        return len(captured)

    queries()
    few = queries()
    for _ in range(6):
        request_report(by=begun.user, enrolment=begun.enrolment, edition="patient", request_id=uuid4())
        Report.objects.update(state="ready")
    assert queries() == few
