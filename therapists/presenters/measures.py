"""How treatment goes for one person: each measure as a picture with what it says, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Band, Corridor, Event, Figure
from patients.measures.course import Measure
from patients.measures.events import course_events
from patients.measures.expected import LEAST, ExpectedCourse, expected_course
from patients.measures.on_track import Sign, TrackStanding, track_standings
from patients.models import Enrolment, ModuleProgress, Occasion, OccasionMissing, WorseSeen
from patients.presenters.measures import measure_figure
from patients.presenters.track import (
    actions_for,
    change_in_words,
    moved,
    number,
    sign_in_words,
    state_in_words,
    tone_of,
    worse_in_words,
)
from programs.formulas.change import is_responder, percent_change
from therapists.presenters.answers import AnswerSheet, last_answers


@dataclass(frozen=True)
class MeasurePanel:
    """One measure for a clinician."""

    title: str
    moved: str
    change: str
    tone: str
    band: str
    response: str
    source: str
    figure: Figure


@dataclass(frozen=True)
class Missed:
    """A time point that was not answered, or only in part, with the reason if somebody found one."""

    occasion_id: UUID
    what: str
    due_on: date
    reason: str
    note: str


@dataclass(frozen=True)
class Waiting:
    """A time point that is open, or was added for a later day, and is not answered in full yet."""

    occasion_id: UUID
    what: str
    opens_on: date
    closes_on: date
    is_open: bool


@dataclass(frozen=True)
class Seen:
    """That a worsening was seen: by whom, when, what was done."""

    name: str
    at: datetime
    act: str
    note: str


@dataclass(frozen=True)
class MeasuresPanel:
    """All that the page of a person says of measures. `state` is empty while nothing asks for care."""

    state: str
    reasons: list[str]
    actions: list[str]
    panels: list[MeasurePanel]
    sheets: list[AnswerSheet]
    missed: list[Missed]
    waiting: list[Waiting]
    expected: str
    seen: Seen | None = None
    # There is a worsening that nobody has marked yet.
    may_mark: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.panels or self.sheets or self.missed or self.waiting or self.state)


def measures_panel(user: User, enrolment: Enrolment) -> MeasuresPanel:
    """Read how treatment goes; always the same number of queries."""
    track = track_of(user, enrolment)
    occasions = _occasions(user, enrolment)
    usual, events = expected_course(enrolment), course_events(enrolment, user)
    today = clock.local_today(enrolment.patient.timezone)
    return MeasuresPanel(
        state=state_in_words(track.check) or (_("Getting worse") if track.worse else ""),
        reasons=_reasons(track),
        actions=actions_for(track.check, is_worse=bool(track.worse)),
        panels=[_panel(one, events, usual, occasions) for one in track.measures if one.known],
        sheets=last_answers(enrolment, user),
        missed=[_missed(one) for one in occasions if one.closes_on < today and one.completed_at is None],
        waiting=[_waiting(one, today) for one in occasions if _waits(one, today)],
        expected=_expected(usual),
        seen=_seen(user, enrolment),
        may_mark=bool(track.unseen),
    )


def track_of(user: User, enrolment: Enrolment) -> TrackStanding:
    """How the treatment of one patient goes."""
    rows = ModuleProgress.objects.visible_to(user).filter(enrolment=enrolment)
    return track_standings(user, [enrolment], {enrolment.pk: list(rows)})[enrolment.pk]


def _seen(user: User, enrolment: Enrolment) -> Seen | None:
    marks = WorseSeen.objects.visible_to(user).filter(enrolment=enrolment).select_related("by")
    newest = marks.order_by("-at", "-pk").first()
    if newest is None:
        return None
    return Seen(newest.by.name, newest.at, str(newest.get_act_display()), newest.note)


def _reasons(track: TrackStanding) -> list[str]:
    """What is worse with its figures first, also before the time of the checks; then the other signs."""
    signs = track.check.signs if track.check.state.needs_care else ()
    others = [sign_in_words(sign) for sign in signs if sign != Sign.WORSE]
    return [*([worse_in_words(track.worse)] if track.worse else []), *others]


def _occasions(user: User, enrolment: Enrolment) -> list[Occasion]:
    why = OccasionMissing.objects.visible_to(user).order_by("at")
    rows = Occasion.objects.visible_to(user).filter(enrolment=enrolment).defer("reason")
    return list(rows.prefetch_related(Prefetch("missing_reasons", queryset=why)).order_by("due_on"))


def _waits(occasion: Occasion, today: date) -> bool:
    is_near = occasion.opens_on <= today or occasion.kind == Occasion.Kind.EXTRA
    return occasion.completed_at is None and is_near and occasion.closes_on >= today


def _waiting(occasion: Occasion, today: date) -> Waiting:
    return Waiting(
        occasion_id=occasion.pk,
        what=str(occasion.get_kind_display()),
        opens_on=occasion.opens_on,
        closes_on=occasion.closes_on,
        is_open=occasion.opens_on <= today,
    )


def _missed(occasion: Occasion) -> Missed:
    reasons = list(occasion.missing_reasons.all())
    return Missed(
        occasion_id=occasion.pk,
        what=str(occasion.get_kind_display()),
        due_on=occasion.due_on,
        reason=str(reasons[-1].get_reason_display()) if reasons else _("reason not known"),
        note=(reasons[-1].note or "") if reasons else "",
    )


def _panel(
    measure: Measure, events: Sequence[Event], usual: ExpectedCourse, occasions: Sequence[Occasion]
) -> MeasurePanel:
    change = change_in_words(measure)
    response = _response(measure)
    sentence = " ".join(f"{part}." for part in (moved(measure), change, response) if part)
    return MeasurePanel(
        title=measure.definition.short_title,
        moved=moved(measure) if measure.latest or measure.start else number(None, measure.scale),
        change=change,
        tone=tone_of(measure.verdict.change),
        band=_band(measure),
        response=response,
        source=measure.scale.change.source if measure.scale.change else "",
        figure=measure_figure(
            measure,
            uid=f"person-{measure.instrument}",
            title=measure.definition.short_title,
            label=measure.scale.title,
            events=events,
            bands=[
                Band(float(band.low), float(band.high), band.title, "line")
                for band in measure.scale.bands
                if band.low > measure.scale.minimum
            ],
            corridor=_corridor(measure, usual, occasions),
            sentence=sentence,
            # Short: the ranges of the scale have their names in the same picture.
            usual_label=_("usual"),
        ),
    )


def _band(measure: Measure) -> str:
    """The name of the range in which the newest score lies; for clinicians only."""
    value = measure.known[-1].value
    band = measure.scale.band_of(value) if value is not None else None
    return band.title if band else ""


def _response(measure: Measure) -> str:
    """By how much the score fell, and whether that is a response at 30% or at 50%."""
    start, latest = measure.start, measure.latest
    rule = measure.scale.change
    change = percent_change(start.value, latest.value) if start and latest else None
    if change is None or start is None or latest is None or rule is None:
        return ""
    found = _("%(n)s%% since the start") % {"n": f"{change:+.0f}".replace("-", "−")}
    for percent, words in ((50, _("response of 50% or more")), (30, _("response of 30% or more"))):
        if is_responder(
            start.value,
            latest.value,
            percent,
            higher_is_worse=measure.scale.higher_is_worse,
            least=rule.mid,
        ):
            return f"{found}, {words}"
    return found


def _corridor(measure: Measure, usual: ExpectedCourse, occasions: Sequence[Occasion]) -> Corridor | None:
    """Where the middle half of earlier patients would be, counted from this person's own start."""
    steps = usual.steps.get(measure.instrument)
    start, latest = measure.start, measure.latest
    if not steps or start is None or start.value is None or latest is None:
        return None
    low, high = measure.scale.minimum, measure.scale.maximum
    edges = [(start.on_date, float(start.value), float(start.value))]
    for occasion in occasions:
        step = steps.get(occasion.slug)
        if step and start.on_date < occasion.due_on <= latest.on_date:
            ends = [min(max(start.value + move, low), high) for move in (step.low, step.high)]
            edges.append((occasion.due_on, float(ends[0]), float(ends[1])))
    return Corridor(_("half of earlier patients"), edges) if len(edges) > 1 else None


def _expected(usual: ExpectedCourse) -> str:
    """How many earlier patients the expected course rests on, or that there are too few."""
    if usual.is_enough:
        return _("Expected course: the middle half of %(n)d earlier patients of your clinic.") % {
            "n": usual.finished
        }
    return _(
        "The expected course is shown once %(least)d patients of your clinic have finished: %(n)d so far."
    ) % {"least": LEAST, "n": usual.finished}
