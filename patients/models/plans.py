"""The plan that a patient keeps for hard hours, and a therapist's word that they write it together."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import M, ScopedQuerySet, clinics_where
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.alerts import AlertHandler
from patients.models.scope import NOBODY, PatientRow, clinical_scope


def _handled_patients(user: Any) -> Q:
    """Patients of open alerts that `user` was called to or took on, where they still work."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    working = clinics_where(user, Permission.ALERT_HANDLE)
    if not working:
        return NOBODY
    mine = AlertHandler.objects.filter(user=user, clinic_id__in=working, alert__closed_at=None)
    return Q(patient_id__in=mine.values("patient_id"))


class PlanQuerySet(ScopedQuerySet[M]):
    """For those who treat the patient, and for whoever handles an open alert of theirs."""

    def visible_to(self, user: Any) -> "Any":
        return self.filter(clinical_scope(user) | _handled_patients(user))

    def newest_of(self, patient_id: Any) -> M | None:
        """The row that counts."""
        return self.filter(patient_id=patient_id).order_by("-at", "-pk").first()


class SafetyPlanQuerySet(PlanQuerySet["SafetyPlan"]):
    pass


class SafetyPlanOfferQuerySet(PlanQuerySet["SafetyPlanOffer"]):
    def waiting(self) -> "SafetyPlanOfferQuerySet":
        """Those after which no version of the plan was written."""
        later = SafetyPlan.objects.filter(patient_id=OuterRef("patient_id"), at__gt=OuterRef("at"))
        return self.filter(~Exists(later))


class SafetyPlan(PatientRow):
    """One version of a patient's safety plan, in their own words. Never changed: the newest counts.

    `texts` are the values of the form in `patients.safety.plan`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The draft it grew out of: sending the same form again gives the same version.
    submission_id = models.UUIDField(unique=True)
    version = models.PositiveIntegerField()
    texts = EncryptedJSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = SafetyPlanQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "version"], name="safety_plan_version_once"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class SafetyPlanOffer(PatientRow):
    """Somebody of the team suggested: let us write it together. Answered by the next version of the plan."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = SafetyPlanOfferQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["patient", "at"], name="safety_plan_offer")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
