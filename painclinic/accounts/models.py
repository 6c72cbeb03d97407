import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.choices import timezone_choices, validate_timezone
from painclinic.ids import new_id

# What else is read with the memberships of whoever is signed in, by name. Apps above put theirs here when
# they start, so that a warning that stands on every page costs no query of its own.
READ_WITH_MEMBERSHIPS: dict[str, Callable[[], Combinable]] = {}


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who can sign in. What they may do follows from their memberships alone: no superuser."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    timezone = models.CharField(
        _("time zone"), max_length=64, default="Europe/London", validators=[validate_timezone]
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return str(self.pk)

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def active_memberships(self) -> list["Membership"]:
        """The memberships that count now, oldest first; read once per request."""
        rows = self.memberships.active().select_related("clinic").order_by("started_at", "pk")
        return list(rows.annotate(**{name: column() for name, column in READ_WITH_MEMBERSHIPS.items()}))

    @property
    def is_staff_member(self) -> bool:
        return any(m.role != Role.PATIENT for m in self.active_memberships)


class Clinic(models.Model):
    """The tenant. Everything about a patient belongs to exactly one clinic."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    country = models.CharField(_("country"), max_length=2, default="GB")
    timezone = models.CharField(
        _("time zone"), max_length=64, default="Europe/London", validators=[validate_timezone]
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    emergency_number = models.CharField(_("emergency number"), max_length=20, default="999")
    work_start = models.TimeField(_("messages are read from"), default=time(9))
    work_end = models.TimeField(_("messages are read until"), default=time(17))
    # ISO weekdays, Monday is 1.
    work_days = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name=_("working days"))
    # Days on which nobody works although the week says so, by ISO date, with their names: public holidays
    # and others. In this row, because every clock asks and no clock may cost a query.
    closed_days = models.JSONField(default=dict, blank=True, editable=False)
    reply_days = models.PositiveSmallIntegerField(
        _("working days to answer a message"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    review_days = models.PositiveSmallIntegerField(
        _("working days to review homework"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    flare_up_days_least = models.PositiveSmallIntegerField(
        _("fewest days of a flare-up"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(14)],
    )
    flare_up_days_most = models.PositiveSmallIntegerField(
        _("most days of a flare-up"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(14)],
    )
    pause_days_most = models.PositiveSmallIntegerField(
        _("most days for which patients pause the course themselves"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(42)],
    )
    # Without it patients get the PHQ-8: for clinics that cannot act on a thought of suicide.
    uses_item_nine = models.BooleanField(_("ask about thoughts of being better off dead"), default=True)
    # Shorter times for alerts than those of the clinical reference, in minutes, as the clinical lead
    # signed them last (`patients.safety.timers`). Empty: the reference.
    alert_timers = models.JSONField(default=dict, blank=True, editable=False)
    # The newest working day whose daily test of the notices of alerts was accepted for everybody it went to
    # (`messaging.chain`). In this row, so that the warning on every page costs no query.
    chain_proved_on = models.DateField(null=True, blank=True, editable=False)
    is_demo = models.BooleanField(default=False)
    # Its patients and their answers were made up; said wherever figures of it are shown.
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.work_days = self.work_days or [1, 2, 3, 4, 5]
        super().save(*args, **kwargs)


class CrisisLine(models.Model):
    """A number a person in crisis can call, shown on the Help now page."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="crisis_lines")
    label = models.CharField(_("who answers"), max_length=80)
    number = models.CharField(_("number"), max_length=30)
    note = models.CharField(_("when and for whom"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return f"{self.label}: {self.number}"


class Role(models.TextChoices):
    PATIENT = "patient", _("patient")
    THERAPIST = "therapist", _("therapist")
    SUPERVISOR = "supervisor", _("supervisor")
    CLINIC_ADMIN = "clinic_admin", _("clinic admin")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(ended_at=None)

    def staff(self) -> "MembershipQuerySet":
        return self.exclude(role=Role.PATIENT)


class Membership(models.Model):
    """A user's role in a clinic. An ended one gives nothing and stays as history."""

    # Whether notices of the clinic's alerts are late; read with them (`patients.safety.standstill`).
    alerts_stand_still: bool = False

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"], condition=Q(ended_at=None), name="membership_one_active_per_clinic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now())


class Invitation(models.Model):
    """A single-use, expiring link by which a person sets up their own sign-in.

    The token is computed from the row (HMAC-SHA256 with the site's secret), so a copy of the
    database holds no usable link; sending again makes a new nonce and kills the older link.
    """

    VALID_FOR = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="invitations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=12, choices=Role.choices)
    nonce = models.CharField(max_length=32)
    # Empty for a clinic's first admin, who is invited from the command line.
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    sent_count = models.PositiveSmallIntegerField(default=1)
    last_sent_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_user",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @staticmethod
    def new_nonce() -> str:
        return secrets.token_hex(16)

    @property
    def token(self) -> str:
        """The secret part of the link: the row's id and its HMAC, URL-safe."""
        key = hashlib.sha256(b"invitation:" + settings.SECRET_KEY.encode()).digest()
        digest = hmac.new(key, f"{self.pk}:{self.nonce}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(self.pk.bytes + digest[:24]).decode().rstrip("=")

    @classmethod
    def find(cls, token: str) -> "Invitation | None":
        """The invitation a token belongs to, whatever its state; None when the token is not genuine."""
        try:
            raw = base64.urlsafe_b64decode(token[:80] + "==")
        except ValueError:
            return None
        if len(raw) != 40:
            return None
        found = cls.objects.filter(pk=UUID(bytes=raw[:16])).select_related("user", "clinic").first()
        return found if found and hmac.compare_digest(found.token, token) else None

    @property
    def state(self) -> str:
        """`accepted`, `withdrawn`, `expired` or `open`."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "expired" if self.is_expired(clock.now()) else "open"

    def is_expired(self, at: datetime) -> bool:
        return self.expires_at <= at


__all__ = ["Clinic", "CrisisLine", "Invitation", "Membership", "Role", "User", "timezone_choices"]
