"""The monthly sample: drawn once, by chance that can be checked, read by somebody else, never changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinics.jobs import draw_audit_samples
from painclinic import clock
from painclinic.accounts.models import Clinic, Role
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions import alert_handling as acts
from patients.actions import audit_samples
from patients.actions.audit_samples import (
    ReviewInvalidError,
    draw_due,
    draw_sample,
    review_item,
)
from patients.models import Alert, AlertEvent, AuditItem, AuditReview, AuditSample, Enrolment
from patients.safety.draw import is_as_drawn, strata_of
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast, make_staff
from tests.factories.outbox import until
from tests.factories.samples import FOUND

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FEBRUARY = date(2026, 2, 1)
JOB = System("test")


@pytest.fixture(autouse=True)
def second_of_march() -> Iterator[None]:
    with clock.moved(until("2026-03-02T10:00+00:00")):
        yield


def at(moment: str) -> Any:
    return clock.moved(datetime.fromisoformat(moment) - clock.now())


def answered(enrolment: Enrolment, item: int, count: int, first: int = 1) -> list[Alert | None]:
    """So many answers in February, each more than a day after the last, so that none is merged."""
    found = []
    for number in range(count):
        moment = datetime(2026, 2, first, 10, tzinfo=UTC) + timedelta(hours=25 * number)
        with at(moment.isoformat()):
            found.append(store(enrolment, mood(item))[1])
    return found


def drawn(cast: Cast) -> AuditSample:
    sample = draw_sample(by=JOB, clinic=cast.clinic, month=FEBRUARY)
    assert sample
    return sample


def test_all_of_the_highest_level_ten_of_the_second_five_of_the_first_and_ten_answers(cast: Cast) -> None:
    answered(cast.enrolment, 3, 12)
    answered(cast.enrolment, 1, 8, first=15)
    answered(cast.other_enrolment, 0, 14)
    answered(cast.other_enrolment, 2, 12, first=15)
    sample = drawn(cast)
    levels = Alert.objects.filter(clinic=cast.clinic).values_list("peak_level", flat=True)
    # The first 1 after nothing is R1; an item that rose is R2.
    there = {str(level): list(levels).count(level) for level in (1, 2, 3)}
    assert sample.population == there | {"0": 14}
    kept = list(sample.items.values_list("stratum", flat=True))
    assert kept.count(3) == there["3"]
    assert kept.count(2) == min(10, there["2"]) == 10
    assert kept.count(1) == min(5, there["1"]) == 5
    assert kept.count(0) == 10
    assert not AlertEvent.objects.filter(response__in=sample.items.filter(stratum=0).values("response"))


def test_anybody_can_check_with_the_seed_that_nobody_chose(cast: Cast) -> None:
    answered(cast.enrolment, 2, 20)
    sample = drawn(cast)
    ids = Alert.objects.filter(clinic=cast.clinic, peak_level=2).values_list("pk", flat=True)
    order = sorted(ids, key=lambda pk: sha256(f"{sample.seed}:{pk}".encode()).hexdigest())
    kept = sample.items.filter(stratum=2).order_by("number").values_list("alert_id", flat=True)
    assert list(kept) == order[:10]
    assert is_as_drawn(sample)


def test_what_happens_later_changes_neither_the_draw_nor_its_check(cast: Cast) -> None:
    (alert,) = answered(cast.enrolment, 1, 1, first=28)
    sample = drawn(cast)
    assert alert
    # It comes again in March at the highest level: in February it was of the first.
    with at("2026-03-01T09:00+00:00"):
        store(cast.enrolment, mood(3))
    alert.refresh_from_db()
    assert (alert.peak_level, sample.items.get().stratum) == (3, 1)
    assert is_as_drawn(sample)


def test_item_that_was_put_there_by_hand_shows(cast: Cast) -> None:
    answered(cast.enrolment, 2, 12)
    sample = drawn(cast)
    left_out = Alert.objects.filter(clinic=cast.clinic, peak_level=2).exclude(
        pk__in=sample.items.values("alert")
    )[0]
    AuditItem.objects.create(
        sample=sample,
        patient=left_out.patient,
        clinic=cast.clinic,
        number=99,
        stratum=2,
        alert=left_out,
    )
    assert not is_as_drawn(sample)


def test_month_is_drawn_once_whatever_runs_again(cast: Cast) -> None:
    answered(cast.enrolment, 3, 2)
    draw_audit_samples()
    first = AuditSample.objects.get(clinic=cast.clinic)
    items = set(first.items.values_list("pk", flat=True))
    assert first.month == FEBRUARY
    for _ in range(3):
        draw_audit_samples()
    assert draw_sample(by=JOB, clinic=cast.clinic, month=FEBRUARY) is None
    assert AuditSample.objects.get(clinic=cast.clinic).seed == first.seed
    assert set(first.items.values_list("pk", flat=True)) == items
    assert AuditEvent.objects.filter(verb="audit-sample-draw", clinic_id=cast.clinic.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_draws_at_once_leave_one_sample(cast: Cast) -> None:
    answered(cast.enrolment, 3, 3)

    def draw(_: int) -> int:
        try:
            return draw_sample(by=JOB, clinic=cast.clinic, month=FEBRUARY) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(draw, range(4))) == 1
    assert AuditSample.objects.get(clinic=cast.clinic).items.count() == 3


def test_clinic_whose_draw_fails_holds_up_no_other_and_is_drawn_with_the_next_run(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = audit_samples.strata_of

    def fails(clinic: Clinic, month: date) -> Any:
        if clinic.pk == cast.clinic.pk:
            raise ValueError
        return real(clinic, month)

    draw_sample(by=JOB, clinic=cast.clinic, month=date(2025, 12, 1))
    monkeypatch.setattr(audit_samples, "strata_of", fails)
    draw_due(by=JOB)
    monkeypatch.setattr(audit_samples, "strata_of", lambda *of: fails(*of) if of[1].month == 1 else real(*of))
    draw_due(by=JOB)
    drawn_since = AuditSample.objects.exclude(month=date(2025, 12, 1))
    assert [one.clinic_id for one in drawn_since] == [cast.elsewhere.pk]
    # Both months of it, and none was passed over.
    monkeypatch.setattr(audit_samples, "strata_of", real)
    assert draw_due(by=JOB) == 2
    assert AuditSample.objects.filter(clinic=cast.clinic, month=FEBRUARY).exists()


def test_months_in_which_nothing_ran_are_made_up_for(cast: Cast) -> None:
    draw_due(by=JOB)
    with at("2026-06-15T10:00+00:00"):
        draw_due(by=JOB)
    months = AuditSample.objects.filter(clinic=cast.clinic).order_by("month").values_list("month", flat=True)
    assert list(months) == [date(2026, month, 1) for month in (2, 3, 4, 5)]


def test_month_is_that_of_the_clinic_and_made_up_clinics_have_none(cast: Cast) -> None:
    Clinic.objects.filter(pk=cast.clinic.pk).update(timezone="Pacific/Auckland")
    Clinic.objects.filter(pk=cast.elsewhere.pk).update(is_synthetic=True)
    with at("2026-02-28T12:00+00:00"):
        # There it is the first of March already.
        draw_due(by=JOB)
        assert AuditSample.objects.get().month == FEBRUARY
    assert AuditSample.objects.get().clinic_id == cast.clinic.pk


def test_reader_is_a_supervisor_who_had_nothing_to_do_with_it_where_there_is_one(cast: Cast) -> None:
    (alert,) = answered(cast.enrolment, 3, 1)
    assert alert
    acts.acknowledge(by=cast.supervisor, alert=alert)
    # There is nobody else.
    assert drawn(cast).items.get().reader == cast.supervisor
    other = make_staff(cast.clinic, Role.SUPERVISOR, "second@lakeside.test", "Sid Second")
    with at("2026-03-10T10:00+00:00"):
        again = store(cast.enrolment, mood(3))[1]
        assert again
        acts.acknowledge(by=cast.supervisor, alert=again)
    with at("2026-04-02T10:00+00:00"):
        sample = draw_sample(by=JOB, clinic=cast.clinic, month=date(2026, 3, 1))
    assert sample
    assert sample.items.get().reader == other


def test_review_is_kept_and_a_correction_is_a_further_row(cast: Cast) -> None:
    (alert,) = answered(cast.enrolment, 3, 1)
    assert alert
    acts.acknowledge(by=cast.supervisor, alert=alert)
    item = drawn(cast).items.get()
    first = review_item(by=cast.supervisor, item=item, answers=FOUND, learnt="Call sooner.")
    second = review_item(by=cast.supervisor, item=item, answers=FOUND | {"note": "yes"}, learnt="")
    assert (first.number, second.number, first.was_involved) == (1, 2, True)
    assert AuditReview.objects.get(pk=first.pk).said["learnt"] == "Call sooner."
    with pytest.raises(ReviewInvalidError):
        review_item(by=cast.supervisor, item=item, answers=FOUND | {"note": "perhaps"}, learnt="")
    assert AuditReview.objects.filter(item=item).count() == 2


def test_words_of_a_review_are_not_readable_in_the_database(cast: Cast) -> None:
    answered(cast.enrolment, 3, 1)
    review = review_item(
        by=cast.supervisor, item=drawn(cast).items.get(), answers=FOUND, learnt="Call sooner."
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT said::text FROM patients_auditreview WHERE id = %s", [review.pk])
        assert "Call sooner" not in cursor.fetchone()[0]


@pytest.fixture
def lead(cast: Cast, client: Client) -> Client:
    client.force_login(cast.supervisor, backend=BACKEND)
    return client


def test_lead_reads_an_item_writes_what_was_found_and_the_look_is_on_the_trail(
    cast: Cast, lead: Client
) -> None:
    answered(cast.enrolment, 3, 2)
    sample = drawn(cast)
    assert "2 to read" in lead.get("/desk/safety/samples/").content.decode()
    page = lead.get(f"/desk/safety/samples/{sample.pk}/")
    assert "These are the items that the seed gives" in page.content.decode()
    assert "Maria" not in page.content.decode()
    item = sample.items.order_by("number")[0]
    address = f"/desk/safety/samples/items/{item.pk}/"
    assert "Maria Lund" in lead.get(address).content.decode()
    assert AuditEvent.objects.filter(verb="audit-item", subject_id=cast.patient.pk).count() == 1
    assert lead.post(address, {"in_time": "yes"}).status_code == 422
    assert lead.post(address, FOUND | {"learnt": "Call sooner."}).status_code == 302
    assert "Call sooner." in lead.get(address).content.decode()
    assert "1 to read" in lead.get("/desk/safety/samples/").content.decode()


def test_answer_without_an_alert_is_asked_one_question(cast: Cast, lead: Client) -> None:
    answered(cast.enrolment, 0, 1)
    item = drawn(cast).items.get()
    address = f"/desk/safety/samples/items/{item.pk}/"
    assert set(lead.get(address).context["form"].fields) == {"level", "learnt"}
    assert lead.post(address, {"level": "no", "learnt": "A word was missed."}).status_code == 302
    assert item.reviews.get().said["answers"] == {"level": "no"}


def test_file_holds_every_item_and_neither_names_nor_words(cast: Cast, lead: Client) -> None:
    answered(cast.enrolment, 3, 2)
    answered(cast.other_enrolment, 0, 1)
    sample = drawn(cast)
    review_item(by=cast.supervisor, item=sample.items.all()[0], answers=FOUND, learnt="Call sooner.")
    response = lead.post(f"/desk/safety/samples/{sample.pk}/file/")
    lines = response.content.decode().strip().split("\r\n")
    assert len(lines) == 4
    assert all(line.count(",") == lines[0].count(",") for line in lines)
    assert not [word for word in ("Maria", "Omar", "sooner", str(cast.patient.pk)) if word in "".join(lines)]
    assert lines[1].split(",")[3] == "R3"
    assert lines[3].split(",")[3] == "control"
    assert AuditEvent.objects.filter(verb="audit-sample-export", action="export").count() == 1


def test_long_sample_costs_as_many_queries_as_a_short_one(cast: Cast, lead: Client) -> None:
    answered(cast.enrolment, 3, 1)
    short = drawn(cast)
    with at("2026-04-02T10:00+00:00"):
        for number in range(19):
            with at((datetime(2026, 3, 1, 10, tzinfo=UTC) + timedelta(hours=25 * number)).isoformat()):
                store(cast.other_enrolment, mood(3))
        long = draw_sample(by=JOB, clinic=cast.clinic, month=date(2026, 3, 1))
    assert long
    assert long.items.count() > 15
    counts = []
    for sample in (short, long):
        lead.get(f"/desk/safety/samples/{sample.pk}/")
        with CaptureQueriesContext(connection) as seen:
            lead.get(f"/desk/safety/samples/{sample.pk}/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_population_is_read_from_rows_that_do_not_change(cast: Cast) -> None:
    answered(cast.enrolment, 1, 1, first=10)
    before = strata_of(cast.clinic, FEBRUARY)
    for alert in Alert.objects.filter(clinic=cast.clinic):
        acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")
        acts.resolve(by=cast.therapist, alert=alert, outcome="no-action", note="Spoke with her.")
    assert strata_of(cast.clinic, FEBRUARY) == before
