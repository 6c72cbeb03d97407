"""That a text should be read soon, and that somebody has read it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.scoping import M
from painclinic.accounts.models import User
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.scope import ClinicalQuerySet, PatientRow, clinical_scope, own_patients


class Written(models.TextChoices):
    """The kinds of text that a patient writes and sends."""

    MESSAGE = "message", _("message")
    ENTRY = "entry", _("worksheet or log")
    NOTE = "note", _("note with homework")
    ANSWER = "answer", _("answer to a questionnaire")
    EFFECT = "effect", _("report of something that got worse")


class StaffOnlyQuerySet(ClinicalQuerySet[M]):
    """For those who treat the patient; the patient sees nothing of it."""

    def visible_to(self, user: Any) -> "Any":
        seen = self.filter(clinical_scope(user))
        return seen.exclude(patient_id__in=own_patients(user)) if isinstance(user, User) else seen


class AttentionMarkQuerySet(StaffOnlyQuerySet["AttentionMark"]):
    def unread(self) -> "AttentionMarkQuerySet":
        """Those that nobody has read yet."""
        return self.filter(reading=None)


class AttentionMark(PatientRow):
    """A text of a patient holds words for which it should be read soon. Which ones is not kept.

    The mark is stored with the text, in one transaction; it never expires and is never changed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Where: the kind of text, and its id. No words.
    written = models.CharField(max_length=8, choices=Written.choices)
    object_id = models.UUIDField()
    words_version = models.CharField(max_length=20)
    at = models.DateTimeField(default=clock.now)

    objects = AttentionMarkQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["written", "object_id"], name="attention_mark_once"),
        ]
        indexes = [models.Index(fields=["patient", "at"], name="attention_of_patient")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class AttentionReadingQuerySet(StaffOnlyQuerySet["AttentionReading"]):
    pass


class AttentionReading(PatientRow):
    """Somebody of the team has read a marked text. Once; never taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mark = models.OneToOneField(AttentionMark, on_delete=models.PROTECT, related_name="reading")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AttentionReadingQuerySet.as_manager()

    class Meta:
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
