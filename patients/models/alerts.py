"""A risk that a person must look at: level, clock, everything that was done, and how it ended."""

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import M, clinics_where
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.alert_guards import HANDLED_BY_EVENTS, RULES_OF_LIFE
from patients.models.enrolment import Enrolment
from patients.models.measures import Response
from patients.models.scope import ClinicalQuerySet, PatientRow, clinical_scope


class AlertQuerySet(ClinicalQuerySet["Alert"]):
    def visible_to(self, user: Any) -> "AlertQuerySet":
        """Those who treat the patient; and, while it is open, the whole team of the clinic sees that it is.

        Whose alert it is the rest of the team learns when they take it on: see `handled_by`.
        """
        team = Q(clinic_id__in=clinics_where(user, Permission.ALERT_HANDLE), closed_at=None)
        return self.filter(clinical_scope(user) | team)

    def handled_by(self, user: Any) -> "AlertQuerySet":
        """Those whose patient `user` may know: they treat them, were called, or took the alert on."""
        return self.filter(clinical_scope(user) | handler_scope(user, alert="pk"))

    def with_record_of(self, user: Any) -> "AlertQuerySet":
        """Those whose patient's record `user` may open, and not the alert alone."""
        return self.filter(clinical_scope(user))

    def open(self) -> "AlertQuerySet":
        return self.filter(closed_at=None)

    def unacknowledged(self) -> "AlertQuerySet":
        return self.open().filter(acknowledged_at=None)

    def with_undelivered(self) -> "AlertQuerySet":
        """`has_undelivered`: since it was last raised, a notice of it reached nobody.

        The whole team sees that much, and not who or why.
        """
        missed = AlertEvent.objects.filter(
            alert=OuterRef("pk"), kind=AlertEvent.Kind.UNDELIVERED, at__gte=OuterRef("last_raised_at")
        )
        return self.annotate(has_undelivered=Exists(missed))

    def to_read(self) -> "AlertQuerySet":
        """Those that the patient still has to be shown."""
        return self.open().filter(patient_read_at=None)


def handler_scope(user: Any, *, alert: str = "alert_id") -> Q:
    """The condition for open alerts that `user` was called to or took on, where they still work."""
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    working = clinics_where(user, Permission.ALERT_HANDLE)
    mine = AlertHandler.objects.filter(user=user, clinic_id__in=working, alert__closed_at=None)
    return Q(**{f"{alert}__in": mine.values("alert_id")})


class HandledQuerySet(ClinicalQuerySet[M]):
    """What belongs to an alert: for those who treat the patient and for those who handle the alert."""

    def visible_to(self, user: Any) -> "Any":
        return self.filter(clinical_scope(user) | handler_scope(user))


class Alert(PatientRow):
    """A risk that somebody must look at. Never deleted; it does not expire.

    What is kept here is where its events have brought it. The database holds the rules of its life:
    see the constraints and `alert_guards`. Levels and clocks: clinical reference, 4.1 [D].
    """

    class Level(models.IntegerChoices):
        R1 = 1, _("R1")
        R2 = 2, _("R2")
        R3 = 3, _("R3")

    class Kind(models.TextChoices):
        RISK = "risk", _("risk of self-harm")
        RED_FLAG = "red-flag", _("sign of an illness that needs a doctor")
        MEDICINE = "medicine", _("change of a medicine")
        FLAGGED = "flagged", _("marked by a member of the team")

    class Outcome(models.TextChoices):
        NO_ACTION = "no-action", _("no further action needed")
        SAFETY_PLAN = "safety-plan", _("safety plan agreed")
        GP_INFORMED = "gp-informed", _("GP informed")
        CRISIS_REFERRAL = "crisis-referral", _("referred to the crisis team")
        EMERGENCY = "emergency", _("emergency services called")
        FALSE_ALARM = "false-alarm", _("false alarm")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    peak_level = models.PositiveSmallIntegerField(choices=Level.choices)
    # What it began with: the response's id and a hash of its answers; never a word of the patient's.
    response = models.ForeignKey(Response, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    snapshot = models.JSONField(default=dict)
    # Every rule that has met since, and the version of the rule set under which it was raised; what
    # was added later keeps its own version with the event.
    rules = ArrayField(models.SlugField(max_length=40), default=list)
    rules_version = models.CharField(max_length=20)
    raised_at = models.DateTimeField(default=clock.now)
    # When something was last added to it: what comes within a day of that is merged into it.
    last_raised_at = models.DateTimeField(default=clock.now)
    ack_due_at = models.DateTimeField()
    act_due_at = models.DateTimeField()
    # When the patient pressed that they have read what to do now; nothing else is shown before.
    patient_read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The first time that somebody tried to reach the person, or wrote a risk note.
    acted_at = models.DateTimeField(null=True, blank=True)
    # Somebody has acted, and by then says how it ended. Empty until then.
    outcome_due_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_off_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    # How many events it has: the number of the newest.
    event_count = models.PositiveIntegerField(default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-level", "raised_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=3, peak_level__lte=3, peak_level__gte=F("level")),
                name="alert_level",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, outcome="")
                | (Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(outcome="")),
                name="alert_resolved_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | Q(acknowledged_at__isnull=False, acted_at__isnull=False, resolved_at__isnull=False),
                name="alert_closed_after_handling",
            ),
            # What was once at the highest level is closed by two people.
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | Q(peak_level__lt=3)
                | (Q(signed_off_by__isnull=False) & ~Q(signed_off_by=F("resolved_by"))),
                name="alert_r3_closed_by_two",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "-level"], condition=Q(closed_at=None), name="alert_open"),
            models.Index(fields=["enrolment", "kind"], condition=Q(closed_at=None), name="alert_to_merge"),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="origin_kept",
                fields=[
                    "patient",
                    "clinic",
                    "enrolment",
                    "kind",
                    "response",
                    "snapshot",
                    "rules_version",
                    "raised_at",
                ],
            ),
            pgtrigger.Trigger(
                name="rules_of_life", when=pgtrigger.Before, operation=pgtrigger.Update, func=RULES_OF_LIFE
            ),
            pgtrigger.Trigger(
                name="handled_by_events",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("raised", "int")],
                func=HANDLED_BY_EVENTS,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def waits_for_sign_off(self) -> bool:
        """Somebody has found an outcome, and another person has to agree."""
        return self.resolved_at is not None and self.closed_at is None

    def is_late(self) -> bool:
        """Whether the present step of its clock is over: to acknowledge, to act, to say how it ended."""
        now = clock.now()
        if self.closed_at or self.resolved_at:
            return False
        dues = [
            self.ack_due_at if self.acknowledged_at is None else None,
            self.act_due_at if self.acted_at is None else None,
            self.outcome_due_at,
        ]
        return any(due is not None and due <= now for due in dues)


class AlertEventQuerySet(HandledQuerySet["AlertEvent"]):
    pass


class AlertEvent(PatientRow):
    """One thing that happened with an alert. Never changed and never deleted."""

    class Kind(models.TextChoices):
        RAISED = "raised", _("raised")
        MERGED = "merged", _("came again")
        FOLLOW_UP = "follow-up", _("follow-up questions answered")
        READ = "read", _("read by the patient")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        CONTACT = "contact-attempt", _("contact tried")
        RISK_NOTE = "risk-note", _("risk note")
        SAFETY_PLAN = "safety-plan", _("safety plan")
        DOWNGRADED = "downgraded", _("lowered")
        ESCALATED = "escalated", _("passed on")
        UNDELIVERED = "undelivered", _("a notice was not delivered")
        OUTCOME = "outcome", _("outcome")
        SENT_BACK = "sent-back", _("sent back by a second person")
        SIGNED_OFF = "signed-off", _("signed off by a second person")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # The level from here on.
    level = models.PositiveSmallIntegerField(choices=Alert.Level.choices)
    response = models.ForeignKey(Response, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    details = EncryptedJSONField(null=True)
    # Empty for what no person did.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AlertEventQuerySet.as_manager()

    class Meta:
        ordering = ["alert", "number"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "number"], name="alert_event_number_once"),
            models.CheckConstraint(
                condition=~Q(kind__in=["contact-attempt", "risk-note", "downgraded", "outcome", "sent-back"])
                | Q(details__isnull=False, by__isnull=False),
                name="alert_event_says_why",
            ),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class AlertHandlerQuerySet(HandledQuerySet["AlertHandler"]):
    pass


class AlertHandler(PatientRow):
    """Somebody who was called to an alert or took it on, and may know whose it is until it is closed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="handlers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = AlertHandlerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "user"], name="alert_handler_once")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class AlertStepQuerySet(HandledQuerySet["AlertStep"]):
    def due(self) -> "AlertStepQuerySet":
        return self.filter(done_at=None, due_at__lte=clock.now())


class AlertStep(PatientRow):
    """Somebody shall be told of an alert at a moment, unless it has been seen to by then.

    Planned with the alert, so that no restart forgets it. `done_at` is set once, by whoever did it.
    """

    class Step(models.TextChoices):
        TELL = "tell", _("tell who treats the patient")
        DUTY = "duty", _("tell who is on duty")
        SECOND = "second", _("tell the second on duty")
        LEAD = "lead", _("tell the clinical lead")
        EVERYBODY = "everybody", _("tell the whole team")
        ACT = "act", _("nobody has tried to reach the patient in time")
        OUTCOME = "outcome", _("nobody has said how it ended")
        SIGN_OFF = "sign-off", _("a second person has to agree with the outcome")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=9, choices=Step.choices)
    # Which raising of the alert it belongs to: a level that rises starts its clock anew.
    round = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    # True when it was no longer needed at its moment.
    was_needless = models.BooleanField(default=False)

    objects = AlertStepQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(fields=["alert", "round", "step", "due_at"], name="alert_step_once"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="alert_step_due")]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.pk)
