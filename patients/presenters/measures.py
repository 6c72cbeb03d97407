"""What patients report, shown to them: each measure as their own line, in plain words.

Source: clinical reference, section 3 ("show patients"): own line, grey band for ordinary ups and downs,
number and arrow and words, goals first, no labels, no single item, one next step at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from painclinic.charts import Band, Corridor, Event, Figure, Point, Series, line_figure
from painclinic.charts.data import position
from painclinic.charts.wording import day as day_in_words
from patients.measures.course import Measure, ScorePoint, read_measures
from patients.measures.events import course_events
from patients.models import Enrolment


@dataclass(frozen=True)
class MeasureView:
    """One measure for its patient. `way` is `better`, `same`, `worse` or `start`; `arrow` is decoration."""

    title: str
    way: str
    words: str
    change: str
    arrow: str
    hint: str
    figure: Figure


@dataclass(frozen=True)
class NextStep:
    """The one thing that a page ends with."""

    title: str
    text: str
    url: str
    action: str
    is_contact: bool = False


@dataclass(frozen=True)
class MeasuresView:
    """All measures of a patient, the one that they came for first."""

    measures: list[MeasureView]

    @property
    def is_harder(self) -> bool:
        return any(one.way == "worse" for one in self.measures)


def measures_view(enrolment: Enrolment, patient: User, *, uid: str = "measures") -> MeasuresView:
    """The measures that the patient has answered at least once, as they are told of them. Five queries."""
    events = course_events(enrolment, patient)
    found = read_measures(enrolment, patient)
    answered = [one for one in found if one.known]
    return MeasuresView([_view(one, events, f"{uid}-{place}") for place, one in enumerate(answered, start=1)])


def plain_title(measure: Measure) -> str:
    """What a measure is about, without the name of a questionnaire and without a diagnosis."""
    titles = {
        "peg": _("Pain and daily life"),
        "pain-nrs": _("Pain"),
        "rmdq": _("What your back keeps you from"),
        "phq-9": _("Mood and energy"),
        "phq-8": _("Mood and energy"),
        "gad-7": _("Worry and tension"),
    }
    return titles.get(measure.instrument) or measure.definition.short_title


def _view(measure: Measure, events: Sequence[Event], uid: str) -> MeasureView:
    way = way_of(measure)
    change = _change(measure)
    words = way_in_words(way)
    return MeasureView(
        title=plain_title(measure),
        way=way,
        words=words,
        change=change,
        arrow=_arrow(measure),
        hint=_("Lower is better.") if measure.scale.higher_is_worse else _("Higher is better."),
        figure=measure_figure(
            measure,
            uid=uid,
            title=plain_title(measure),
            label=_("you"),
            events=events,
            sentence=" ".join(part for part in (f"{words}.", change, _usual(measure)) if part),
        ),
    )


def way_of(measure: Measure) -> str:
    """Where the newest score lies, in the patient's terms; `start` while there is nothing to compare."""
    if measure.start is None or measure.latest is None:
        return "start"
    change = measure.verdict.change
    return "worse" if change.is_worse else "better" if change.is_better else "same"


def way_in_words(way: str) -> str:
    words = {
        "better": _("Clearly better"),
        "same": _("About the same"),
        "worse": _("Clearly harder lately"),
        "start": _("Too early to compare"),
    }
    return words[way]


def _change(measure: Measure) -> str:
    """ "From 7 on 2 March to 5 on 30 March." """
    if measure.start is None or measure.latest is None:
        last = measure.known[-1]
        return _("%(value)s on %(day)s.") % {"value": shown(last.value), "day": day_in_words(last.on_date)}
    return _("From %(first)s on %(first_day)s to %(last)s on %(last_day)s.") % {
        "first": shown(measure.start.value),
        "first_day": day_in_words(measure.start.on_date),
        "last": shown(measure.latest.value),
        "last_day": day_in_words(measure.latest.on_date),
    }


def _arrow(measure: Measure) -> str:
    first, last = (one.value if one else None for one in (measure.start, measure.latest))
    if first is None or last is None:
        return ""
    return "→" if first == last else "↓" if last < first else "↑"


def _usual(measure: Measure) -> str:
    if measure.usual is None:
        return ""
    low, high = measure.usual
    return _("From %(low)s to %(high)s counts as ordinary ups and downs.") % {
        "low": shown(low),
        "high": shown(high),
    }


def shown(value: Decimal | None) -> str:
    """A number as people say it: at most one decimal."""
    if value is None:
        return "–"
    rounded = round(value, 1)
    return str(number_format(rounded, 0 if rounded == rounded.to_integral_value() else 1))


def measure_figure(
    measure: Measure,
    *,
    uid: str,
    title: str,
    label: str,
    events: Sequence[Event] = (),
    bands: Sequence[Band] = (),
    corridor: Corridor | None = None,
    sentence: str = "",
    usual_label: str = "",
) -> Figure:
    """A measure over time with the grey band of ordinary ups and downs, the same on page and paper.

    Events from before the first and after the last answer are left out.
    """
    usual = measure.usual
    grey = (
        [Band(float(usual[0]), float(usual[1]), usual_label or _("ordinary ups and downs"), "quiet")]
        if usual
        else []
    )
    return line_figure(
        [Series(label, points_of(measure.known))],
        uid=uid,
        title=title,
        y_range=(float(measure.scale.minimum), float(measure.scale.maximum)),
        bands=[*grey, *bands],
        events=[event for event in events if _is_within(event, measure.known)],
        corridor=corridor,
        sentence=sentence,
    )


def points_of(points: Sequence[ScorePoint]) -> list[Point]:
    return [Point(one.on_date, float(one.value)) for one in points if one.value is not None]


def _is_within(event: Event, points: Sequence[ScorePoint]) -> bool:
    days: list[date] = [one.on_date for one in points]
    return bool(days) and min(days).toordinal() <= position(event.at) <= max(days).toordinal()


def contact_step(name: str) -> NextStep:
    """What somebody is offered for whom it got harder."""
    return NextStep(
        title=_("It has been harder lately"),
        text=_("That happens, and you do not need to wait. Tell %(name)s what changed: together you can "
               "make the next step fit.") % {"name": name},
        url=reverse("messaging:thread"),
        action=_("Write to %(name)s") % {"name": name},
        is_contact=True,
    )  # fmt: skip
