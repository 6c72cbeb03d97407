"""The safety plan: the patient writes it, it stays, and whoever helps can read it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from painclinic import clock
from painclinic.audit.models import AuditEvent
from painclinic.ids import new_id
from patients.actions.alerts import flag_risk
from patients.actions.plans import PlanInvalidError, offer_safety_plan, save_safety_plan
from patients.models import AlertHandler, Draft, SafetyPlan, SafetyPlanOffer
from patients.safety.plan import Line, plan_form, plan_parts
from tests.access.world import BACKEND
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.outbox import until

pytestmark = pytest.mark.django_db
PAGE, WRITE = "/safety-plan/", "/safety-plan/write/"
TYPED = {
    "signs": "I stop answering\nI stay in bed",
    "alone": "Walk to the lake",
    "places-0-name": "The library",
    "helpers-0-name": "Pat",
    "helpers-0-phone": "07700 900123",
    "others-0-name": "Dr Amin",
    "others-0-phone": "+44 115 496 0111",
    "safer": "Pat keeps the spare tablets",
    "reasons": "My dog",
}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until("2026-03-02T10:00+00:00")):
        yield


@pytest.fixture
def phone(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.patient.user, backend=BACKEND)
    return client


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.therapist, backend=BACKEND)
    return client


def write(cast: Cast, **more: str) -> SafetyPlan:
    return save_safety_plan(
        by=cast.patient.user, patient=cast.patient, raw=TYPED | more, submission_id=uuid4()
    )


def post(cast: Cast, client: Client, **more: Any) -> Any:
    target = f"plan:{cast.patient.pk}"
    draft = Draft.id_for(cast.patient.user.pk, target, Draft.objects.exclude(closed_at=None).count())
    sent = {"draft": str(draft), "base_rev": "0", "draft_tab": "aaa.1", "submission_id": str(draft)}
    return client.post(WRITE, {**sent, **TYPED, **more})


def text(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def test_parts_come_in_the_order_in_which_they_are_used() -> None:
    names = [field.name for field in plan_form().fields]
    assert names == ["signs", "alone", "places", "helpers", "others", "safer", "reasons"]
    assert [part.name for part in plan_parts({})] == names


@pytest.mark.parametrize(
    ("phone", "tel"),
    [
        ("07700 900123", "07700900123"),
        ("+44 (115) 496", "+44115496"),
        ("999", "999"),
        ("0115 496 0111, room 12", "01154960111"),
        ("room 123", ""),
        ("ask Pat", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_number_is_dialled_as_it_was_meant_or_not_at_all(phone: str, tel: str) -> None:
    assert Line("Pat", phone).tel == tel


def test_plan_is_saved_and_each_number_works_by_tap(cast: Cast, phone: Client) -> None:
    assert post(cast, phone).headers["Location"] == PAGE
    page = text(phone)
    for number in ("tel:07700900123", "tel:+441154960111", "tel:999", "tel:116123", "tel:01154960000"):
        assert number in page
    for words in ("I stay in bed", "Walk to the lake", "The library", "My dog"):
        assert words in page
    assert not Draft.objects.filter(closed_at=None).exists()


def test_numbers_are_there_before_anything_was_written(phone: Client) -> None:
    page = text(phone)
    assert "tel:999" in page
    assert "tel:116123" in page
    assert "Write my plan" in page


def test_change_is_a_new_version_and_the_earlier_one_stays(cast: Cast, phone: Client) -> None:
    first = write(cast)
    assert "My dog" in text(phone, WRITE)
    with clock.moved(timedelta(minutes=10)):
        second = write(cast, reasons="My dog and my garden")
        assert "my garden" in text(phone)
    assert (first.version, second.version) == (1, 2)
    assert SafetyPlan.objects.get(pk=first.pk).texts["reasons"] == "My dog"


def test_version_can_not_be_changed_or_deleted(cast: Cast) -> None:
    plan = write(cast)
    for sql in ("UPDATE patients_safetyplan SET version = 7", "DELETE FROM patients_safetyplan"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert SafetyPlan.objects.get(pk=plan.pk).version == 1


def test_same_submission_twice_is_one_version(cast: Cast, phone: Client) -> None:
    submission = uuid4()
    for _press in range(2):
        save_safety_plan(by=cast.patient.user, patient=cast.patient, raw=TYPED, submission_id=submission)
    assert SafetyPlan.objects.count() == 1


def test_empty_plan_takes_the_place_of_nothing(cast: Cast, phone: Client) -> None:
    write(cast)
    with pytest.raises(PlanInvalidError):
        save_safety_plan(by=cast.patient.user, patient=cast.patient, raw={}, submission_id=uuid4())
    empty = dict.fromkeys(TYPED, "")
    assert post(cast, phone, **empty).status_code == 422
    assert SafetyPlan.objects.count() == 1


def test_what_was_begun_is_there_the_next_time(cast: Cast, phone: Client) -> None:
    post(cast, phone, save_only="1", signs="Not finished yet")
    assert not SafetyPlan.objects.exists()
    assert "Not finished yet" in text(phone, WRITE)


def test_words_are_unreadable_in_the_database(cast: Cast) -> None:
    write(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(texts, 'escape') FROM patients_safetyplan")
        (raw,) = cursor.fetchone()
    assert "dog" not in raw
    assert "07700" not in raw


def test_plan_waits_until_the_numbers_of_an_alert_were_read_and_is_offered_then(
    cast: Cast, phone: Client
) -> None:
    store(cast.enrolment, mood(3))
    assert phone.get(PAGE).headers["Location"] == "/support/"
    after = phone.post("/support/read/", follow=True).content.decode()
    assert f'href="{PAGE}"' in after
    assert phone.get(PAGE).status_code == 200


def test_suggestion_is_on_the_start_page_until_a_plan_is_written(
    cast: Cast, phone: Client, desk: Client
) -> None:
    address = f"/patients/{cast.patient.pk}/safety-plan/"
    assert desk.post(address).headers["Location"] == address
    desk.post(address)
    assert SafetyPlanOffer.objects.count() == 1
    assert "let us write a safety plan together" in text(phone, "/home/")
    assert "let us write it together" in text(phone)
    with clock.moved(timedelta(minutes=5)):
        write(cast)
        assert "let us write" not in text(phone, "/home/")
        assert "let us write" not in text(phone)


def test_therapist_reads_it_and_each_look_is_written_down(cast: Cast, desk: Client) -> None:
    write(cast)
    page = text(desk, f"/patients/{cast.patient.pk}/safety-plan/")
    assert "Walk to the lake" in page
    assert "tel:07700900123" in page
    assert AuditEvent.objects.filter(verb="safety-plan", actor_id=cast.therapist.pk).exists()


def test_whoever_took_the_alert_on_reads_it_there_and_others_do_not(cast: Cast) -> None:
    write(cast)
    alert = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=2, reason="She sounds hopeless")
    colleague = Client()
    colleague.force_login(cast.unassigned_therapist, backend=BACKEND)
    address = f"/alerts/{alert.pk}/"
    assert "Walk to the lake" not in text(colleague, address)
    colleague.post(address, {"act": "take"})
    assert AlertHandler.objects.filter(alert=alert, user=cast.unassigned_therapist).exists()
    assert "Walk to the lake" in text(colleague, address)
    assert colleague.get(f"/patients/{cast.patient.pk}/safety-plan/").status_code == 404


def test_plan_is_suggested_from_an_alert(cast: Cast, desk: Client) -> None:
    alert = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=2, reason="She sounds hopeless")
    desk.post(f"/alerts/{alert.pk}/", {"act": "offer-plan"})
    assert SafetyPlanOffer.objects.get().by == cast.therapist


def test_suggestion_after_the_plan_asks_again(cast: Cast) -> None:
    write(cast)
    with clock.moved(timedelta(minutes=10)):
        offer_safety_plan(by=cast.therapist, patient=cast.patient)
        assert SafetyPlanOffer.objects.waiting().count() == 1


def test_plan_is_printed_on_one_page(cast: Cast, phone: Client, desk: Client) -> None:
    from patients.jobs import make_reports
    from patients.models import Report

    printing = {"scope": "plan", "target": "", "request_id": str(new_id())}
    assert phone.post("/reports/print/", printing).status_code == 404
    people = [f"{name}-{row}-name" for name in ("helpers", "places") for row in range(5)]
    write(cast, **dict.fromkeys(people, "Somebody with a name that takes its room"))
    assert phone.post("/reports/print/", printing).status_code == 302
    make_reports()
    report = Report.objects.get()
    assert (report.state, report.pages) == ("ready", 1)
