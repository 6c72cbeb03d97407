from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.scoping import ScopedQuerySet
from painclinic.accounts.choices import validate_timezone
from painclinic.accounts.models import Clinic, User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.ids import new_id
from patients.models.scope import administrative_scope, clinical_scope


class PatientQuerySet(ScopedQuerySet["Patient"]):
    def visible_to(self, user: Any) -> "PatientQuerySet":
        clinical = clinical_scope(user, patient="pk")
        return self.filter(clinical | administrative_scope(user))

    def treated_by(self, user: Any) -> "PatientQuerySet":
        """Only those whose treatment `user` may see, leaving out what administration alone may see."""
        return self.filter(clinical_scope(user, patient="pk"))


class Patient(models.Model):
    """A person in treatment at one clinic: who they are and how to reach them in an emergency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="patient")
    name = models.CharField(_("name"), max_length=120)
    date_of_birth = models.DateField(_("date of birth"))
    email = models.EmailField(_("e-mail"))
    timezone = models.CharField(_("time zone"), max_length=64, validators=[validate_timezone])
    language = models.CharField(_("language"), max_length=10)
    mobile = EncryptedTextField(subject="id")
    address = EncryptedTextField(subject="id")
    emergency_contact_name = EncryptedTextField(subject="id")
    emergency_contact_phone = EncryptedTextField(subject="id")
    gp_name = EncryptedTextField(subject="id")
    gp_contact = EncryptedTextField(subject="id")
    # The form's own id: a double click or a reload meets this constraint and enrols nobody twice.
    enrolment_request_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), "clinic", name="patient_email_unique_in_clinic"),
            models.UniqueConstraint(fields=["clinic", "id"], name="patient_clinic_id"),
            models.CheckConstraint(condition=~Q(name=""), name="patient_has_name"),
        ]
        indexes = [models.Index(fields=["clinic", "name"], name="patient_clinic_name")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]
