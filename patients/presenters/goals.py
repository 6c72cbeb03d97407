"""Goals in words and as a picture, for patient, therapist and report alike."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from painclinic.charts import Band, Figure, Point, Series, line_figure
from patients.goals import LEVEL_FIELDS, GoalsRead, GoalTrack

# Three goals at their worst or best lie at 22.6 and 77.4; heavy weights a little further out.
SCALE = (20, 80)
# Within a few points of 50 what was expected was met, on the whole [D].
AS_EXPECTED = (45, 55)


@dataclass(frozen=True)
class Level:
    """One of the five levels of a goal."""

    level: int
    sign: str
    label: str
    words: str
    is_now: bool
    is_start: bool


@dataclass(frozen=True)
class GoalView:
    """One goal as its page shows it."""

    track: GoalTrack
    text: str
    target: str
    levels: list[Level]
    now: Level
    rated: str
    is_due: bool
    is_over: bool


@dataclass(frozen=True)
class GoalsView:
    """All goals, and what they come to together. `t_now` and `t_start` are None without goals."""

    goals: list[GoalView]
    figure: Figure | None
    words: str
    t_start: float | None
    t_now: float | None

    @property
    def t_change(self) -> float | None:
        return self.t_now - self.t_start if self.t_now is not None and self.t_start is not None else None


def goals_view(read: GoalsRead, today: date, *, uid: str = "goals") -> GoalsView:
    """Everything that is said of a patient's goals on a day."""
    scores = read.scores
    return GoalsView(
        goals=[goal_view(track, today) for track in read.tracks],
        figure=_figure(read, uid) if len(scores) > 1 else None,
        words=score_in_words(scores[0].t, scores[-1].t) if len(scores) > 1 else "",
        t_start=scores[0].t if scores else None,
        t_now=scores[-1].t if scores else None,
    )


def goal_view(track: GoalTrack, today: date) -> GoalView:
    labels = {spec.name: spec.label for spec in track.entry.worksheet.spec.fields}
    levels = [
        Level(
            level=level,
            sign=f"{level:+d}".replace("-", "−") if level else "0",
            label=labels.get(field, ""),
            words=track.words(level),
            is_now=level == track.level,
            is_start=level == track.goal.baseline,
        )
        for level, field in LEVEL_FIELDS.items()
    ]
    target = track.entry.answers.get("target")
    day = date.fromisoformat(target) if target else None
    return GoalView(
        track=track,
        text=track.text,
        target=date_format(day, _("j F Y")) if day else "",
        levels=levels,
        now=next(level for level in levels if level.is_now),
        rated=date_format(track.newest.on_date, _("l j F")) if track.newest else "",
        is_due=track.is_due(today),
        is_over=day is not None and day < today,
    )


def score_in_words(start: float, now: float) -> str:
    """What the T score says, to the patient: without a grade, and without blame."""
    low, high = AS_EXPECTED
    change = now - start
    if now > high:
        place = _("Taken together, you are further than you expected.")
    elif now >= low:
        place = _("Taken together, you are about where you expected to be.")
    elif change > 0:
        place = _("Taken together, you are on the way: nearer to your goals than at the start.")
    else:
        place = _("Taken together, your goals are still ahead of you.")
    if change < 0:
        return place + " " + _("Lately it was harder. Your therapist can help you to make a step smaller.")
    return place


def _figure(read: GoalsRead, uid: str) -> Figure:
    points = [Point(score.day, round(score.t, 1)) for score in read.scores]
    return line_figure(
        [Series(_("All goals together"), points)],
        uid=uid,
        title=_("All goals together"),
        y_range=SCALE,
        bands=[Band(*AS_EXPECTED, _("as expected"))],
    )
