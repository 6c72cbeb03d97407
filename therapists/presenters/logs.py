"""A log as a table, and the pattern in it. The picture is that of the patient's own pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from patients.models import Entry
from patients.presenters.log_figures import feelings_in_words
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for, derived_lines
from programs.worksheets.definition import Definition


@dataclass(frozen=True)
class LogRow:
    """One line of a log: day, the answers that lead, and the rest in one line.

    `derived` is what the line comes to. `remark` is the box for a remark on it, if there is one,
    `given` the remark that was given.
    """

    entry: Entry
    day: str
    cells: tuple[str, ...]
    more: str = ""
    derived: str = ""
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
    """Lines by day, each read as it was asked; `worksheet` is the newest that they were written on.

    The worksheet's review fields are columns; a column that nobody filled is left out.

    Only the first text is a column: further notes stand under it, where they need no room of their own.
    """
    spec = worksheet.definition
    wanted = spec.get("review") or [field["name"] for field in spec["fields"]]
    date_field = spec.get("log", {}).get("date_field", "")
    ordered = sorted(entries, key=lambda entry: (entry.on_date or date.min, entry.submitted_at))
    read = [
        {one.name: one for one in answers_for(_spec(entry, worksheet), entry.answers)} for entry in ordered
    ]
    types = {field["name"]: field["type"] for field in spec["fields"]}
    texts = [name for name in wanted if types[name] == "text"]
    columns = [name for name in wanted if name != date_field and name not in texts[1:]]
    used = [name for name in columns if any(name in row and row[name].text for row in read)]
    labels = {field["name"]: field["label"] for field in spec["fields"]}
    rows = [
        LogRow(
            entry=entry,
            day=_day(entry),
            cells=tuple(answers[name].text if name in answers else "" for name in used),
            more=_rest(answer for name, answer in answers.items() if name not in {*used, date_field}),
            derived=_worked_out(entry),
        )
        for entry, answers in zip(ordered, read, strict=True)
    ]
    return LogTable(tuple(labels[name] for name in used), tuple(rows))


def by_log(entries: Iterable[Entry]) -> list[tuple[Worksheet, list[Entry]]]:
    """Entries by their log, whichever text of the programme they were written on; with its newest form."""
    logs: dict[str, list[Entry]] = {}
    for entry in entries:
        logs.setdefault(entry.worksheet.slug, []).append(entry)
    return [(max(lines, key=lambda one: one.submitted_at).worksheet, lines) for lines in logs.values()]


def _spec(entry: Entry, worksheet: Worksheet) -> Definition:
    """What was asked then; read once for all lines of the same text."""
    return worksheet.spec if entry.worksheet_id == worksheet.pk else entry.worksheet.spec


def _worked_out(entry: Entry) -> str:
    """What the line comes to by the worksheet's own calculations, in one line."""
    lines = [*derived_lines(entry.worksheet.spec, entry.answers), *feelings_in_words(entry)]
    return " · ".join(f"{label}: {text}" for label, text in lines)


def _day(entry: Entry) -> str:
    if entry.on_date is None:
        return ""
    return date_format(entry.on_date, pgettext("date format: day in a narrow column", "D j M"))


def _rest(answers: Iterable[Answer]) -> str:
    """The other answers in one line: choices speak for themselves, numbers need their question.

    So does a text, unless it is the only one.
    """
    said = [answer for answer in answers if answer.text]
    is_only_text = sum(answer.type == "text" for answer in said) < 2
    return " · ".join(_in_line(answer, is_only_text=is_only_text) for answer in said)


def _in_line(answer: Answer, *, is_only_text: bool) -> str:
    if answer.type == "text":
        quoted = _("“%(text)s”") % {"text": answer.text}
        return quoted if is_only_text else f"{answer.label} {quoted}"
    return answer.text if answer.type in ("enum", "multi") else f"{answer.label} {answer.text}"
