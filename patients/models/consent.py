import hashlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.scope import EnrolmentDataQuerySet, PatientRow


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def in_force(self, clinic: Clinic, language: str) -> "ConsentText | None":
        """The newest text of a clinic in a language, or in the clinic's own language."""
        texts = self.filter(clinic=clinic, published_at__lte=clock.now()).order_by("-version")
        return texts.filter(language=language).first() or texts.filter(language=clinic.language).first()


class ConsentText(models.Model):
    """What patients of a clinic agree to. Never changed: a new text is a new version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="consent_texts")
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text"), max_length=20_000)
    published_at = models.DateTimeField(default=clock.now)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "language", "version"], name="consent_text_version"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return f"consent text {self.version} ({self.language})"

    @property
    def digest(self) -> str:
        """SHA-256 of title and text, kept with every consent as proof of what was read."""
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


class ConsentQuerySet(EnrolmentDataQuerySet["Consent"]):
    pass


class Consent(PatientRow):
    """One decision of a patient about one text (GDPR Art. 7(1)): given, or taken back. Append-only."""

    class Decision(models.TextChoices):
        GIVEN = "given", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    text_digest = models.CharField(max_length=64)
    decision = models.CharField(max_length=9, choices=Decision.choices)
    decided_at = models.DateTimeField(default=clock.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at"]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
