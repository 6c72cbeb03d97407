"""Drawing the monthly sample, once for each clinic and month, and writing down what was found in it."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef

from painclinic import clock
from painclinic.accounts.models import Clinic, Membership, Role, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.models import Alert, AlertEvent, AuditItem, AuditReview, AuditSample, Response
from patients.safety import audit, duty
from patients.safety.draw import Strata, picked, strata_of

log = structlog.get_logger()
# A month that was missed because nothing ran is drawn later, as long as it is not longer ago.
MOST_MONTHS = 12
# What somebody did with an alert, by which they handled it.
_HANDLED = (
    "acknowledged",
    "contact-attempt",
    "risk-note",
    "downgraded",
    "outcome",
    "sent-back",
    "signed-off",
)


class ReviewInvalidError(Exception):
    """Each question is answered with one of the answers that there are."""


def draw_due(*, by: Actor) -> int:
    """Draw every sample that is due; returns how many. May run twice at once, late, or again.

    Each clinic and month in a transaction of its own. Clinics that are made up are left out.
    """
    people = Membership.objects.active().filter(clinic=OuterRef("pk"), user__is_active=True)
    clinics = Clinic.objects.filter(Exists(people), is_synthetic=False)
    drawn = 0
    for clinic in clinics.annotate(newest=Max("audit_samples__month")).order_by("pk"):
        for month in _due(clinic, clinic.newest):
            if not _draws(by, clinic, month):
                # A later month before it would hide that it is missing.
                break
            drawn += 1
    return drawn


def _draws(by: Actor, clinic: Clinic, month: date) -> bool:
    """What goes wrong with one clinic holds up no other; its month is tried again with the next run."""
    try:
        return draw_sample(by=by, clinic=clinic, month=month) is not None
    except Exception as error:
        log.warning("audit-sample-failed", fault=type(error).__name__, clinic=str(clinic.pk))
        return False


@transaction.atomic
def draw_sample(*, by: Actor, clinic: Clinic, month: date) -> AuditSample | None:
    """Draw the sample of a month that is over; None when it was drawn before, which stays as it is."""
    if AuditSample.objects.filter(clinic=clinic, month=month).exists():
        return None
    strata = strata_of(clinic, month)
    sample = AuditSample(
        clinic=clinic,
        month=month,
        seed=secrets.token_hex(32),
        population={str(stratum): len(ids) for stratum, ids in strata.items()},
        sizes={str(stratum): size for stratum, size in audit.SIZES.items()},
        digest=audit.digest(strata),
    )
    try:
        with transaction.atomic():
            sample.save(force_insert=True)
    except IntegrityError:
        # Somebody else drew it at this moment.
        return None
    AuditItem.objects.bulk_create(_items(sample, strata))
    record(by=by, action=Action.WRITE, verb="audit-sample-draw", obj=sample)
    return sample


@transaction.atomic
def review_item(*, by: User, item: AuditItem, answers: Mapping[str, str], learnt: str) -> AuditReview:
    """Write down what was found in an item; a later one is a correction, and the earlier ones stay.

    Raises ReviewInvalidError.
    """
    asked = audit.questions(item.stratum)
    if any(answers.get(name) not in audit.ANSWERS for name in asked):
        raise ReviewInvalidError
    AuditSample.objects.select_for_update(no_key=True).get(pk=item.sample_id)
    review = AuditReview(
        item=item,
        patient_id=item.patient_id,
        clinic_id=item.clinic_id,
        number=AuditReview.objects.filter(item=item).count() + 1,
        said={
            "answers": {name: answers[name] for name in asked},
            "learnt": learnt.strip()[: audit.MOST_WORDS],
        },
        was_involved=item.alert_id is not None and by.pk in _handlers([item.alert_id])[item.alert_id],
        by=by,
    )
    review.save(force_insert=True)
    record(by=by, action=Action.WRITE, verb="audit-review", obj=review)
    return review


def note_audit_export(*, by: User, sample: AuditSample) -> None:
    """Keep that a file with a sample left the system, before its first line does."""
    record(by=by, action=Action.EXPORT, verb="audit-sample-export", obj=sample)


def _due(clinic: Clinic, newest: date | None) -> list[date]:
    """The months to draw, oldest first: all since the newest that was drawn, else the last one."""
    month = _before(clock.local_today(clinic.timezone).replace(day=1))
    due: list[date] = []
    while len(due) < MOST_MONTHS and (newest is None or month > newest):
        due.append(month)
        if newest is None:
            break
        month = _before(month)
    return due[::-1]


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _items(sample: AuditSample, strata: Strata) -> list[AuditItem]:
    drawn = picked(sample.seed, strata)
    alerts = [pk for stratum, pk in drawn if stratum]
    answers = [pk for stratum, pk in drawn if not stratum]
    patients = dict(Alert.objects.filter(pk__in=alerts).order_by().values_list("pk", "patient_id"))
    patients |= dict(Response.objects.filter(pk__in=answers).order_by().values_list("pk", "patient_id"))
    handlers, readers = _handlers(alerts), duty.staff_of(sample.clinic_id, Role.SUPERVISOR)
    return [
        AuditItem(
            sample=sample,
            patient_id=patients[pk],
            clinic_id=sample.clinic_id,
            number=number,
            stratum=stratum,
            alert_id=pk if stratum else None,
            response_id=None if stratum else pk,
            reader=_reader(readers, handlers.get(pk, set()), number),
        )
        for number, (stratum, pk) in enumerate(drawn, start=1)
    ]


def _reader(readers: Sequence[User], involved: set[UUID], number: int) -> User | None:
    """In turn, one who had nothing to do with it; somebody who had, where there is nobody else."""
    free = [one for one in readers if one.pk not in involved] or list(readers)
    return free[number % len(free)] if free else None


def _handlers(alerts: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Who did something with each alert. One query."""
    found: dict[UUID, set[UUID]] = {pk: set() for pk in alerts}
    acts = AlertEvent.objects.filter(alert__in=alerts, kind__in=_HANDLED, by__isnull=False).order_by()
    for alert, by in acts.values_list("alert_id", "by_id"):
        found[alert].add(by)
    return found
