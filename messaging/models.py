from datetime import time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.chain_models import ChainTest as ChainTest
from messaging.notice_models import PushDevice as PushDevice
from messaging.notice_models import SmsNumber as SmsNumber
from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import ScopedQuerySet, clinics_where
from painclinic.accounts.models import Clinic, Invitation, Role, User
from painclinic.crypto.fields import EncryptedTextField
from painclinic.frozen import frozen_triggers
from painclinic.ids import new_id
from patients.models.scope import ClinicalQuerySet, PatientRow

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
# What a patient is nudged about, and can have less of. Staff notices and sign-in mails are not among it.
NUDGE_KINDS = [
    "module_available", "homework_due", "questions_due", "inactive", "unread_message", "feedback_ready",
]  # fmt: skip


class ThreadQuerySet(ClinicalQuerySet["Thread"]):
    def awaiting_reply(self) -> "ThreadQuerySet":
        """Those whose last word is the patient's."""
        return self.filter(reply_due_at__isnull=False)


class Thread(PatientRow):
    """The one conversation of a patient with their care team.

    The three times are kept by `actions.send_message`, so that a worklist needs no look at messages.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    last_message_at = models.DateTimeField(null=True, blank=True)
    # Since when, and until when at the latest, the patient's oldest unanswered message waits.
    waiting_since = models.DateTimeField(null=True, blank=True)
    reply_due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient"], name="thread_one_per_patient")]
        indexes = [models.Index(fields=["clinic", "reply_due_at"], name="thread_reply_due")]

    def __str__(self) -> str:
        return str(self.pk)


class MessageQuerySet(ClinicalQuerySet["Message"]):
    def unread_by(self, user: User) -> "MessageQuerySet":
        """Messages of others that came after `user` last read the thread."""
        read = ThreadRead.objects.filter(
            thread=models.OuterRef("thread"), user=user, read_until__gte=models.OuterRef("sent_at")
        )
        return self.exclude(author=user).filter(~models.Exists(read))


class Message(PatientRow):
    """One message. Never changed and never deleted."""

    class Side(models.TextChoices):
        PATIENT = "patient", _("patient")
        TEAM = "team", _("care team")

    MAX_LENGTH = 5000

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=7, choices=Side.choices)
    body = EncryptedTextField()
    # Made by the form: a double click or a retry sends once.
    submission_id = models.UUIDField(unique=True)
    sent_at = models.DateTimeField(default=clock.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        indexes = [models.Index(fields=["thread", "sent_at"], name="message_in_thread")]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class ThreadReadQuerySet(ClinicalQuerySet["ThreadRead"]):
    pass


class ThreadRead(PatientRow):
    """Up to when a person has read a thread."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="reads")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_until = models.DateTimeField()

    objects = ThreadReadQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="thread_read_once_per_user")]

    def __str__(self) -> str:
        return str(self.pk)


class ReminderQuerySet(ScopedQuerySet["Reminder"]):
    def open(self) -> "ReminderQuerySet":
        """Those that may still be sent."""
        return self.filter(state__in=[Reminder.State.PLANNED, Reminder.State.SENDING])

    def for_list(self) -> "ReminderQuerySet":
        """Newest first, with all that a list shows, in two queries whatever its length."""
        attempts = models.Prefetch("deliveries", queryset=Delivery.objects.order_by("attempted_at"))
        return (
            self.select_related("user", "patient").prefetch_related(attempts).order_by("-planned_at", "-pk")
        )

    def visible_to(self, user: object) -> "ReminderQuerySet":
        """The clinic's staff who look after deliveries; a therapist sees those of their own patients."""
        from patients.models import Patient

        admin = models.Q(clinic_id__in=clinics_where(user, Permission.ACCESS_REVIEW))
        treated = models.Q(patient_id__in=Patient.objects.treated_by(user).values("pk"))
        return self.filter(admin | treated)


class Reminder(models.Model):
    """Something that shall be sent to a person: planned as a row before anybody is told.

    `dedupe_key` names person, cause, target, local date and channel: planning twice makes one row.
    Content is never stored: the text is written from the kind when it is sent, and holds no
    health information. Only what is about signing in carries a `body` (a link, a code), encrypted.
    """

    class Kind(models.TextChoices):
        STAFF_INVITATION = "staff_invitation", _("staff invitation")
        PATIENT_INVITATION = "patient_invitation", _("patient invitation")
        MODULE_AVAILABLE = "module_available", _("a new week is open")
        HOMEWORK_DUE = "homework_due", _("homework is due")
        QUESTIONS_DUE = "questions_due", _("questions wait for answers")
        INACTIVE = "inactive", _("nothing done for some days")
        UNREAD_MESSAGE = "unread_message", _("unread message")
        FEEDBACK_READY = "feedback_ready", _("feedback is there")
        EMERGENCY_NOTICE = "emergency_notice", _("a record was opened in an emergency")
        ALERT = "alert", _("a notice to the team")
        NOTICE_TRIAL = "notice_trial", _("a trial notice")
        CHAIN_TEST = "chain_test", _("the daily test")
        ACCOUNT = "account", _("sign-in and security")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PUSH = "push", _("device")
        SMS = "sms", _("text message")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("no longer needed")
        EXPIRED = "expired", _("too late to be useful")
        FAILED = "failed", _("failed")

    MAX_ATTEMPTS = 6
    LEASE = timedelta(minutes=2)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reminders")
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="reminders"
    )
    # What it is about (a module, a message, an invitation), by id: it is looked at again before sending.
    target_id = models.UUIDField(null=True, blank=True)
    # The how-manieth about one cause, by its place in time and not by counting: a change of the
    # person's time zone, which moves the local date in the key, can then double nothing.
    number = models.PositiveSmallIntegerField(default=1)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    # For web push: each device has a row of its own.
    device = models.ForeignKey(
        PushDevice, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField(default=clock.now)
    # For what is about signing in only.
    body = EncryptedTextField(subject="user_id", null=True)
    subject = models.CharField(max_length=200, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "due_at"],
                condition=models.Q(state__in=["planned", "sending"]),
                name="reminder_open_by_channel",
            ),
            models.Index(fields=["clinic", "-planned_at"], name="reminder_by_clinic"),
            models.Index(fields=["user"], condition=models.Q(state="planned"), name="reminder_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind", "target_id", "number"],
                condition=models.Q(kind__in=NUDGE_KINDS),
                name="reminder_once_per_cause",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=NUDGE_KINDS) | models.Q(number__gte=1, number__lte=3),
                name="reminder_three_per_cause",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def for_invitation(cls, invitation: Invitation) -> "Reminder":
        """The row, not stored yet, of an invitation as it was last sent.

        Each sending makes a new link, so that each has a key of its own.
        """
        staff = invitation.role != Role.PATIENT
        kind = cls.Kind.STAFF_INVITATION if staff else cls.Kind.PATIENT_INVITATION
        target = f"{invitation.pk}.{invitation.sent_count}"
        return cls(
            dedupe_key=f"{kind}:{invitation.user_id}:{target}:{invitation.last_sent_at.date()}:email",
            kind=kind,
            clinic_id=invitation.clinic_id,
            user_id=invitation.user_id,
            target_id=invitation.pk,
            due_at=invitation.last_sent_at,
            not_after=invitation.expires_at,
            planned_at=clock.now(),
        )


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    def visible_to(self, user: object) -> "DeliveryQuerySet":
        return self.filter(reminder_id__in=Reminder.objects.visible_to(user).values("pk"))


class Delivery(models.Model):
    """One attempt to send a reminder through one channel, and how it ended. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="deliveries")
    attempted_at = models.DateTimeField(default=clock.now)
    was_accepted = models.BooleanField()
    # The kind of fault, never its text: servers quote addresses and content.
    fault = models.CharField(max_length=80, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["attempted_at"]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return str(self.pk)


class ReminderPreferenceQuerySet(ScopedQuerySet["ReminderPreference"]):
    def visible_to(self, user: object) -> "ReminderPreferenceQuerySet":
        return self.filter(patient__user=user if isinstance(user, User) else None)


class ReminderPreference(models.Model):
    """What a patient wants to be reminded of, and how often. Without a row: everything, three times."""

    MOST = 3

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patient = models.OneToOneField(
        "patients.Patient", on_delete=models.PROTECT, related_name="reminder_preference"
    )
    off_kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    most_per_cause = models.PositiveSmallIntegerField(default=MOST, validators=[MaxValueValidator(MOST)])
    # Nobody is mailed at night: quiet hours can be made longer than 22 to 7, never shorter.
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    changed_at = models.DateTimeField(default=clock.now)

    objects = ReminderPreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(most_per_cause__gte=1, most_per_cause__lte=3),
                name="preference_at_most_three",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    quiet_from__gte=time(15),
                    quiet_from__lte=time(22),
                    quiet_until__gte=time(7),
                    quiet_until__lte=time(12),
                ),
                name="preference_quiet_at_night",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class DemoMail(models.Model):
    """A mail that a demonstration kept instead of sending it. Exists in demo mode only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    message_id = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return str(self.pk)
