"""Reports on several patients at once: who may, how many, one after the other, and all in one file."""

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from patients import jobs
from patients.actions.enrolment import change_therapist
from patients.actions.report_batches import (
    MadeFor,
    NoAddresseeError,
    TooManyInBatchError,
    request_batch,
)
from patients.actions.reports import RequestTakenError, TooManyReportsError, claim_report, request_report
from patients.models import Patient, Report, ReportBatch
from patients.reports import making
from tests.factories.cast import Cast
from tests.integration.reports.test_making import words_of
from tests.integration.reports.test_pages import html, request_id, signed_in

PAGE = "/caseload/reports/"


@pytest.fixture
def two(people: Cast) -> list[Patient]:
    """Maria and Omar, both Anna's."""
    change_therapist(by=people.admin, enrolment=people.other_enrolment, therapist=people.therapist)
    return [people.patient, people.other_patient]


def ask(by: User, patients: list[Patient], made_for: str = MadeFor.THERAPIST, **more: Any) -> ReportBatch:
    ids = [one.pk for one in patients]
    return request_batch(by=by, patients=ids, made_for=made_for, request_id=more.get("request_id", uuid4()))


def chosen(client: Client, patients: list[Patient], **data: Any) -> Any:
    body = {"request_id": request_id(html(client.get(PAGE))), "made_for": "therapist"}
    return client.post(PAGE, body | {"people": [str(one.pk) for one in patients]} | data)


def test_therapist_chooses_two_waits_and_downloads_both_in_one_file(people: Cast, two: list[Patient]) -> None:
    client = signed_in(people.therapist)
    page = chosen(client, two)["Location"]
    waiting = html(client.get(page))
    assert "0 of 2 done" in waiting
    assert f'{page}progress/?looks=1" hx-trigger="load delay:3s"' in waiting
    assert "Download all" not in waiting
    jobs.make_reports()
    done = html(client.get(page))
    assert "All are done." in done
    assert all(one.name in done for one in two)

    response = client.get(f"{page}file/")
    assert response["Content-Disposition"].startswith('attachment; filename="reports-2026-')
    assert "no-store" in response["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == ["001-maria-lund-report.pdf", "002-omar-aziz-report.pdf"]
        assert archive.read("001-maria-lund-report.pdf").startswith(b"%PDF")
    for verb in ("report-request", "report-download"):
        subjects = AuditEvent.objects.filter(verb=verb).values_list("subject_id", flat=True)
        assert sorted(subjects) == sorted(one.pk for one in two), verb


def test_everybody_on_the_list_is_everybody(people: Cast, two: list[Patient]) -> None:
    client = signed_in(people.therapist)
    assert chosen(client, [], everybody="on").status_code == 302
    assert set(Report.objects.values_list("patient_id", flat=True)) == {one.pk for one in two}


def test_choosing_nobody_or_a_stranger_makes_nothing(people: Cast) -> None:
    client = signed_in(people.therapist)
    nobody = chosen(client, [])
    assert nobody.status_code == 422
    assert "Choose at least one person." in nobody.content.decode()
    assert chosen(client, [people.elsewhere_patient]).status_code == 422
    with pytest.raises(Patient.DoesNotExist):
        ask(people.therapist, [people.patient, people.elsewhere_patient])
    with pytest.raises(Patient.DoesNotExist):
        ask(people.patient.user, [people.patient])
    assert not Report.objects.exists()


def test_report_for_each_patient_is_in_their_account_and_not_the_therapists(
    people: Cast, two: list[Patient]
) -> None:
    batch = ask(people.therapist, two, MadeFor.PATIENT)
    jobs.make_reports()
    client = signed_in(people.therapist)
    page = html(client.get(f"{PAGE}{batch.pk}/"))
    assert "in their account" in page
    assert "Download all" not in page
    report = Report.objects.get(patient=people.patient)
    assert (report.reader_id, report.requested_by_id) == (people.patient.user_id, people.therapist.pk)
    assert client.get(f"/patients/{people.patient.pk}/reports/{report.pk}/file/").status_code == 404
    with zipfile.ZipFile(io.BytesIO(client.get(f"{PAGE}{batch.pk}/file/").content)) as archive:
        assert archive.namelist() == []
    own = signed_in(people.patient.user).get(f"/reports/{report.pk}/file/")
    assert own["Content-Type"] == "application/pdf"


def test_letters_go_to_the_gp_on_file_and_need_one(people: Cast, two: list[Patient]) -> None:
    ask(people.therapist, two, MadeFor.REFERRER)
    jobs.make_reports()
    report = Report.objects.get(patient=people.patient)
    assert report.pages == 1
    assert f"Dear {people.patient.gp_name}," in words_of(report)

    people.patient.gp_name = ""
    people.patient.save(update_fields=["gp_name"])
    with pytest.raises(NoAddresseeError):
        ask(people.therapist, two, MadeFor.REFERRER)
    refused = chosen(signed_in(people.therapist), two, made_for="referrer")
    assert "No GP is on file for Maria Lund." in refused.content.decode()


def test_limits_of_a_batch_and_of_a_day_hold(
    people: Cast, two: list[Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooManyInBatchError):
        request_batch(
            by=people.therapist,
            patients=[uuid4() for _ in range(101)],
            made_for="therapist",
            request_id=uuid4(),
        )
    monkeypatch.setattr("patients.actions.report_batches.MAX_BULK_PER_DAY", 3)
    ask(people.therapist, two)
    with pytest.raises(TooManyReportsError):
        ask(people.therapist, two)
    with clock.moved(timedelta(days=1, minutes=1)):
        ask(people.therapist, two)


def test_batch_does_not_count_among_single_reports(
    people: Cast, two: list[Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patients.actions.reports.MAX_PER_DAY", 1)
    ask(people.therapist, two)
    single = request_report(
        by=people.therapist, enrolment=people.enrolment, edition="therapist", request_id=uuid4()
    )
    assert single.batch_id is None


def test_double_press_is_one_batch_and_an_id_of_somebody_else_is_refused(
    people: Cast, two: list[Patient]
) -> None:
    press = uuid4()
    assert ask(people.therapist, two, request_id=press) == ask(people.therapist, two, request_id=press)
    assert Report.objects.count() == 2
    with pytest.raises(RequestTakenError):
        ask(people.supervisor, two, request_id=press)


def test_who_waits_for_one_report_comes_before_a_batch(people: Cast, two: list[Patient]) -> None:
    ask(people.therapist, two)
    with clock.moved(timedelta(seconds=5)):
        single = request_report(
            by=people.patient.user, enrolment=people.enrolment, edition="patient", request_id=uuid4()
        )
        assert claim_report(by=making.MAKER) == single


def test_patient_who_was_handed_over_is_out_of_the_batch(people: Cast, two: list[Patient]) -> None:
    batch = ask(people.therapist, two)
    change_therapist(by=people.admin, enrolment=people.enrolment, therapist=people.unassigned_therapist)
    assert making.make_waiting() == 1
    client = signed_in(people.therapist)
    page = html(client.get(f"{PAGE}{batch.pk}/"))
    assert people.patient.name not in page
    with zipfile.ZipFile(io.BytesIO(client.get(f"{PAGE}{batch.pk}/file/").content)) as archive:
        assert archive.namelist() == ["001-omar-aziz-report.pdf"]
    assert signed_in(people.supervisor).get(f"{PAGE}{batch.pk}/").status_code == 404


def test_fragment_names_nobody_and_reloads_the_page_when_all_is_done(
    people: Cast, two: list[Patient]
) -> None:
    batch = ask(people.therapist, two)
    client = signed_in(people.therapist)
    url = f"{PAGE}{batch.pk}/progress/"
    waiting = client.get(url, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in waiting
    assert "Maria" not in waiting.content.decode()
    jobs.make_reports()
    assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_search_finds_by_parts_of_a_name(people: Cast, two: list[Patient]) -> None:
    page = html(signed_in(people.therapist).get(f"{PAGE}?q=lund"))
    assert "Maria Lund, born" in page
    assert "Omar" not in page
