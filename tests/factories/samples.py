"""An item of a monthly sample, as it stands after somebody has read it."""

from datetime import date

from painclinic.accounts.models import User
from patients.actions.audit_samples import review_item
from patients.models import Alert, AuditItem, AuditSample

FOUND = {"in_time": "yes", "level": "yes", "note": "no", "reached": "yes", "outcome": "unclear"}


def an_audit_item(alert: Alert, by: User, mark: str) -> AuditItem:
    """One of the sample of a month long ago: put there by hand, so that no draw gives it."""
    sample, _ = AuditSample.objects.get_or_create(
        clinic_id=alert.clinic_id,
        month=date(2020, 1, 1),
        defaults={"seed": "0" * 64, "population": {"2": 9}, "sizes": {"2": 10}, "digest": "0" * 64},
    )
    item = AuditItem.objects.create(
        sample=sample,
        patient_id=alert.patient_id,
        clinic_id=alert.clinic_id,
        number=sample.items.count() + 1,
        stratum=alert.peak_level,
        alert=alert,
        reader=by,
    )
    # The end of the mark: what is too long is cut off.
    review_item(by=by, item=item, answers=FOUND, learnt=f"{mark}-learnt"[-900:])
    return item
