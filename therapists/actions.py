"""Opening a record in an emergency, by who it is and not by searching."""

from datetime import date

from django.core.cache import cache
from django.db import transaction

from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.emergency import open_in_emergency
from patients.models import Patient

# Names and dates of birth shall not be tried out one after the other.
MOST_TRIES, WINDOW = 10, 60 * 60


class TooManyTriesError(Exception):
    """This person has looked up too many people within the hour."""


class NotFoundError(Exception):
    """Nobody, or more than one, has exactly this name and date of birth."""


def open_by_identity(*, by: User, name: str, date_of_birth: date, reason: str) -> Patient:
    """Open the record of the one patient of `by`'s clinics with this name and date of birth for an hour.

    A patient whom `by` may see anyway is returned as they are, without emergency access.
    Raises NotFoundError, TooManyTriesError, ReasonTooShortError. Tries that fail are in the audit trail.
    """
    _count_try(by)
    clinics = clinics_where(by, Permission.EMERGENCY_ACCESS)
    found = Patient.objects.filter(clinic_id__in=clinics, date_of_birth=date_of_birth)
    exact = [patient for patient in found if _plain(patient.name) == _plain(name)]
    if len(exact) != 1:
        record(
            by=by,
            action=Action.DENIED,
            verb="emergency-not-found",
            object_type="patients.patient",
            clinic_id=clinics[0] if clinics else None,
        )
        raise NotFoundError
    patient = exact[0]
    if not Patient.objects.treated_by(by).filter(pk=patient.pk).exists():
        with transaction.atomic():
            open_in_emergency(by=by, patient=patient, reason=reason)
    return patient


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _count_try(by: User) -> None:
    key = f"emergency-tries:{by.pk}"
    cache.add(key, 0, WINDOW)
    if cache.incr(key) > MOST_TRIES:
        record(by=by, action=Action.DENIED, verb="emergency-too-many", object_type="patients.patient")
        raise TooManyTriesError
