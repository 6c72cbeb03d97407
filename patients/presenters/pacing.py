"""Pacing in words and as a picture, for patient, therapist and report alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic.charts import Figure, Point, Series, line_figure
from patients.models import Entry
from patients.pacing import Track
from programs.formulas.pacing_weeks import Decision, Week, forecast
from programs.worksheets import Answer, answers_for, derived_lines

# What a picture shows at most: beyond this, days are too narrow to be told apart.
MAX_WEEKS = 16
RECENT = 7


@dataclass(frozen=True)
class WeekLine:
    """One week of a plan, as a row of a table."""

    week: Week
    target: str
    done: str
    change: str


@dataclass(frozen=True)
class DoneLine:
    """One line of the log in words."""

    entry: Entry
    text: str


@dataclass(frozen=True)
class TrackView:
    """One pacing plan as its page shows it."""

    track: Track
    answers: list[Answer]
    worked_out: list[tuple[str, str]]
    target: str
    until: str
    why: str
    days: str
    ahead: str
    figure: Figure | None
    weeks: list[WeekLine]
    recent: list[DoneLine]
    today: Entry | None
    has_begun: bool


def track_view(track: Track, today: date, *, uid: str) -> TrackView:
    """Everything that is said of a plan on a day."""
    answers = track.entry.answers
    return TrackView(
        track=track,
        answers=answers_for(track.entry.worksheet.spec, answers),
        worked_out=derived_lines(track.entry.worksheet.spec, answers),
        target=track.words(track.week.target),
        until=date_format(track.week.last, _("l j F")),
        why=why(track),
        days=days_in_words(track),
        ahead=ahead(track),
        figure=pacing_figure(track, today, uid=uid),
        weeks=[_week_line(track, week) for week in reversed(track.weeks)],
        recent=[_done_line(track, line) for line in reversed(track.lines[-RECENT:])],
        today=next((line for line in reversed(track.lines) if line.on_date == today), None),
        has_begun=track.plan.start <= today,
    )


def why(track: Track) -> str:
    """Why this week's amount is what it is, to the patient."""
    held = track.plan.is_held
    if len(track.weeks) == 1:
        if held:
            return _("This is your amount. It is meant to feel easy, and it stays as it is.")
        return _("This is where you start. It is meant to feel easy: you grow from here.")
    before = track.weeks[-2]
    decision = before.decision or Decision.HOLD_FEW_DAYS
    said = _stepped_back_and_held if held and decision == Decision.STEP_BACK else _WHY[decision]
    return said() % {
        "days": _days(before.days_done),
        "needed": _days(max(1, track.plan.days_per_week - 1)),
        "over": _days(before.days_overdone),
        "before": track.words(before.target),
        "now": track.words(track.week.target),
        "percent": f"{track.plan.increment_pct:g}",
    }


_WHY = {
    Decision.ADVANCE: lambda: _("Last week you kept to your plan on %(days)s. So the plan grows a little."),
    Decision.ARRIVED: lambda: _("You have reached your goal. From now on it is about keeping it."),
    Decision.HOLD_FEW_DAYS: lambda: _(
        "Last week the plan was kept on %(days)s. It grows after %(needed)s, so it stays as it is for now. "
        "That is all right: regular comes before more."
    ),
    Decision.HOLD_OVERDONE: lambda: _(
        "Last week you did more than the plan on %(over)s. The amount stays as it is, so that stopping on "
        "time can become a habit, on good days too."
    ),
    Decision.STEP_BACK: lambda: _(
        "Last week there was a flare-up. So the amount goes down by a fifth, from %(before)s to %(now)s. "
        "From there it grows again."
    ),
    Decision.HELD: lambda: _("Your plan stays at one amount, so it is the same as last week."),
}


def _stepped_back_and_held() -> str:
    return _(
        "Last week there was a flare-up. So the amount goes down by a fifth, from %(before)s to %(now)s. "
        "It stays there, because your plan stays at one amount."
    )


def _days(number: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


def days_in_words(track: Track) -> str:
    """How many planned days of this week are done."""
    planned = track.plan.days_per_week
    return ngettext("%(done)d of %(planned)d day", "%(done)d of %(planned)d days", planned) % {
        "done": track.week.days_done,
        "planned": planned,
    }


def ahead(track: Track) -> str:
    """When the goal comes if every week goes as planned; nothing without a goal, or at it.

    Of a plan that is held: that it is.
    """
    if track.plan.is_held:
        return _("This plan stays at one amount. It does not grow by itself; after a flare-up it steps back.")
    goal = track.plan.goal
    if goal is None or track.week.exact >= goal:
        return ""
    count = len(forecast(track.plan, track.week.exact)) - 1
    return ngettext(
        "If each week goes as planned, you reach %(goal)s in about %(n)d week.",
        "If each week goes as planned, you reach %(goal)s in about %(n)d weeks.",
        count,
    ) % {"goal": track.words(goal), "n": count}


def pacing_figure(track: Track, today: date, *, uid: str) -> Figure | None:
    """The plan as a stair and what was done as points; None before anything was done."""
    shown = track.weeks[-MAX_WEEKS:]
    first = shown[0].first
    # The most of a day counts: twice the planned amount in two goes is not overdoing.
    done: dict[date, float] = {}
    for line in track.lines:
        amount = line.answers.get("done")
        if line.on_date and line.on_date >= first and amount is not None:
            done[line.on_date] = max(float(amount), done.get(line.on_date, 0))
    if not done:
        return None
    last = min(shown[-1].last, max(today, *done))
    # A stair: the two ends of each week, and the days with something beside them.
    ends = {day for week in shown for day in (week.first, min(week.last, last))}
    unit = track.words(2).partition(" ")[2]
    series = [
        Series(_("Plan"), [Point(day, track.target_on(day)) for day in sorted(ends | set(done))]),
        Series(_("Done"), [Point(day, done[day]) for day in sorted(done)]),
    ]
    highest = max(*done.values(), *(week.target for week in shown))
    title = _("%(activity)s: plan and done") % {"activity": track.activity}
    said = _("The plan: %(first)s on %(start)s, %(now)s now. Last written down: %(done)s on %(day)s.") % {
        "first": track.words(shown[0].target),
        "start": date_format(first, _("j F")),
        "now": track.words(track.week.target),
        "done": track.words(done[max(done)]),
        "day": date_format(max(done), _("j F")),
    }
    if track.plan.is_held:
        # Not inside the braces: there no tool finds the text for translation.
        stays = _("The plan stays at one amount.")
        said = f"{said} {stays}"
    top = _round_up(highest)
    return line_figure(series, uid=uid, title=title, y_label=unit, y_range=(0, top), sentence=said)


def _round_up(amount: float) -> float:
    """A round figure a little above the amount, for the top of a scale."""
    size: int = 10 ** (len(str(int(amount))) - 1)
    steps = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0)
    return min(step * size for step in steps if step * size >= amount * 1.05)


def _done_line(track: Track, entry: Entry) -> DoneLine:
    answers = {answer.name: answer.text for answer in answers_for(entry.worksheet.spec, entry.answers)}
    target = entry.answers.get("target")
    done = track.words(float(entry.answers.get("done") or 0))
    planned = _("%(done)s, planned %(target)s") % {"done": done, "target": f"{target:g}"} if target else done
    kept = answers.get("kept_to_plan", "")
    return DoneLine(entry, f"{planned} · {kept}" if kept else planned)


def _week_line(track: Track, week: Week) -> WeekLine:
    return WeekLine(
        week=week,
        target=track.words(week.target),
        done=_days(week.days_done),
        change=change_in_words(week),
    )


def change_in_words(week: Week) -> str:
    """What followed from a week, in a few words."""
    return {
        None: _("this week"),
        Decision.ADVANCE: _("grows"),
        Decision.ARRIVED: _("goal reached"),
        Decision.HOLD_FEW_DAYS: _("stays: few days"),
        Decision.HOLD_OVERDONE: _("stays: did more than planned"),
        Decision.STEP_BACK: _("steps back: flare-up"),
        Decision.HELD: _("stays: one amount"),
    }[week.decision]


def pacing_views(tracks: Sequence[Track], today: date, *, uid: str = "pacing") -> list[TrackView]:
    """All plans of a patient."""
    return [track_view(track, today, uid=f"{uid}-{number}") for number, track in enumerate(tracks, start=1)]
