"""Rows of several tables in one statement: all of them or none, after all rules of the database."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from painclinic.accounts.models import Clinic
from painclinic.audit.actions import System
from painclinic.audit.models import Action, AuditEvent
from painclinic.batch import Batch
from patients.models import OccasionMissing
from tests.factories.alerts import store
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def missing(cast: Cast, note: str, reason: str = "unwell") -> OccasionMissing:
    occasion = store(cast.enrolment, {"q1": 0}, slug="gad-7")[0].occasion
    return OccasionMissing(
        occasion=occasion,
        patient_id=occasion.patient_id,
        clinic_id=occasion.clinic_id,
        reason=reason,
        note=note,
        by=cast.therapist,
    )


def test_rows_of_several_tables_are_stored_in_one_statement(cast: Cast) -> None:
    first, second = missing(cast, "a cold"), missing(cast, "a fall")
    batch = Batch()
    batch.add(first, second)
    batch.record(by=System("test"), action=Action.WRITE, verb="batch-test", obj=first)

    with transaction.atomic(), CaptureQueriesContext(connection) as taken:
        batch.write()

    assert len(taken) == 1
    assert {one.note for one in OccasionMissing.objects.all()} == {"a cold", "a fall"}
    assert AuditEvent.objects.get(verb="batch-test").object_ids == [first.pk]


def test_one_row_that_breaks_a_rule_keeps_all_out(cast: Cast) -> None:
    good, bad = missing(cast, "a cold"), missing(cast, "a fall")
    bad.occasion_id = uuid4()
    batch = Batch()
    batch.add(good, bad)
    batch.record(by=System("test"), action=Action.WRITE, verb="batch-test", obj=good)

    with pytest.raises(IntegrityError), transaction.atomic():
        batch.write()

    assert not OccasionMissing.objects.exists()
    assert not AuditEvent.objects.filter(verb="batch-test").exists()


def test_changes_are_stored_after_what_is_new_and_only_once(cast: Cast) -> None:
    clinic = Clinic.objects.get(pk=cast.clinic.pk)
    clinic.name = "Changed"
    batch = Batch()
    batch.change(clinic)
    batch.add(missing(cast, "a cold"))

    with transaction.atomic(), CaptureQueriesContext(connection) as taken:
        batch.write()
        batch.write()

    assert [one["sql"].split()[0] for one in taken] == ["INSERT", "UPDATE"]


def test_batch_outside_a_transaction_is_refused(cast: Cast) -> None:
    batch = Batch()
    batch.add(missing(cast, "a cold"))
    with pytest.raises(transaction.TransactionManagementError):
        batch.write()
    assert not OccasionMissing.objects.exists()
