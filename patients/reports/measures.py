"""Measures in the progress report: plain words for the patient, scores and change for clinicians."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Event, Figure
from patients.measures.course import Measure, read_measures
from patients.measures.events import course_events
from patients.models import Enrolment, Occasion, OccasionMissing
from patients.models.measures import OccasionQuerySet
from patients.presenters.measures import MeasuresView, measure_figure, measures_view
from patients.presenters.track import change_in_words, moved, number

# Of a course with weekly questions hardly ever more.
MAX_GAPS = 20


@dataclass(frozen=True)
class MeasureLine:
    """One measure for clinicians."""

    title: str
    moved: str
    change: str
    band: str
    usual: str
    source: str
    figure: Figure


@dataclass(frozen=True)
class Gap:
    """A time point that was not answered in full, and why where somebody found out."""

    title: str
    due_on: date
    reason: str


@dataclass(frozen=True)
class MeasuresPart:
    """`own` in the patient's edition, `lines` in that for clinicians; `missed` time points of `due`."""

    own: MeasuresView | None
    lines: list[MeasureLine]
    missed: int
    due: int
    gaps: list[Gap]


def measures_part(reader: User, enrolment: Enrolment, *, to_patient: bool) -> MeasuresPart:
    """What was reported, as `reader` may see it; empty when nothing was asked yet."""
    if to_patient:
        return MeasuresPart(measures_view(enrolment, reader, uid="report-measures"), [], 0, 0, [])
    events = course_events(enrolment, reader)
    today = clock.local_today(enrolment.patient.timezone)
    due = Occasion.objects.visible_to(reader).filter(enrolment=enrolment, closes_on__lt=today)
    found = [one for one in read_measures(enrolment, reader) if one.known]
    return MeasuresPart(
        own=None,
        lines=[_line(one, events, place) for place, one in enumerate(found, start=1)],
        missed=due.incomplete().count(),
        due=due.count(),
        gaps=_gaps(reader, due),
    )


def _gaps(reader: User, due: OccasionQuerySet) -> list[Gap]:
    """The newest of the time points that are missing, in their order."""
    rows = list(due.incomplete().order_by("-due_on")[:MAX_GAPS])
    noted = OccasionMissing.objects.visible_to(reader).filter(occasion__in=rows).order_by("at")
    reasons = {one.occasion_id: str(one.get_reason_display()) for one in noted}
    return [
        Gap(str(row.get_kind_display()), row.due_on, reasons.get(row.pk, _("not known")))
        for row in reversed(rows)
    ]


def _line(measure: Measure, events: list[Event], place: int) -> MeasureLine:
    value = measure.known[-1].value
    band = measure.scale.band_of(value) if value is not None else None
    usual = measure.usual
    return MeasureLine(
        title=measure.definition.short_title,
        moved=moved(measure),
        change=change_in_words(measure),
        band=band.title if band else "",
        usual=" – ".join(number(end, measure.scale) for end in usual) if usual else "–",
        source=measure.scale.change.source if measure.scale.change else "",
        figure=measure_figure(
            measure,
            uid=f"report-measure-{place}",
            title=measure.definition.short_title,
            label=measure.scale.title,
            events=events,
            sentence=f"{moved(measure)}. {change_in_words(measure)}.",
        ),
    )
