"""The register of adverse events for the team: one line of a list, and one event with its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto import keys
from painclinic.dates import written_day
from patients.models import AdverseEvent, AdverseVersion, Patient
from patients.models.adverse import AdverseVersionQuerySet
from patients.presenters.effects import parts_of, summary_of

# Lines of what waits, and of one patient's events; more than that is said, not shown.
MOST = 50
# Letters of a report that stand on a list.
SHORT = 60
Kind = AdverseVersion.Kind


@dataclass(frozen=True)
class EventLine:
    """An event as it stands now."""

    version: AdverseVersion

    @property
    def patient(self) -> Patient:
        return self.version.patient

    @property
    def url(self) -> str:
        return reverse("therapists:adverse-detail", args=[self.version.patient_id, self.version.event_id])

    @cached_property
    def title(self) -> str:
        """What the team calls it; before that, the first words of the report, or its kind."""
        words = str((self.version.event.reported or {}).get("what", ""))
        return self.version.title or Truncator(words).chars(SHORT) or self.category

    @property
    def category(self) -> str:
        label = str(self.version.get_category_display())
        return label[:1].upper() + label[1:]

    @property
    def is_reported(self) -> bool:
        return self.version.kind == Kind.REPORTED

    @property
    def due(self) -> datetime | None:
        """What of its clocks ends first."""
        dues = [at for at in (self.version.due_at, self.version.lead_due_at) if at]
        return min(dues, default=None)

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due <= clock.now()

    @property
    def tone(self) -> str:
        """danger, attention or calm."""
        if self.is_late or self.version.waits_for_lead:
            return "danger"
        return "attention" if self.due else "calm"

    @property
    def state(self) -> str:
        """Where it stands, in a few words."""
        if self.version.is_error:
            return _("entered in error")
        if self.is_reported:
            return _("to be assessed")
        if self.version.waits_for_lead:
            return _("waits for the clinical lead")
        return str(self.version.get_outcome_display())

    @property
    def when(self) -> str:
        """Until when it waits, or how late that is."""
        if not self.due:
            return ""
        day = _day(self.due)
        return _("was due %(day)s") % {"day": day} if self.is_late else _("due %(day)s") % {"day": day}

    @property
    def known(self) -> str:
        return _("known since %(day)s") % {"day": _day(self.version.event.known_at)}


@dataclass(frozen=True)
class HistoryLine:
    """One version: who, when, and what it says."""

    version: AdverseVersion

    @property
    def title(self) -> str:
        if self.version.kind == Kind.ASSESSED and self.version.number > 1:
            return _("assessed or followed up by the team")
        return str(self.version.get_kind_display())

    @property
    def parts(self) -> list[tuple[str, str]]:
        return facts_of(self.version)


@dataclass(frozen=True)
class EventPage:
    """One event: what was reported, how it stands, and everything that was written before."""

    event: AdverseEvent
    line: EventLine
    said: Sequence[tuple[str, str]]
    history: Sequence[HistoryLine]

    @property
    def version(self) -> AdverseVersion:
        return self.line.version

    @property
    def facts(self) -> list[tuple[str, str]]:
        return facts_of(self.version)

    @property
    def was_corrected(self) -> bool:
        """Whether the patient has answered the questionnaire anew since."""
        return getattr(self.event.response, "superseded_by", None) is not None


def facts_of(version: AdverseVersion) -> list[tuple[str, str]]:
    """What a version says, label by label; what is empty left out."""
    kept = [
        (_("Event"), version.title or ""),
        (_("Kind"), str(version.get_category_display())),
        (_("Description"), version.description or ""),
        (_("Began"), written_day(version.onset_on, "j F Y") if version.onset_on else ""),
        (_("Ended"), written_day(version.ended_on, "j F Y") if version.ended_on else ""),
        (_("Grade"), str(version.get_grade_display()) if version.grade else ""),
        (_("Serious"), serious_words(version)),
        (_("Expected"), _yes_no(version.is_expected)),
        (_("Due to the treatment"), str(version.get_relation_display()) if version.relation else ""),
        (_("Outcome"), str(version.get_outcome_display()) if version.outcome else ""),
        (_("Treatment"), str(version.get_taken_display()) if version.taken else ""),
        (_("Note"), version.note or ""),
    ]
    return [(label, text) for label, text in kept if text]


def serious_words(version: AdverseVersion) -> str:
    """ "yes: taken into hospital", "no", or nothing before an assessment."""
    if version.criteria:
        labels = dict(AdverseVersion.Criterion.choices)
        return _("yes: %(why)s") % {"why": ", ".join(str(labels[one]) for one in version.criteria)}
    return _("no") if version.grade else ""


def events_to_assess(user: User, patient: Patient | None = None) -> list[EventLine]:
    """What waits for an assessment, by the team or by the clinical lead; what is due first comes first.

    One query.
    """
    waiting = AdverseVersion.objects.visible_to(user).of_team(user).to_assess()
    return event_lines(waiting.filter(patient=patient) if patient else waiting)


def events_of(user: User, patient: Patient) -> list[EventLine]:
    """All events of one patient as they stand, newest first."""
    mine = AdverseVersion.objects.visible_to(user).of_team(user).current().filter(patient=patient)
    return event_lines(mine.order_by("-event__known_at", "-pk"))


def event_lines(versions: AdverseVersionQuerySet) -> list[EventLine]:
    """The first lines of a list; one query, and one for the keys of their patients."""
    found = list(versions.select_related("event", "patient")[:MOST])
    keys.prefetch({one.patient_id for one in found})
    return [EventLine(one) for one in found]


def event_page(user: User, event: AdverseEvent) -> EventPage:
    """Everything about one event; one query more than the event itself."""
    rows = AdverseVersion.objects.visible_to(user).filter(event=event).select_related("by", "event")
    versions = list(rows.order_by("-number"))
    return EventPage(event, EventLine(versions[0]), parts_of(event), [HistoryLine(one) for one in versions])


def first_words(event: AdverseEvent) -> str:
    """What the form for a first assessment begins with."""
    return summary_of(event)


def _day(moment: datetime) -> str:
    return written_day(timezone.localtime(moment), "j F Y")


def _yes_no(value: bool | None) -> str:
    return "" if value is None else _("yes") if value else _("no")
