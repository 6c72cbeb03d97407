"""Who may see the rows of which patient. Every `visible_to` in patient data is built from these."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import M, ScopedQuerySet, clinics_where
from painclinic.accounts.models import Role, User

if TYPE_CHECKING:
    from typing import Self

NOBODY = Q(pk__in=[])


def _clinics_as(user: User, role: Role) -> list[Any]:
    return [m.clinic_id for m in user.active_memberships if m.role == role]


def own_patients(user: User) -> Any:
    """The id under which `user` is a patient themself, in a clinic where they still are one."""
    people = apps.get_model("patients", "Patient")
    return people.objects.filter(user=user, clinic_id__in=_clinics_as(user, Role.PATIENT)).values("pk")


def assigned_patients(user: User) -> Any:
    """Ids of the patients whom `user` treats or covers now, in clinics they still work in."""
    assignment = apps.get_model("patients", "Assignment")
    running = assignment.objects.filter(therapist=user, ended_at=None, started_at__lte=clock.now())
    return running.filter(clinic_id__in=_clinics_as(user, Role.THERAPIST)).values("patient_id")


def emergency_patients(user: User) -> Any:
    """Ids of the patients whose record `user` has opened in an emergency that is not over."""
    access = apps.get_model("patients", "EmergencyAccess")
    running = access.objects.filter(user=user, ended_at=None, ends_at__gt=clock.now())
    return running.filter(clinic_id__in=clinics_where(user, Permission.EMERGENCY_ACCESS)).values("patient_id")


def clinical_scope(user: Any, *, patient: str = "patient_id", clinic: str = "clinic_id") -> Q:
    """The condition that lets `user` see what belongs to a patient's treatment.

    The patient themself, the therapists assigned now, the clinic's supervisors, and whoever
    opened the record in an emergency. Never the clinic's administration.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    # Only what the person's roles can reach: each condition left out makes every query cheaper to build.
    scope = NOBODY
    if _clinics_as(user, Role.PATIENT):
        scope |= Q(**{f"{patient}__in": own_patients(user)})
    if _clinics_as(user, Role.THERAPIST):
        scope |= Q(**{f"{patient}__in": assigned_patients(user)})
    if _clinics_as(user, Role.SUPERVISOR):
        scope |= Q(**{f"{clinic}__in": _clinics_as(user, Role.SUPERVISOR)})
    if clinics_where(user, Permission.EMERGENCY_ACCESS):
        scope |= Q(**{f"{patient}__in": emergency_patients(user)})
    return scope


def administrative_scope(user: Any, *, clinic: str = "clinic_id") -> Q:
    """The condition that lets a clinic's administration see who is enrolled, with whom and when."""
    return Q(**{f"{clinic}__in": clinics_where(user, Permission.PATIENT_ENROL)})


class ClinicalQuerySet(ScopedQuerySet[M]):
    """Rows of a patient's treatment, with `patient` and `clinic` on each."""

    def visible_to(self, user: Any) -> "Self":
        return self.filter(clinical_scope(user))


class EnrolmentDataQuerySet(ScopedQuerySet[M]):
    """Rows that the clinic's administration keeps and the treating people see as well."""

    def visible_to(self, user: Any) -> "Self":
        return self.filter(clinical_scope(user) | administrative_scope(user))


class PatientRow(models.Model):
    """Base of everything that belongs to one patient: it carries the patient and the clinic.

    The pair is held together by a composite foreign key (migration 0002), so that no row can
    join a patient of one clinic to another clinic.
    """

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="%(class)ss")
    clinic = models.ForeignKey("accounts.Clinic", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
