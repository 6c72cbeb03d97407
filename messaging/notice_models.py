"""Where staff can be told besides their mail: devices that take web push, and a number for text messages.

Endpoints, keys and numbers are encrypted for their person, and are wiped when they end.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto.fields import EncryptedJSONField, EncryptedTextField
from painclinic.ids import new_id


class PushDeviceQuerySet(models.QuerySet["PushDevice"]):
    def live(self) -> "PushDeviceQuerySet":
        return self.filter(ended_at=None)


class PushDevice(models.Model):
    """A browser on a device that takes web push for one member of staff."""

    class Ending(models.TextChoices):
        REMOVED = "removed", _("taken off by the person")
        GONE = "gone", _("the push service knows it no longer")
        SIGNED_OUT = "signed_out", _("signed out everywhere")
        LEFT = "left", _("the person's role has ended")
        TAKEN_OVER = "taken_over", _("somebody else uses this browser now")

    MOST = 10

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="push_devices")
    # What the person sees in their list: browser and system, never what the browser says in full.
    label = models.CharField(max_length=80)
    endpoint = EncryptedTextField(subject="user_id", null=True)
    keys = EncryptedJSONField(subject="user_id", null=True)
    # SHA-256 of the endpoint, a long random address: enough to know the same browser again.
    endpoint_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    last_success_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)

    objects = PushDeviceQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["user"], condition=models.Q(ended_at=None), name="push_device_live")]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint_digest"], condition=models.Q(ended_at=None), name="push_device_one_owner"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(endpoint__isnull=True, keys__isnull=True),
                name="push_device_wiped_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SmsNumberQuerySet(models.QuerySet["SmsNumber"]):
    def live(self) -> "SmsNumberQuerySet":
        return self.filter(ended_at=None)

    def proven(self) -> "SmsNumberQuerySet":
        """Those that take notices: their person has typed the code that was sent to them."""
        return self.live().filter(proven_at__isnull=False)

    def unproven(self) -> "SmsNumberQuerySet":
        """Those whose code can still be typed."""
        return self.live().filter(proven_at=None, tries__lt=SmsNumber.MOST_TRIES, code_until__gt=clock.now())


class SmsNumber(models.Model):
    """A mobile number that a member of staff gave, and proves by a code that was sent to it."""

    CODE_LASTS = timedelta(minutes=10)
    MOST_TRIES = 5
    # Codes in an hour and in a day: enough to mistype, too few to run up a bill or to pester somebody.
    MOST_AN_HOUR, MOST_A_DAY = 3, 6

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sms_numbers")
    number = EncryptedTextField(subject="user_id", null=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    proven_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SmsNumberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(ended_at=None, proven_at__isnull=False),
                name="sms_number_one_proven",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None, proven_at=None), name="sms_number_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(number__isnull=True),
                name="sms_number_wiped_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
