"""The register of adverse events as a file: one line for each event, no names, no free text, no arm.

The list of serious events that a trial needs is the same file, narrowed to them (clinical reference,
4.1 and 6: blinded staff must not see the arm). Made in pieces, each in a transaction of its own.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.crypto import salted_hmac

from clinics.results.codebook import HEAD
from clinics.results.export import pseudonym
from clinics.results.lines import line
from painclinic.accounts.models import Clinic, User
from patients.models import AdverseVersion
from patients.models.adverse import AdverseVersionQuerySet

PIECE = 500
ROWS = ("all", "serious")
_V = AdverseVersion
# Column, what it means, and the choices where there are some. In English, like the names of the columns.
COLUMNS: tuple[tuple[str, str, Any], ...] = (
    ("participant", "Pseudonym of an enrolment, the same as in the export of answers of this clinic", None),
    ("event", "Pseudonym of the event, the same in every export of this clinic", None),
    ("source", "Who it was first known from", ("patient", "answers", "staff")),
    ("known_at", "When somebody of the team could first know of it (ISO 8601, UTC)", None),
    ("status", "Where it stands", ("reported", "assessed", "waits-for-lead", "entered-in-error")),
    ("category", "What kind of thing happened", _V.Category.values),
    ("onset_on", "First day (ISO 8601); empty where it is not known", None),
    ("onset_day", "First day, counted from the first day of treatment as day 1", None),
    ("ended_on", "Last day (ISO 8601); empty while it goes on or is not known", None),
    ("grade", "Severity at worst: 1 mild, 2 moderate, 3 severe, 4 danger to life, 5 death", None),
    ("serious", "1 if any criterion of seriousness is met, else 0; empty before an assessment", None),
    ("criteria", "Criteria of seriousness (ICH E2A), separated by semicolons", _V.Criterion.values),
    ("expected", "1 if it is known to happen in this treatment, else 0", None),
    ("relation", "How far it is due to the treatment", _V.Relation.values),
    ("outcome", "How it ended, or stands", _V.Outcome.values),
    ("treatment", "What was done with the treatment", _V.Taken.values),
    ("versions", "How many versions of it there are; this line is the newest", None),
    ("assessed_at", "When the team assessed it first (ISO 8601, UTC)", None),
    ("lead_assessed_at", "When the clinical lead assessed it last (ISO 8601, UTC)", None),
    ("updated_at", "When the newest version was written (ISO 8601, UTC)", None),
    ("synthetic", "1 if nobody stands behind the data: a demonstration or a generated clinic", None),
)


def event_lines(by: User, clinic: Clinic, rows: str) -> Iterator[str]:
    """The header and every event of the clinic. Holds `PIECE` rows at a time.

    With `rows` "serious" only those that are serious or wait for the clinical lead, errors left out.
    """
    yield line([name for name, _meaning, _choices in COLUMNS])
    last: UUID | None = None
    while True:
        with transaction.atomic():
            piece = list(_piece(by, clinic, rows, last))
            text = "".join(line(_cells(clinic, version)) for version in piece)
        if not piece:
            break
        last = piece[-1].event_id
        yield text


def codebook_lines() -> Iterator[str]:
    """What each column means, in the columns of a REDCap data dictionary."""
    yield line(HEAD)
    for name, meaning, choices in COLUMNS:
        kind = "radio" if choices else "text"
        listed = " | ".join(f"{one}, {one}" for one in choices or ())
        cells = [name, "adverse_events", "", kind, meaning, listed]
        yield line([*cells, *[""] * (len(HEAD) - len(cells))])


def _piece(by: User, clinic: Clinic, rows: str, after: UUID | None) -> AdverseVersionQuerySet:
    found = AdverseVersion.objects.for_export(by).filter(clinic=clinic).current()
    if rows == "serious":
        found = found.valid().filter(Q(criteria__len__gt=0) | Q(lead_due_at__isnull=False))
    if after:
        found = found.filter(event_id__gt=after)
    versions = AdverseVersion.objects.for_export(by).filter(event=OuterRef("event"))
    by_team = versions.filter(kind__in=[_V.Kind.ASSESSED, _V.Kind.LEAD]).order_by("number")
    by_lead = versions.filter(kind=_V.Kind.LEAD).order_by("-number")
    return (
        found.annotate(
            assessed_at=Subquery(by_team.values("at")[:1]), lead_at=Subquery(by_lead.values("at")[:1])
        )
        .defer("title", "description", "note", "event__reported")
        .select_related("event__enrolment")
        .order_by("event_id")[:PIECE]
    )


def _cells(clinic: Clinic, version: Any) -> list[str | int | None]:
    event = version.event
    is_known = version.grade is not None
    return [
        pseudonym(clinic, event.enrolment_id),
        _event_name(clinic, event.pk),
        event.source,
        _moment(event.known_at),
        _status(version),
        version.category,
        _day(version.onset_on),
        (version.onset_on - event.enrolment.starts_on).days + 1 if version.onset_on else None,
        _day(version.ended_on),
        version.grade,
        int(version.is_serious) if is_known else None,
        ";".join(version.criteria),
        None if version.is_expected is None else int(version.is_expected),
        version.relation,
        version.outcome,
        version.taken,
        version.number,
        _moment(version.assessed_at),
        _moment(version.lead_at),
        _moment(version.at),
        int(clinic.is_demo or clinic.is_synthetic),
    ]


def _event_name(clinic: Clinic, event_id: UUID) -> str:
    made = salted_hmac(f"painclinic.adverse.{clinic.pk}", str(event_id), algorithm="sha256")
    return f"e{made.hexdigest()[:16]}"


def _status(version: AdverseVersion) -> str:
    if version.is_error:
        return "entered-in-error"
    if version.kind == _V.Kind.REPORTED:
        return "reported"
    return "waits-for-lead" if version.waits_for_lead else "assessed"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
