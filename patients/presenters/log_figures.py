"""Logs of before and after as pictures, for patient, therapist and report alike."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from statistics import fmean
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from painclinic.charts import Change, Changes, Figure, Point, Series, change_figure, line_figure
from patients.models import Entry
from patients.presenters.activity import activity_figure
from patients.presenters.nights import nights_figure
from programs.formulas.thoughts import FeelingChange, feeling_changes
from programs.models import Worksheet
from programs.worksheets.changes import moved

# What a picture of pairs takes without becoming a wall.
MAX_PAIRS = 8


def log_figure(
    worksheet: Worksheet, entries: Iterable[Entry], *, uid: str, is_worded: bool = True
) -> Figure | None:
    """The picture of a log; None for a worksheet that has none, and while there is nothing to show.

    Without `is_worded` nothing is read that was written in words: rows are named by their days.
    """
    known = sorted(entries, key=lambda entry: (entry.on_date or date.min, entry.submitted_at))
    for name, draw in _FIGURES.items():
        if name in worksheet.spec.derived:
            return draw(known, uid)
    if "enjoyment_change" in worksheet.spec.derived:
        return enjoyment_figure(known, uid, is_worded=is_worded)
    return activity_figure(worksheet, known, uid=uid)


def feelings_of(values: Mapping[str, Any]) -> tuple[FeelingChange, ...]:
    """The feelings of a thought record that were rated before and after."""
    return feeling_changes(values.get("feelings") or (), values.get("feelings_after") or ())


def thought_figure(entry: Entry, *, uid: str) -> Figure | None:
    """One thought record: belief in the thought and each feeling, before and after."""
    values = entry.answers
    rows = [
        Change(feeling_label(entry.worksheet, one.name), one.before, one.after) for one in feelings_of(values)
    ]
    if values.get("belief_after") is not None:
        belief = values.get("belief_before"), values["belief_after"]
        rows.insert(0, Change(_("Belief in the thought"), *belief))
    return _pairs(rows, uid, _("Before and after"), top=100, unit="%") if rows else None


def feeling_label(worksheet: Worksheet, name: str) -> str:
    """What a feeling is called on the sheet."""
    spec = worksheet.spec.field("feelings")
    part = next((one for one in spec.fields if one.name == "name"), None) if spec else None
    return part.option_label(name) if part else name


def feelings_in_words(entry: Entry) -> list[tuple[str, str]]:
    """How far each feeling of a thought record moved; nothing for any other worksheet."""
    if "thought_change" not in entry.worksheet.spec.derived:
        return []
    return [
        (feeling_label(entry.worksheet, one.name), moved(one.before, one.after, "%"))
        for one in feelings_of(entry.values)
    ]


def thoughts_figure(entries: Iterable[Entry], uid: str) -> Figure | None:
    """Several thought records: how far each first thought was believed, before and after."""
    rows = [
        Change(_day(entry), entry.values.get("belief_before"), entry.values["belief_after"])
        for entry in entries
        if entry.values.get("belief_after") is not None
    ]
    title = _("How far each thought was believed")
    return _pairs(rows[-MAX_PAIRS:], uid, title, top=100, unit="%") if rows else None


def enjoyment_figure(entries: Iterable[Entry], uid: str, *, is_worded: bool = True) -> Figure | None:
    """Activities that were done: the enjoyment expected and the actual one."""
    rows = [
        Change(str(entry.answers.get("activity", "")) if is_worded else _day(entry), *_enjoyment(entry))
        for entry in entries
        if entry.values.get("actual_enjoyment") is not None
    ]
    names = (_("Expected"), _("In the end"))
    return _pairs(rows[-MAX_PAIRS:], uid, _("Enjoyment, from 0 to 10"), top=10, names=names) if rows else None


def _enjoyment(entry: Entry) -> tuple[float | None, float | None]:
    return entry.values.get("expected_enjoyment"), entry.values.get("actual_enjoyment")


def tension_figure(entries: Iterable[Entry], uid: str) -> Figure | None:
    """Tension before and after practising, the mean of each day."""
    before, after = _by_day(entries, "tension_before"), _by_day(entries, "tension_after")
    if not after:
        return None
    series = [
        Series(name, [Point(day, value) for day, value in sorted(found.items())])
        for name, found in ((_("Before"), before), (_("Afterwards"), after))
    ]
    return line_figure(series, uid=uid, title=_("Tension, from 0 to 10"), y_range=(0, 10))


def _by_day(entries: Iterable[Entry], name: str) -> dict[date, float]:
    found: dict[date, list[float]] = {}
    for entry in entries:
        if entry.on_date and entry.values.get(name) is not None:
            found.setdefault(entry.on_date, []).append(float(entry.values[name]))
    return {day: fmean(values) for day, values in found.items()}


def _pairs(
    rows: list[Change],
    uid: str,
    title: str,
    *,
    top: float,
    unit: str = "",
    names: tuple[str, str] | None = None,
) -> Figure:
    changes = Changes(rows, top=top, names=names or (_("Before"), _("After")), unit=unit)
    return change_figure(changes, uid=uid, title=title)


def _day(entry: Entry) -> str:
    return date_format(entry.on_date, _("l j F")) if entry.on_date else ""


# By the calculation that a worksheet names, so that a clinic's own sheets get their pictures, too.
_FIGURES: Mapping[str, Callable[[list[Entry], str], Figure | None]] = {
    "sleep_night": nights_figure,
    "thought_change": thoughts_figure,
    "tension_change": tension_figure,
}
