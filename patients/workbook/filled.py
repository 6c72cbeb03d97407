"""What a patient wrote, on paper: one entry, or all entries of a log."""

from collections.abc import Sequence
from dataclasses import dataclass

from painclinic.accounts.models import User
from patients.models import Enrolment, Entry
from patients.reports import words
from patients.reports.course import shared_entries
from patients.workbook.wanted import Wanted
from programs.worksheets import Answer, answers_for, derived_lines

# A log is kept for weeks, not years; of a longer one the newest lines, and that is said.
MAX_LINES = 500


@dataclass(frozen=True)
class FilledEntry:
    """One entry: its day, its answers, and what they come to."""

    day: str
    answers: list[Answer]
    came_to: list[tuple[str, str]]


@dataclass(frozen=True)
class Filled:
    """Entries in the order of their days. A table has a head and rows, anything else the entries."""

    entries: list[FilledEntry]
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    is_landscape: bool = False
    is_cut: bool = False
    shows_medical_help: bool = False

    @property
    def is_table(self) -> bool:
        return bool(self.head)


def read_filled(reader: User, enrolment: Enrolment, wanted: Wanted) -> Filled:
    """The one entry that is wanted, or all that count of its log."""
    if wanted.entry:
        shows = wanted.entry.worksheet.spec.shows_medical_help
        return Filled([_filled(wanted.entry)], shows_medical_help=shows)
    found = shared_entries(reader, enrolment).of(wanted.target).select_related("worksheet")
    newest = list(found.order_by("-on_date", "-submitted_at")[: MAX_LINES + 1])
    entries = list(reversed(newest[:MAX_LINES]))
    is_cut = len(newest) > MAX_LINES
    laid_out = entries[-1].worksheet.spec.print if entries else {}
    if laid_out.get("layout") != "table":
        return Filled([_filled(entry) for entry in entries], is_cut=is_cut)
    head, rows = _table(entries)
    is_landscape = laid_out.get("orientation") == "landscape"
    return Filled([], head, rows, is_landscape, is_cut)


def _filled(entry: Entry) -> FilledEntry:
    spec = entry.worksheet.spec
    answers = [answer for answer in answers_for(spec, entry.answers) if not answer.is_empty]
    day = words.day(entry.on_date) if entry.on_date else words.day(entry.submitted_at)
    return FilledEntry(day, answers, derived_lines(spec, entry.answers))


def _table(entries: Sequence[Entry]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """A column for each field that was filled anywhere, whichever version asked for it."""
    answers = [(entry, answers_for(entry.worksheet.spec, entry.answers)) for entry in entries]
    labels: dict[str, str] = {}
    for _entry, found in reversed(answers):
        labels |= {a.name: a.label for a in found if a.text and a.name not in labels}
    order = {field.name: at for at, field in enumerate(entries[-1].worksheet.spec.fields)}
    names = sorted(labels, key=lambda name: order.get(name, len(order)))
    rows = tuple(tuple(_cell(entry, found, name) for name in names) for entry, found in answers)
    return tuple(labels[name] for name in names), rows


def _cell(entry: Entry, answers: Sequence[Answer], name: str) -> str:
    answer = next((one for one in answers if one.name == name), None)
    if answer is None:
        return ""
    if answer.type == "date" and entry.on_date:
        return words.log_day(entry.on_date)
    return str(entry.values.get(name, "")) if answer.type == "nrs" and answer.text else answer.text
