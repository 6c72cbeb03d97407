from uuid import UUID, uuid5

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.scoping import ScopedQuerySet
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.scope import NOBODY, PatientRow, clinical_scope


class DraftQuerySet(ScopedQuerySet["Draft"]):
    def visible_to(self, user: object) -> "DraftQuerySet":
        """Only the author's own drafts, and only while they may still see the patient."""
        if not isinstance(user, User):
            return self.filter(NOBODY)
        return self.filter(clinical_scope(user), user=user)

    def open(self) -> "DraftQuerySet":
        return self.filter(closed_at=None)


class Draft(PatientRow):
    """What somebody is typing, saved as they type: a worksheet, a message or a review.

    `target` names the form (for example `entry:<step id>`). `rev` counts what was acknowledged.
    It is closed by the submission that grew out of it.
    """

    class Purpose(models.TextChoices):
        ENTRY = "entry", _("worksheet")
        MESSAGE = "message", _("message")
        REVIEW = "review", _("review")
        MEASURE = "measure", _("questionnaire")
        PLAN = "plan", _("safety plan")
        EFFECT = "effect", _("report of something that got worse")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    target = models.CharField(max_length=120)
    rev = models.PositiveIntegerField(default=0)
    data = EncryptedJSONField()
    saved_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "target"], condition=Q(closed_at=None), name="draft_one_open_per_target"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def id_for(user_id: UUID, target: str, generation: int) -> UUID:
        """The id of the `generation`-th draft of a form: equal in two tabs that open it at once."""
        return uuid5(user_id, f"{target}:{generation}")


class DraftRevisionQuerySet(ScopedQuerySet["DraftRevision"]):
    def visible_to(self, user: object) -> "DraftRevisionQuerySet":
        if not isinstance(user, User):
            return self.filter(NOBODY)
        return self.filter(clinical_scope(user), draft__user=user)


class DraftRevision(PatientRow):
    """One acknowledged state of a draft. `is_conflict` marks a text that met a newer one: it is kept
    beside it and overwrites nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="revisions")
    rev = models.PositiveIntegerField()
    data = EncryptedJSONField()
    tab = models.CharField(max_length=40, blank=True)
    is_conflict = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=clock.now)

    objects = DraftRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["saved_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "rev"], condition=Q(is_conflict=False), name="draft_revision_once"
            ),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
