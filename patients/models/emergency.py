from datetime import timedelta
from typing import Any

from django.db import models

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.ids import new_id
from patients.models.scope import EnrolmentDataQuerySet, PatientRow


class EmergencyAccessQuerySet(EnrolmentDataQuerySet["EmergencyAccess"]):
    def running(self) -> "EmergencyAccessQuerySet":
        return self.filter(ended_at=None, ends_at__gt=clock.now())


class EmergencyAccess(PatientRow):
    """A record opened without an assignment ("break glass"): with a reason, for an hour, in plain sight.

    The clinic's administration is told, and the patient can see it.
    """

    LASTS = timedelta(minutes=60)
    MIN_REASON = 20

    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="emergency_accesses"
    )
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergency_accesses")
    reason = EncryptedTextField()
    started_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_running(self) -> Any:
        return self.ended_at is None and self.ends_at > clock.now()
