"""What there is to draw a monthly sample from, and whether a sample is what its seed gives. Only reads."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, Q

from painclinic.accounts.models import Clinic
from patients.models import Alert, AlertEvent, AuditItem, AuditSample, Response
from patients.safety import audit
from patients.safety.facts import MOOD

Strata = dict[int, list[UUID]]


def strata_of(clinic: Clinic, month: date) -> Strata:
    """All that there is to draw from, by stratum; the same at any later time. Two queries.

    Read from rows that are never changed: an alert counts in the month in which it was first raised,
    with the highest level that it had by the end of that month.
    """
    since, until = bounds(clinic, month)
    own = Alert.objects.filter(clinic=clinic, raised_at__gte=since, raised_at__lt=until).order_by()
    highest = Max("events__level", filter=Q(events__at__lt=until))
    strata: Strata = {stratum: [] for stratum in audit.SIZES}
    for pk, level in own.annotate(highest=highest).values_list("pk", "highest"):
        strata[level].append(pk)
    raised = AlertEvent.objects.filter(response=OuterRef("pk"))
    calm = Response.objects.filter(
        ~Exists(raised),
        clinic=clinic,
        submitted_at__gte=since,
        submitted_at__lt=until,
        instrument_version__instrument__slug__in=MOOD,
    )
    strata[0] = list(calm.order_by().values_list("pk", flat=True))
    return strata


def is_as_drawn(sample: AuditSample) -> bool:
    """Whether a draw with the kept seed from the rows of the month gives these very items. Three queries."""
    strata = strata_of(sample.clinic, sample.month)
    again = picked(sample.seed, strata)
    rows = AuditItem.objects.filter(sample=sample).order_by("number")
    keys = rows.values_list("stratum", "alert_id", "response_id")
    kept = [(stratum, alert or response) for stratum, alert, response in keys]
    return sample.digest == audit.digest(strata) and kept == again


def bounds(clinic: Clinic, month: date) -> tuple[datetime, datetime]:
    """The moments between which a month lies on the clinic's wall clock."""
    zone = ZoneInfo(clinic.timezone)
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return datetime.combine(month, time(0), zone), datetime.combine(after, time(0), zone)


def picked(seed: str, strata: Strata) -> list[tuple[int, UUID]]:
    """What is drawn, with its stratum, in the order of the draw."""
    return [(stratum, pk) for stratum, ids in strata.items() for pk in audit.chosen(seed, stratum, ids)]
