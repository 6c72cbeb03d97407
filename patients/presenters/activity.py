"""The activity log as a picture, for patient, therapist and report alike."""

from collections.abc import Iterable
from datetime import date
from statistics import fmean
from typing import Any

from django.utils.translation import gettext as _

from painclinic.charts import Bar, Figure, Stack, stack_figure, weekly
from patients.models import Entry
from programs.models import Worksheet
from programs.worksheets import derive
from programs.worksheets.activity import ActivitySummary

# More bars than this do not fit; then each bar is a week.
MAX_DAYS = 56


def activity_of(worksheet: Worksheet, entries: Iterable[Entry]) -> ActivitySummary | None:
    """The figures of an activity log; None for another kind of worksheet."""
    if "activity_summary" not in worksheet.definition.get("derived", ()):
        return None
    summary: ActivitySummary = derive(worksheet.definition, [entry.values for entry in entries])[
        "activity_summary"
    ]
    return summary


def activity_figure(worksheet: Worksheet, entries: Iterable[Entry], *, uid: str) -> Figure | None:
    """Active and resting minutes by day, with the pain after; None when there is nothing to show."""
    entries = list(entries)
    summary = activity_of(worksheet, entries)
    if summary is None or not summary.days:
        return None
    pain = _pain_by_day([entry.values for entry in entries])
    bars = [Bar(day.day, (day.up_minutes, day.down_minutes), pain.get(day.day)) for day in summary.days]
    is_long = (bars[-1].on - bars[0].on).days >= MAX_DAYS
    stack = Stack(
        bars=weekly(bars) if is_long else bars,
        part_labels=(_("Active"), _("Resting")),
        unit=_("minutes"),
        rating_label=_("Pain after"),
        days=7 if is_long else 1,
    )
    return stack_figure(stack, uid=uid, title=_("Activity, rest and pain"))


def _pain_by_day(answers: Iterable[dict[str, Any]]) -> dict[date, float]:
    found: dict[date, list[float]] = {}
    for answer in answers:
        if answer.get("date") and answer.get("pain_after") is not None:
            found.setdefault(date.fromisoformat(answer["date"]), []).append(float(answer["pain_after"]))
    return {day: fmean(values) for day, values in found.items()}
