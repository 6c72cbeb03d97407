from django.db import models


class SubjectKey(models.Model):
    """One person's own data key, wrapped by a key of the installation.

    Deleting the row makes everything that was encrypted for that person unreadable.
    It names the person by id only: this app knows no other.
    """

    subject_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"key of {self.subject_id}"
