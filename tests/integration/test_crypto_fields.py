"""What is written about a patient is unreadable without the patient's own key (security.md, row 44)."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from painclinic.crypto import keys
from patients.models import Patient
from tests.factories.cast import Cast

CANARY = "a sentence that no dump may hold"


@pytest.mark.django_db
def test_encrypted_text_raw_row_does_not_hold_the_text(cast: Cast) -> None:
    patient = cast.patient
    patient.address = CANARY
    patient.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM patients_patient WHERE id = %s", [patient.pk])
        stored = bytes(cursor.fetchone()[0])
    assert CANARY.encode() not in stored
    assert Patient.objects.get(pk=patient.pk).address == CANARY


@pytest.mark.django_db
def test_encrypted_text_moved_to_another_row_does_not_decrypt(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM patients_patient WHERE id = %s", [cast.patient.pk])
        foreign = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE patients_patient SET address = %s WHERE id = %s", [foreign, cast.other_patient.pk]
        )
    with pytest.raises(keys.DecryptionError):
        _ = Patient.objects.get(pk=cast.other_patient.pk).address


@pytest.mark.django_db
def test_encrypted_text_bulk_update_is_refused(cast: Cast) -> None:
    with pytest.raises(FieldError):
        Patient.objects.filter(pk=cast.patient.pk).update(address="x")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "0", "ü🙂\x00'", "x" * 5000])
def test_encrypted_text_comes_back_as_it_was(cast: Cast, text: str) -> None:
    cast.patient.gp_name = text
    cast.patient.save()
    assert Patient.objects.get(pk=cast.patient.pk).gp_name == text


@pytest.mark.django_db
def test_rewrap_moves_every_key_to_the_newest_and_all_stays_readable(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    new = "new:" + "A" * 43 + "="
    settings.PAINCLINIC_KEYS = f"{new},{settings.PAINCLINIC_KEYS}"
    assert keys.rewrap_batch() >= 2
    assert keys.rewrap_batch() == 0
    settings.PAINCLINIC_KEYS = new
    keys.forget()
    assert Patient.objects.get(pk=cast.patient.pk).address
