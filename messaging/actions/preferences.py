"""What a patient wants to be reminded of."""

from collections.abc import Collection
from datetime import time

from django.db import transaction

from messaging.models import NUDGE_KINDS, ReminderPreference
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.models import Patient


@transaction.atomic
def set_preferences(
    *,
    by: User,
    patient: Patient,
    off_kinds: Collection[str],
    most_per_cause: int,
    quiet_from: time,
    quiet_until: time,
) -> ReminderPreference:
    """Keep what the patient chose; it holds for mails already planned too, which are checked when sent.

    The database refuses more than three per cause and quiet hours shorter than the night.
    """
    preference, _ = ReminderPreference.objects.update_or_create(
        patient=patient,
        defaults={
            "off_kinds": [kind for kind in NUDGE_KINDS if kind in off_kinds],
            "most_per_cause": most_per_cause,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "changed_at": clock.now(),
        },
    )
    record(
        by=by,
        action=Action.WRITE,
        verb="reminder-preference-set",
        obj=preference,
        clinic_id=patient.clinic_id,
    )
    return preference
