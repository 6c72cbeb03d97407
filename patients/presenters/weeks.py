"""A week at a glance: active and resting time by day, relaxation practised, activities planned and done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic.charts import Figure
from patients.log_reading import Span
from patients.models import Entry
from patients.presenters.activity import activity_figure
from patients.presenters.log_figures import enjoyment_figure, tension_figure
from programs.worksheets.activity import ActivitySummary, BoomBust, activity_summary
from programs.worksheets.sleep import duration

# Days that are alike by more than this are called uneven, in per cent of the mean [D].
STEADY, UNEVEN = 30, 60


@dataclass(frozen=True)
class DayLine:
    """One day of a week; both lengths are empty for a day without a line."""

    day: date
    up: str
    down: str
    note: str = ""

    @property
    def has_lines(self) -> bool:
        return bool(self.up)


@dataclass(frozen=True)
class ActivityWeek:
    """A week of the activity log."""

    days: list[DayLine]
    figure: Figure | None
    mean_up: str
    evenness: str
    hint: str


@dataclass(frozen=True)
class RelaxationWeek:
    """A week of the relaxation log, with the tension of four weeks as a picture."""

    days: list[tuple[date, int]]
    practised: str
    change: str
    techniques: list[tuple[str, str]]
    figure: Figure | None


@dataclass(frozen=True)
class PlanLine:
    """One planned activity: when, with whom, and what came of it."""

    entry: Entry
    activity: str
    when: str
    result: str


@dataclass(frozen=True)
class PlanLists:
    """Planned activities: those to come, those whose day has come, those that were looked back on."""

    ahead: list[PlanLine]
    asking: list[PlanLine]
    looked_back: list[PlanLine]
    figure: Figure | None
    better: str


def activity_week(entries: Sequence[Entry], span: Span) -> ActivityWeek:
    """The days of a span; `entries` are of one activity log and begin a week before it, for the hint."""
    own = [entry for entry in entries if entry.on_date and span.first <= entry.on_date <= span.last]
    summary = activity_summary(entry.values for entry in own)
    whole = activity_summary(entry.values for entry in entries)
    known = {day.day: day for day in summary.days}
    mean = summary.mean_up_minutes
    return ActivityWeek(
        days=[
            DayLine(
                day, duration(known[day].up_minutes), duration(known[day].down_minutes), _swing(whole, day)
            )
            if day in known
            else DayLine(day, "", "")
            for day in span.all_days
        ],
        figure=activity_figure(own[0].worksheet, own, uid="week") if own else None,
        mean_up=duration(mean) if mean is not None else "",
        evenness=evenness(summary.variation_pct),
        hint=boom_bust_hint([one for one in whole.boom_busts if span.first <= one.bust.day <= span.last]),
    )


def _swing(summary: ActivitySummary, day: date) -> str:
    for one in summary.boom_busts:
        if one.boom.day == day:
            return _("much more than usual")
        if one.bust.day == day:
            return _("much less than usual")
    return ""


def evenness(variation_pct: float | None) -> str:
    """How alike the days are, by the coefficient of variation; nothing below three days."""
    if variation_pct is None:
        return ""
    if variation_pct < STEADY:
        return _("Your days were much alike.")
    if variation_pct < UNEVEN:
        return _("Your days differed somewhat.")
    return _("Your days differed a lot.")


def boom_bust_hint(found: Sequence[BoomBust]) -> str:
    """The newest swing from much to little, as something to look at and nothing to be blamed for."""
    if not found:
        return ""
    return _(
        "On %(first)s you were active for %(much)s, and on the day after for %(little)s. Many people with "
        "pain know this swing: a good day invites to catch up, and the next day asks for it back. Stopping "
        "a little earlier on good days evens it out."
    ) % {
        "first": date_format(found[-1].boom.day, _("l j F")),
        "much": duration(found[-1].boom.up_minutes),
        "little": duration(found[-1].bust.up_minutes),
    }


def relaxation_week(entries: Sequence[Entry], span: Span) -> RelaxationWeek:
    """The days of a span; `entries` reach further back, for the picture."""
    own = [entry for entry in entries if entry.on_date and span.first <= entry.on_date <= span.last]
    by_day = [(day, sum(entry.on_date == day for entry in own)) for day in span.all_days]
    days = sum(bool(count) for _day, count in by_day)
    return RelaxationWeek(
        days=by_day,
        practised=ngettext(
            "You practised on %(n)d of %(all)d days.", "You practised on %(n)d of %(all)d days.", days
        )
        % {"n": days, "all": span.days},
        change=_tension(own),
        techniques=_techniques(own),
        figure=tension_figure(entries, "tension"),
    )


def _tension(entries: Sequence[Entry]) -> str:
    pairs = [
        (entry.values["tension_before"], entry.values["tension_after"])
        for entry in entries
        if None not in (entry.values.get("tension_before"), entry.values.get("tension_after"))
    ]
    if not pairs:
        return ""
    before, after = (fmean(pair[place] for pair in pairs) for place in (0, 1))
    words = {"before": f"{before:.1f}", "after": f"{after:.1f}"}
    if after < before:
        return _("On average your tension went from %(before)s to %(after)s.") % words
    return (
        _(
            "On average your tension was %(before)s before and %(after)s afterwards. It often takes some "
            "weeks before a difference shows. You may also try another way of relaxing."
        )
        % words
    )


def _techniques(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """What was practised how often, the most frequent first."""
    counts: dict[str, list[int]] = {}
    for entry in entries:
        spec = entry.worksheet.spec.field("technique")
        label = spec.option_label(str(entry.values.get("technique", ""))) if spec else ""
        counts.setdefault(label, []).append(int(entry.values.get("minutes") or 0))
    return [
        (
            label,
            ngettext("%(n)d time, %(minutes)s", "%(n)d times, %(minutes)s", len(minutes))
            % {"n": len(minutes), "minutes": duration(sum(minutes))},
        )
        for label, minutes in sorted(counts.items(), key=lambda item: -len(item[1]))
    ]


def plan_lists(entries: Sequence[Entry], today: date) -> PlanLists:
    """Planned activities, the oldest first in `entries`."""
    ahead = [e for e in entries if not e.values.get("done") and e.on_date and e.on_date > today]
    asking = [e for e in entries if not e.values.get("done") and e.on_date and e.on_date <= today]
    done = [e for e in entries if e.values.get("done")]
    return PlanLists(
        ahead=[_plan_line(entry) for entry in ahead],
        asking=[_plan_line(entry) for entry in reversed(asking)],
        looked_back=[_plan_line(entry) for entry in reversed(done)],
        figure=enjoyment_figure(done, "enjoyment"),
        better=better_than_expected(done),
    )


def better_than_expected(entries: Sequence[Entry]) -> str:
    """How often an activity was enjoyed more than expected; nothing when it never was."""
    pairs = [
        (entry.values["expected_enjoyment"], entry.values["actual_enjoyment"])
        for entry in entries
        if None not in (entry.values.get("expected_enjoyment"), entry.values.get("actual_enjoyment"))
    ]
    better = sum(actual > expected for expected, actual in pairs)
    if not better:
        return ""
    return ngettext(
        "%(better)d of %(n)d activity was enjoyed more than expected.",
        "%(better)d of %(n)d activities were enjoyed more than expected.",
        len(pairs),
    ) % {"better": better, "n": len(pairs)}


def _plan_line(entry: Entry) -> PlanLine:
    answers = entry.answers
    when = date_format(entry.on_date, _("l j F")) if entry.on_date else ""
    parts = [when, answers.get("planned_time"), answers.get("with_whom")]
    done = entry.worksheet.spec.field("done")
    result = [done.option_label(answers["done"]) if done and answers.get("done") else ""]
    if answers.get("actual_enjoyment") is not None:
        result.append(_("enjoyed %(score)d of 10") % {"score": answers["actual_enjoyment"]})
    return PlanLine(
        entry,
        str(answers.get("activity", "")),
        " · ".join(str(part) for part in parts if part),
        " · ".join(part for part in result if part),
    )
