import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField, EncryptedTextField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.scope import ClinicalQuerySet, PatientRow
from programs.models import InstrumentVersion


class OccasionQuerySet(ClinicalQuerySet["Occasion"]):
    def incomplete(self) -> "OccasionQuerySet":
        return self.filter(completed_at=None)

    def for_export(self, user: object) -> "OccasionQuerySet":
        """The time points of the clinics whose data `user` may take away, without names, for analysis."""
        return self.filter(clinic_id__in=clinics_where(user, Permission.RESULTS_EXPORT))


class Occasion(PatientRow):
    """A time point at which questionnaires are due. Days are in the patient's time zone.

    `instruments` are slugs in the order in which they are asked. It can be answered from `opens_on`
    to `closes_on`, both included.
    """

    class Kind(models.TextChoices):
        SCREEN = "screen", _("before enrolment")
        BASELINE = "baseline", _("at the start")
        WEEKLY = "weekly", _("weekly")
        MID = "mid", _("mid-course")
        POST = "post", _("at the end")
        FOLLOW_UP = "follow-up", _("follow-up")
        EXTRA = "extra", _("added by a therapist")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="occasions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # `baseline`, `week-3`, `post`, `follow-up-12`, `extra-1`: names the time point in exports.
    slug = models.SlugField(max_length=40)
    instruments = ArrayField(models.SlugField(max_length=40))
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()
    # Who added it, for one that the schedule did not make.
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = EncryptedTextField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = OccasionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "slug"], name="occasion_slug_once"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), closes_on__gte=F("due_on")),
                name="occasion_window_holds_due_day",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(completed_at=None), name="occasion_incomplete"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.pk}"


class OccasionMissingQuerySet(ClinicalQuerySet["OccasionMissing"]):
    pass


class OccasionMissing(PatientRow):
    """Why an occasion was not answered, as somebody found out. Never changed: the newest counts."""

    class Reason(models.TextChoices):
        NOT_REACHED = "not-reached", _("could not be reached")
        DECLINED = "declined", _("did not want to answer")
        UNWELL = "unwell", _("was too unwell")
        TECHNICAL = "technical", _("a technical problem")
        WITHDRAWN = "withdrawn", _("withdrew from being asked")
        OTHER = "other", _("another reason")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="missing_reasons")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = EncryptedTextField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OccasionMissingQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


# The second wall behind `raise_for_response`: at the commit, an answer to item 9 that is a risk, or
# was refused, has its alert, whoever stored it and however. Made-up clinics have no people at risk.
_RISK_HAS_ALERT = """
IF ((NEW.answers ->> 'q9')::numeric >= 1 OR 'q9' = ANY(NEW.declined))
    AND EXISTS (
        SELECT 1 FROM programs_instrumentversion version
        JOIN programs_instrument instrument ON instrument.id = version.instrument_id
        WHERE version.id = NEW.instrument_version_id AND instrument.slug = 'phq-9'
    )
    AND NOT EXISTS (SELECT 1 FROM accounts_clinic WHERE id = NEW.clinic_id AND is_synthetic)
    AND NOT EXISTS (SELECT 1 FROM patients_alertevent WHERE response_id = NEW.id)
THEN
    RAISE EXCEPTION 'painclinic: an answer that signals risk has its alert';
END IF;
RETURN NULL;
"""


class ResponseQuerySet(ClinicalQuerySet["Response"]):
    def current(self) -> "ResponseQuerySet":
        """Leaving out those that a correction took the place of."""
        return self.filter(superseded_by=None)

    def for_export(self, user: object) -> "ResponseQuerySet":
        """The answers of the clinics whose data `user` may take away without names; nothing else of them."""
        return self.filter(clinic_id__in=clinics_where(user, Permission.RESULTS_EXPORT))


class Response(PatientRow):
    """One filled questionnaire. Never changed: a correction is a new response that points to the old.

    `answers` holds numbers by item code. An item that the person would not answer is in `declined`;
    one in neither was skipped by rule. What was written is in `texts`, encrypted; None where nothing was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="responses")
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="responses")
    instrument_version = models.ForeignKey(
        InstrumentVersion, on_delete=models.PROTECT, related_name="responses"
    )
    # The form it grew out of: submitting the same form again gives the same response.
    submission_id = models.UUIDField(unique=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    answers = models.JSONField(default=dict)
    declined = ArrayField(models.CharField(max_length=20), default=list)
    texts = EncryptedJSONField(null=True, blank=True)
    # From the first answer to the last, where the browser told; for "how long it takes".
    seconds = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=clock.now)
    # The day on which it was given, in the patient's time zone.
    on_date = models.DateField()

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at"]
        constraints = [
            # One live response of each questionnaire at each time point; corrections form a chain.
            models.UniqueConstraint(
                fields=["occasion", "instrument_version"],
                condition=Q(supersedes=None),
                name="response_once_per_occasion",
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "submitted_at"], name="response_of_enrolment")]
        triggers = [
            *frozen_triggers(),
            pgtrigger.Trigger(
                name="risk_has_alert",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=_RISK_HAS_ALERT,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ScoreQuerySet(ClinicalQuerySet["Score"]):
    def current(self) -> "ScoreQuerySet":
        """Leaving out those of responses that were corrected."""
        return self.filter(response__superseded_by=None)


class Score(PatientRow):
    """What one scale of a response comes to. Written with the response and never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="scores")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="scores")
    # Repeated here so that a course of scores is one index scan.
    instrument = models.SlugField(max_length=40)
    scale = models.SlugField(max_length=40)
    # Empty when too much is missing for the instrument's rule.
    value = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    band = models.SlugField(max_length=40, blank=True)
    details = models.JSONField(default=dict)
    on_date = models.DateField()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["on_date"]
        constraints = [models.UniqueConstraint(fields=["response", "scale"], name="score_scale_once")]
        indexes = [
            models.Index(fields=["enrolment", "instrument", "scale", "on_date"], name="score_course"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)
