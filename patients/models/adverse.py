"""The register of adverse events and unwanted effects: what was reported, and what the team made of it."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField, EncryptedTextField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.enrolment import Enrolment
from patients.models.measures import Response
from patients.models.scope import ClinicalQuerySet, PatientRow


def is_lead_of(user: object, clinic_id: UUID) -> bool:
    """Whether `user` is a clinical lead of the clinic."""
    return clinic_id in clinics_where(user, Permission.ADVERSE_LEAD)


class AdverseEventQuerySet(ClinicalQuerySet["AdverseEvent"]):
    pass


class AdverseEvent(PatientRow):
    """Something untoward that happened to a patient, due to the treatment or not (ICH E2A, II.A.1).

    Never changed and never deleted: what the team makes of it is in its versions, the newest counts.
    `reported` holds the patient's own words; None where staff wrote it down, and where they are in the
    `response` that reported it.
    """

    class Source(models.TextChoices):
        PATIENT = "patient", _("the patient’s own report")
        ANSWERS = "answers", _("the questionnaire on unwanted effects")
        STAFF = "staff", _("the care team")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="adverse_events")
    source = models.CharField(max_length=8, choices=Source.choices)
    # The form it grew out of: sending it again gives the same event.
    submission_id = models.UUIDField(unique=True, null=True, blank=True)
    # For one from the questionnaire: the answers, and which of the effects.
    response = models.ForeignKey(
        Response, on_delete=models.PROTECT, null=True, blank=True, related_name="adverse_events"
    )
    item = models.CharField(max_length=20, blank=True)
    reported = EncryptedJSONField(null=True, blank=True)
    # When somebody of the team could first know of it (ICH E2A, III.B: clocks start here).
    known_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AdverseEventQuerySet.as_manager()

    class Meta:
        ordering = ["-known_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["response", "item"], condition=~Q(response=None), name="adverse_event_once_per_answer"
            ),
            models.CheckConstraint(
                condition=Q(source="answers", response__isnull=False)
                | (~Q(source="answers") & Q(response=None)),
                name="adverse_event_of_answers_has_them",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-known_at"], name="adverse_event_of_patient")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class AdverseVersionQuerySet(ClinicalQuerySet["AdverseVersion"]):
    def of_team(self, user: object) -> "AdverseVersionQuerySet":
        """Those of the clinics in which `user` keeps the register: nobody's own, as a patient elsewhere."""
        return self.filter(clinic_id__in=clinics_where(user, Permission.ADVERSE_VIEW))

    def current(self) -> "AdverseVersionQuerySet":
        """The newest version of each event: the one that counts."""
        return self.filter(superseded_by=None)

    def valid(self) -> "AdverseVersionQuerySet":
        """Without events that were entered in error."""
        return self.exclude(kind=AdverseVersion.Kind.ERROR)

    def to_assess(self) -> "AdverseVersionQuerySet":
        """Reports that nobody of the team has assessed, and serious ones that wait for the clinical lead.

        What is due first comes first.
        """
        found = self.current().filter(Q(kind=AdverseVersion.Kind.REPORTED) | Q(lead_due_at__isnull=False))
        return found.order_by(Least("due_at", "lead_due_at"), "at")

    def open(self) -> "AdverseVersionQuerySet":
        """To be assessed, or not over yet."""
        waits = Q(kind=AdverseVersion.Kind.REPORTED) | Q(lead_due_at__isnull=False)
        return self.current().valid().filter(waits | Q(outcome__in=AdverseVersion.NOT_OVER))

    def serious(self) -> "AdverseVersionQuerySet":
        return self.filter(criteria__len__gt=0)

    def related(self) -> "AdverseVersionQuerySet":
        """Those for which the treatment is at least a possible cause (ICH E2A, II.A.2)."""
        return self.filter(relation__in=AdverseVersion.RELATED)

    def for_export(self, user: object) -> "AdverseVersionQuerySet":
        """Those of the clinics whose register `user` may take away, without names and free text."""
        return self.filter(clinic_id__in=clinics_where(user, Permission.ADVERSE_EXPORT))


class AdverseVersion(PatientRow):
    """What is known of an event at one time: as it was reported, as the team assessed it, followed up.

    Grades are those of the CTCAE in words (1 mild to 5 death); what makes an event serious is ICH E2A,
    II.B; that a grade of 4 or 5 is always serious is our own rule [D]. While `lead_due_at` is set the
    clinical lead has yet to assess it.
    """

    class Kind(models.TextChoices):
        REPORTED = "reported", _("reported")
        ASSESSED = "assessed", _("assessed by the team")
        LEAD = "lead", _("assessed by the clinical lead")
        ERROR = "error", _("marked as entered in error")

    class Category(models.TextChoices):
        PAIN = "pain", _("more pain")
        WORRY = "worry", _("more worry or tension")
        MOOD = "mood", _("lower mood or less hope")
        PRESSURE = "pressure", _("pressure or guilt")
        SLEEP = "sleep", _("worse sleep")
        PEOPLE = "people", _("trouble with people")
        SELF_HARM = "self-harm", _("thoughts of suicide, or self-harm")
        INJURY = "injury", _("a fall or an injury")
        ILLNESS = "illness", _("a new or worse illness")
        MEDICINE = "medicine", _("effect of a medicine, or of stopping one")
        PRIVACY = "privacy", _("privacy, or a fault of the platform")
        OTHER = "other", _("something else")

    class Grade(models.IntegerChoices):
        MILD = 1, _("1, mild: noticed, daily life as usual")
        MODERATE = 2, _("2, moderate: limits some of daily life")
        SEVERE = 3, _("3, severe: limits looking after oneself, or needs treatment; no danger to life")
        LIFE_THREATENING = 4, _("4, danger to life: help was needed at once")
        DEATH = 5, _("5, death")

    class Criterion(models.TextChoices):
        DEATH = "death", _("death")
        LIFE = "life", _("danger to life")
        HOSPITAL = "hospital", _("taken into hospital, or had to stay longer")
        DISABILITY = "disability", _("lasting or serious disability")
        BIRTH = "birth", _("congenital anomaly or birth defect")
        OTHER = "other", _("otherwise medically important")

    class Relation(models.TextChoices):
        UNRELATED = "unrelated", _("unrelated")
        UNLIKELY = "unlikely", _("unlikely")
        POSSIBLE = "possible", _("possible")
        PROBABLE = "probable", _("probable")
        DEFINITE = "definite", _("definite")

    class Outcome(models.TextChoices):
        RECOVERED = "recovered", _("recovered")
        RECOVERING = "recovering", _("recovering")
        NOT_RECOVERED = "not-recovered", _("not recovered")
        LASTING = "lasting", _("recovered with lasting effects")
        FATAL = "fatal", _("fatal")
        UNKNOWN = "unknown", _("unknown")

    class Taken(models.TextChoices):
        NONE = "none", _("nothing was changed")
        EASED = "eased", _("slower, or parts left out")
        PAUSED = "paused", _("course paused or on hold")
        STOPPED = "stopped", _("course stopped")
        REFERRED = "referred", _("sent on to somebody else")

    # What is not over: it stays open until a later version says how it ended.
    NOT_OVER = ("recovering", "not-recovered", "unknown")
    RELATED = ("possible", "probable", "definite")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(AdverseEvent, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    category = models.CharField(max_length=10, choices=Category.choices)
    title = EncryptedTextField(null=True, blank=True)
    description = EncryptedTextField(null=True, blank=True)
    grade = models.PositiveSmallIntegerField(choices=Grade.choices, null=True, blank=True)
    criteria = ArrayField(models.CharField(max_length=10, choices=Criterion.choices), default=list)
    is_expected = models.BooleanField(null=True, blank=True)
    relation = models.CharField(max_length=10, choices=Relation.choices, blank=True)
    outcome = models.CharField(max_length=13, choices=Outcome.choices, blank=True)
    taken = models.CharField(max_length=8, choices=Taken.choices, blank=True)
    onset_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    # Why it was assessed like this; for one entered in error, what was wrong.
    note = EncryptedTextField(null=True, blank=True)
    # By when somebody assesses what was reported; by when the clinical lead assesses what is serious.
    due_at = models.DateTimeField(null=True, blank=True)
    lead_due_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AdverseVersionQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="adverse_version_once"),
            models.CheckConstraint(
                condition=Q(number=1, supersedes=None) | Q(number__gt=1, supersedes__isnull=False),
                name="adverse_version_follows_the_last",
            ),
            models.CheckConstraint(
                condition=Q(kind="reported", number=1, due_at__isnull=False)
                | (~Q(kind="reported") & Q(due_at=None)),
                name="adverse_report_has_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["reported", "error"])
                | (
                    Q(grade__range=(1, 5), grade__isnull=False, is_expected__isnull=False)
                    & ~Q(relation="")
                    & ~Q(outcome="")
                    & ~Q(taken="")
                ),
                name="adverse_assessment_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(grade=5, grade__isnull=False, outcome="fatal", criteria__contains=["death"])
                | ((Q(grade__lt=5) | Q(grade=None)) & ~Q(outcome="fatal") & ~Q(criteria__contains=["death"])),
                name="adverse_death_is_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(grade=None) | Q(grade__lt=4) | Q(criteria__len__gt=0),
                name="adverse_grade_four_is_serious",
            ),
            models.CheckConstraint(
                condition=Q(lead_due_at=None) | ~Q(kind__in=["lead", "error"]),
                name="adverse_lead_has_assessed",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "-at"], name="adverse_version_of_clinic"),
            models.Index(fields=["patient", "-at"], name="adverse_version_of_patient"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return f"{self.event_id} {self.number}"

    @property
    def is_serious(self) -> bool:
        return bool(self.criteria)

    @property
    def waits_for_lead(self) -> bool:
        return self.lead_due_at is not None

    @property
    def is_error(self) -> bool:
        return self.kind == self.Kind.ERROR

    @property
    def is_assessed(self) -> bool:
        return self.kind in (self.Kind.ASSESSED, self.Kind.LEAD)
