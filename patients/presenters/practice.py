"""What the practice page shows: logs by day, and the worksheets that were filled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from painclinic import clock
from painclinic.charts import Figure
from patients.models import Enrolment, Entry
from patients.presenters.activity import activity_figure, activity_of
from programs.models import HomeworkTask, Module, Worksheet
from programs.worksheets import Answer, answers_for

# What the page shows of a log; everything is in the report.
SHOWN_DAYS = 14
MAX_LINES = 400


@dataclass(frozen=True)
class LogLine:
    entry: Entry
    title: str
    rest: str


@dataclass(frozen=True)
class LogCard:
    """One log: what is asked, what is there, by day, newest first."""

    worksheet: Worksheet
    task: HomeworkTask | None
    days: list[tuple[date, list[LogLine]]]
    day_count: int
    figure: Figure | None
    has_boom_bust: bool

    @property
    def asked_days(self) -> int:
        return self.task.min_days if self.task else 0


@dataclass(frozen=True)
class FilledSheet:
    """A worksheet that is filled once: its newest entry, if there is one."""

    worksheet: Worksheet
    entry: Entry | None


def open_worksheets(enrolment: Enrolment) -> list[Worksheet]:
    """The worksheets of the modules that are open for this patient, by code."""
    opened = enrolment.module_progress.values("module_id")
    return list(Worksheet.objects.filter(steps__module__in=opened).distinct().order_by("code"))


def practice_cards(enrolment: Enrolment) -> tuple[list[LogCard], list[FilledSheet]]:
    """Logs and worksheets of the open modules; a fixed number of queries."""
    sheets = open_worksheets(enrolment)
    today = clock.local_today(enrolment.patient.timezone)
    entries = enrolment.entries.current().filter(worksheet__in=sheets)
    logs = entries.filter(worksheet__is_log=True, on_date__gt=today - timedelta(days=SHOWN_DAYS))
    filled = (
        entries.filter(worksheet__is_log=False).order_by("worksheet_id", "-submitted_at").distinct("worksheet_id")
    )
    by_sheet: dict[object, list[Entry]] = {}
    for entry in [*logs.order_by("on_date", "submitted_at")[:MAX_LINES], *filled]:
        by_sheet.setdefault(entry.worksheet_id, []).append(entry)
    tasks = _tasks(enrolment)
    cards = [log_card(s, by_sheet.get(s.pk, []), tasks.get(s.slug)) for s in sheets if s.is_log]
    return cards, [FilledSheet(s, next(iter(by_sheet.get(s.pk, [])), None)) for s in sheets if not s.is_log]


def _tasks(enrolment: Enrolment) -> dict[str, HomeworkTask]:
    """The newest task that asks for each worksheet."""
    opened = enrolment.module_progress.values("module_id")
    modules = Module.objects.filter(pk__in=opened).order_by("number")
    return {task.worksheet_slug: task for module in modules for task in module.homework_tasks()}


def log_card(worksheet: Worksheet, entries: list[Entry], task: HomeworkTask | None) -> LogCard:
    summary = activity_of(worksheet, entries)
    newest_first = sorted(entries, key=lambda e: (e.on_date or date.min, e.submitted_at), reverse=True)
    by_day = groupby(newest_first, key=lambda e: e.on_date or date.min)
    days = [(day, [log_line(worksheet, entry) for entry in lines]) for day, lines in by_day]
    return LogCard(
        worksheet=worksheet,
        task=task,
        days=days,
        day_count=len(days),
        figure=activity_figure(worksheet, entries, uid=f"log-{worksheet.slug}"),
        has_boom_bust=bool(summary and summary.has_boom_bust),
    )


def log_line(worksheet: Worksheet, entry: Entry) -> LogLine:
    """A line of a log in words: what was done, then the rest."""
    answers = answers_for(worksheet.definition, entry.answers)
    title = next((a.text for a in answers if a.type == "text" and a.text), worksheet.title)
    return LogLine(entry, title, " · ".join(_short(answers, title)))


def _short(answers: Iterable[Answer], title: str) -> list[str]:
    """Choices and amounts speak for themselves; scales need their question."""
    shown = [a for a in answers if a.text and a.text != title and a.type not in ("date", "text", "list")]
    return [f"{a.label} {a.text}" if a.type == "nrs" else a.text for a in shown]
