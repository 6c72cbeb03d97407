"""A log as a picture and as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from painclinic.charts import Bar, Figure, Stack, stack_figure, weekly
from patients.models import Entry
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for, derive

# More bars than this do not fit; then each bar is a week.
MAX_DAYS = 56


@dataclass(frozen=True)
class LogRow:
    """One line of a log: day, the answers that lead, and the rest in one line.

    `remark` is the box for a remark on it, if there is one, `given` the remark that was given.
    """

    entry: Entry
    day: str
    cells: tuple[str, ...]
    more: str = ""
    remark: Any = None
    given: str = ""
    is_new: bool = False

    def by_column(self, table: "LogTable") -> list[tuple[str, str]]:
        """Name and content of each cell."""
        return list(zip(table.head, self.cells, strict=True))


@dataclass(frozen=True)
class LogTable:
    """Lines of a log under the names of the columns that lead a therapist's eye."""

    head: tuple[str, ...]
    rows: tuple[LogRow, ...]

    @property
    def lines(self) -> list[tuple[LogRow, list[tuple[str, str]]]]:
        """Each row with the name and content of its cells."""
        return [(row, row.by_column(self)) for row in self.rows]


def log_table(worksheet: Worksheet, entries: Sequence[Entry]) -> LogTable:
    """Lines by day. The worksheet's review fields are columns; a column that nobody filled is left out."""
    spec = worksheet.definition
    wanted = spec.get("review") or [field["name"] for field in spec["fields"]]
    date_field = spec.get("log", {}).get("date_field", "")
    ordered = sorted(entries, key=lambda entry: (entry.on_date or date.min, entry.submitted_at))
    read = [{answer.name: answer for answer in answers_for(spec, entry.answers)} for entry in ordered]
    used = [name for name in wanted if name != date_field and any(row[name].text for row in read)]
    head = tuple(read[0][name].label for name in used) if read else ()
    rows = [
        LogRow(
            entry=entry,
            day=_day(entry),
            cells=tuple(answers[name].text for name in used),
            more=_rest(answer for name, answer in answers.items() if name not in {*used, date_field}),
        )
        for entry, answers in zip(ordered, read, strict=True)
    ]
    return LogTable(head, tuple(rows))


def _day(entry: Entry) -> str:
    if entry.on_date is None:
        return ""
    return date_format(entry.on_date, pgettext("date format: day in a narrow column", "D j M"))


def _rest(answers: Iterable[Answer]) -> str:
    """The other answers in one line: choices speak for themselves, numbers need their question."""
    said = (a.text if a.type in ("enum", "multi") else f"{a.label} {a.text}" for a in answers if a.text)
    return " · ".join(said)


def activity_figure(worksheet: Worksheet, entries: Iterable[Entry], *, uid: str) -> Figure | None:
    """Time up and time down by day, with the pain after; None for another kind of log, or an empty one."""
    if "activity_summary" not in worksheet.definition.get("derived", ()):
        return None
    answers = [entry.answers for entry in entries]
    summary = derive(worksheet.definition, answers)["activity_summary"]
    if not summary.days:
        return None
    pain = _pain_by_day(answers)
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


def boom_bust(worksheet: Worksheet, entries: Iterable[Entry]) -> str:
    """The pattern of one very full day before an empty one, if the log shows it."""
    if "activity_summary" not in worksheet.definition.get("derived", ()):
        return ""
    summary = derive(worksheet.definition, [entry.answers for entry in entries])["activity_summary"]
    if not summary.has_boom_bust:
        return ""
    last = summary.boom_busts[-1]
    return _("%(up)s active minutes on one day and %(down)s on the next, where %(usual)s are usual.") % {
        "up": last.boom.up_minutes,
        "down": last.bust.up_minutes,
        "usual": round(last.median_minutes),
    }


def _pain_by_day(answers: Iterable[dict[str, Any]]) -> dict[date, float]:
    found: dict[date, list[float]] = {}
    for answer in answers:
        if answer.get("date") and answer.get("pain_after") is not None:
            found.setdefault(date.fromisoformat(answer["date"]), []).append(float(answer["pain_after"]))
    return {day: fmean(values) for day, values in found.items()}
