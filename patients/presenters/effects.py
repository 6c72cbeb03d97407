"""What a patient reported, and what became of it, in plain words; never a grade or a judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from patients.models import AdverseEvent, AdverseVersion, Patient
from patients.safety.effects import effects_in, said
from programs.instruments.library import definition_of

# Reports on the page; a person sends a few in a whole course.
MOST = 30


@dataclass(frozen=True)
class ReportLine:
    """One report of the patient: what they said, and whether somebody has looked at it."""

    event: AdverseEvent
    parts: Sequence[tuple[str, str]]
    waits_until: datetime | None
    looked_at: datetime | None
    looked_by: str

    @property
    def is_from_questions(self) -> bool:
        return self.event.source == AdverseEvent.Source.ANSWERS


def own_reports(user: User, patient: Patient) -> list[ReportLine]:
    """What the patient reported themself, newest first; two queries."""
    mine = AdverseEvent.objects.visible_to(user).filter(patient=patient)
    own = mine.exclude(source=AdverseEvent.Source.STAFF)
    events = list(own.select_related("response__instrument_version__instrument")[:MOST])
    versions: dict[object, list[AdverseVersion]] = {}
    rows = AdverseVersion.objects.visible_to(user).filter(event__in=[one.pk for one in events])
    for row in rows.select_related("by").order_by("number"):
        versions.setdefault(row.event_id, []).append(row)
    return [_line(event, versions[event.pk]) for event in events]


def parts_of(event: AdverseEvent) -> list[tuple[str, str]]:
    """What was reported, question by question; nothing for an event that staff wrote down."""
    if event.reported:
        return said(event.reported)
    if event.response is None:
        return []
    definition = definition_of(event.response.instrument_version)
    effects = effects_in(definition, event.response.answers, event.response.texts)
    return next((said(one.reported) for one in effects if one.item == event.item), [])


def summary_of(event: AdverseEvent) -> str:
    """The first words of what was reported."""
    parts = parts_of(event)
    return parts[0][1] if parts else _("Something that got worse")


def _line(event: AdverseEvent, versions: Sequence[AdverseVersion]) -> ReportLine:
    looked = versions[1] if len(versions) > 1 else None
    return ReportLine(
        event,
        parts_of(event),
        waits_until=None if looked else versions[0].due_at,
        looked_at=looked.at if looked else None,
        looked_by=looked.by.name if looked else "",
    )
