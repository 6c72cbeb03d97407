from django.contrib.postgres.fields import ArrayField
from django.db import models

from painclinic.frozen import frozen_triggers


class Action(models.TextChoices):
    READ = "read"
    LIST = "list"
    WRITE = "write"
    EXPORT = "export"
    LOGIN = "login"
    DENIED = "denied"
    EMERGENCY = "emergency"


class AuditEvent(models.Model):
    """Who did what, when, to whose record. Never content; never changed, never deleted.

    People and things are named by id without a foreign key, so that an event outlives them.
    """

    at = models.DateTimeField(db_index=True)
    actor_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=80)
    clinic_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    action = models.CharField(max_length=12, choices=Action.choices)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_ids = ArrayField(models.UUIDField(), default=list)
    purpose = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes = [
            # What somebody did next, for the time that went into a course.
            models.Index(fields=["actor_id", "at"], name="audit_actor_at"),
            models.Index(fields=["subject_id", "-at"], name="audit_subject_at"),
            models.Index(fields=["clinic_id", "-at"], name="audit_clinic_at"),
        ]
        triggers = frozen_triggers()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.verb}"
