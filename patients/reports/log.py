"""Logs on paper: the picture of the days, their table, and what was written beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from painclinic.charts import Figure, Table
from patients.models import Enrolment, Entry
from patients.presenters.activity import activity_of
from patients.presenters.log_figures import log_figure
from patients.reports import words
from patients.reports.course import shared_entries
from patients.reports.skills import OWN_PARTS
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for
from programs.worksheets.activity import ActivitySummary

# Paper is for reading: of the numbers and notes the newest, and honestly how many more there are.
MAX_ENTRIES = 1_000
MAX_ROWS = 28
MAX_NOTES = 12
MAX_LINES = 60
AMOUNTS = frozenset({"int", "number", "nrs", "pct"})
CHOICES = frozenset({"enum", "multi", "bool", "time"})


@dataclass(frozen=True)
class Line:
    """One line of a log: the day it is about, what it was, choices, note, and amounts in columns."""

    day: str
    title: str
    choices: str
    note: str
    amounts: tuple[str, ...]


@dataclass(frozen=True)
class LogPart:
    """One log. Tables hold the newest rows; `more_*` counts what was left out."""

    title: str
    first: date
    last: date
    days: int
    entries: int
    figure: Figure | None
    table: Table | None
    more_rows: int
    pattern: str
    variation: int | None
    notes: tuple[Line, ...]
    more_notes: int
    amount_names: tuple[str, ...]
    lines: tuple[Line, ...]
    more_lines: int
    is_cut: bool

    @property
    def days_words(self) -> str:
        return words.days(self.days)


def log_parts(reader: User, enrolment: Enrolment) -> list[LogPart]:
    """Every log that has lines, by its code."""
    entries = shared_entries(reader, enrolment).filter(worksheet__is_log=True).exclude(on_date=None)
    entries = entries.exclude(worksheet__slug__in=OWN_PARTS)
    newest = entries.select_related("worksheet").order_by("-on_date", "-submitted_at")[: MAX_ENTRIES + 1]
    by_sheet: dict[Worksheet, list[Entry]] = {}
    for entry in reversed(newest):
        by_sheet.setdefault(entry.worksheet, []).append(entry)
    is_cut = len(newest) > MAX_ENTRIES
    sheets = sorted(by_sheet.items(), key=lambda item: item[0].code)
    return [_part(sheet, lines, number, is_cut) for number, (sheet, lines) in enumerate(sheets, start=1)]


def _part(worksheet: Worksheet, entries: Sequence[Entry], number: int, is_cut: bool) -> LogPart:
    figure = log_figure(worksheet, entries, uid=f"report-log-{number}")
    summary = activity_of(worksheet, entries)
    amounts = _amounts(worksheet, entries)
    lines = [_line(entry, amounts) for entry in reversed(entries)]
    notes = [line for line in lines if line.note]
    rows = list(figure.table.rows) if figure else []
    dated = [entry.on_date for entry in entries if entry.on_date]
    return LogPart(
        title=worksheet.title,
        first=dated[0],
        last=dated[-1],
        days=len(set(dated)),
        entries=len(entries),
        figure=figure,
        table=Table(figure.table.head, rows[-MAX_ROWS:]) if figure else None,
        more_rows=max(len(rows) - MAX_ROWS, 0),
        pattern=_pattern(summary),
        variation=round(summary.variation_pct) if summary and summary.variation_pct else None,
        notes=tuple(notes[:MAX_NOTES]),
        more_notes=max(len(notes) - MAX_NOTES, 0),
        amount_names=tuple(amounts.values()),
        lines=tuple(lines[:MAX_LINES]),
        more_lines=max(len(lines) - MAX_LINES, 0),
        is_cut=is_cut,
    )


def _pattern(summary: ActivitySummary | None) -> str:
    """The newest very full day before an empty one, in numbers."""
    if summary is None or not summary.has_boom_bust:
        return ""
    found = summary.boom_busts[-1]
    said = _("%(up)s active minutes on %(day)s and %(down)s the day after, where about %(usual)s are usual.")
    return said % {
        "up": found.boom.up_minutes,
        "day": words.log_day(found.boom.day),
        "down": found.bust.up_minutes,
        "usual": round(found.median_minutes),
    }


def _amounts(worksheet: Worksheet, entries: Iterable[Entry]) -> dict[str, str]:
    """The numbers that were given at all: a column each, by field."""
    used = {name for entry in entries for name in entry.values}
    answers = answers_for(worksheet.definition, {})
    return {a.name: a.label for a in answers if a.type in AMOUNTS and a.name in used}


def _line(entry: Entry, amounts: Mapping[str, str] = MappingProxyType({})) -> Line:
    answers = answers_for(entry.worksheet.definition, entry.answers)
    texts = [answer.text for answer in answers if answer.type == "text" and answer.text]
    found = {a.name: str(entry.values[a.name]) if a.type == "nrs" and a.text else a.text for a in answers}
    return Line(
        day=words.log_day(entry.on_date) if entry.on_date else "",
        title=texts[0] if texts else "",
        choices=", ".join(a.text for a in answers if a.text and a.type in CHOICES),
        note="\n".join(texts[1:]),
        amounts=tuple(found[name] or "–" for name in amounts),
    )


def line_words(entry: Entry) -> str:
    """A line in a few words, for a remark that is about it."""
    line = _line(entry)
    return words.joined([line.day, line.title])


def plan_answers(reader: User, enrolment: Enrolment) -> tuple[Any, list[Answer]] | None:
    """The newest practice plan: when it was written, and its answers; None before the first."""
    plans = shared_entries(reader, enrolment).filter(worksheet__steps__kind="practice_plan")
    entry = plans.select_related("worksheet").order_by("-submitted_at").first()
    if entry is None:
        return None
    answers = answers_for(entry.worksheet.definition, entry.answers)
    return entry.submitted_at, [answer for answer in answers if not answer.is_empty]
