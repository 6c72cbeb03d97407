"""Homework as the patient reads it: answers, and feedback at the very answers it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from patients.actions.homework import TaskState
from patients.models import Entry, Homework, Review, ReviewComment
from patients.models.homework import HomeworkQuerySet
from patients.presenters.practice import LogLine, log_line
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for

# Older versions stay in the record; the page shows the last ones.
MAX_VERSIONS = 10

# Sheets that were filled more often than this are read in lines, so that a page stays readable.
MOST_IN_FULL = 10

Remarks = dict[tuple[Any, str], str]


def in_full(entries: Iterable[Entry]) -> set[Any]:
    """The keys of the entries that are read answer by answer; all others are lines of a log.

    A log that is printed as one form for each entry, such as the thought record, is read as such.
    """
    by_sheet: dict[Any, list[Entry]] = {}
    for entry in entries:
        by_sheet.setdefault(entry.worksheet_id, []).append(entry)
    return {entry.pk for same in by_sheet.values() if _has_forms(same) for entry in same}


def _has_forms(entries: list[Entry]) -> bool:
    sheet = entries[0].worksheet
    is_form = sheet.spec.print.get("layout") == "form" and len(entries) <= MOST_IN_FULL
    return is_form or not sheet.is_log


@dataclass(frozen=True)
class AnsweredPart:
    """One entry of a version: its answers, each with the remark on it, and the remark on the whole."""

    entry: Entry
    answers: list[tuple[Answer, str]]
    remark: str


@dataclass(frozen=True)
class HandedInLine:
    """One line of a log, in short, with the remarks on it: what they are about, and what they say."""

    line: LogLine
    remarks: list[tuple[str, str]]


@dataclass(frozen=True)
class HandedInLog:
    worksheet: Worksheet
    lines: list[HandedInLine]

    @property
    def day_count(self) -> int:
        return len({one.line.entry.on_date for one in self.lines})

    @property
    def has_remarks(self) -> bool:
        return any(one.remarks for one in self.lines)


@dataclass(frozen=True)
class VersionView:
    """One version: worksheets in full, logs in short."""

    homework: Homework
    review: Review | None
    parts: list[AnsweredPart]
    logs: list[HandedInLog]

    @property
    def wants_another_look(self) -> bool:
        return self.review is not None and self.review.outcome == Review.Outcome.ANOTHER_LOOK

    @property
    def entry_ids(self) -> set[Any]:
        lines = (one.line.entry.pk for log in self.logs for one in log.lines)
        return {*lines, *(part.entry.pk for part in self.parts)}

    @property
    def remarked(self) -> set[str]:
        """Slugs of the worksheets that have a remark."""
        sheets = {p.entry.worksheet.slug for p in self.parts if p.remark or any(r for _, r in p.answers)}
        return sheets | {log.worksheet.slug for log in self.logs if log.has_remarks}


@dataclass(frozen=True)
class AskedTask:
    """One thing that is asked for, how far it is, and whether the last answer says something of it.

    `leads` marks the first one that is not done: the page's main action.
    """

    state: TaskState
    has_remark: bool
    leads: bool


def version_views(homework: HomeworkQuerySet) -> list[VersionView]:
    """The versions of one module's homework, newest first, in a fixed number of queries."""
    comments = Prefetch("review__comments", queryset=ReviewComment.objects.all())
    entries = Prefetch(
        # One worksheet and not one for each entry: what is asked is read once.
        "entries",
        queryset=Entry.objects.prefetch_related("worksheet").order_by("on_date", "submitted_at"),
    )
    found = homework.select_related("review__by").prefetch_related(entries).prefetch_related(comments)
    return _Reader().versions(list(found.order_by("-version")[:MAX_VERSIONS]))


def asked_tasks(states: Sequence[TaskState], newest: VersionView | None) -> list[AskedTask]:
    remarked = newest.remarked if newest else set()
    first = next((state for state in states if not state.is_done), None)
    return [AskedTask(state, state.task.worksheet_slug in remarked, state is first) for state in states]


class _Reader:
    """Puts entries into words; one that was sent with several versions only once."""

    def __init__(self) -> None:
        self._answers: dict[Any, list[Answer]] = {}
        self._lines: dict[Any, LogLine] = {}

    def versions(self, found: Sequence[Homework]) -> list[VersionView]:
        return [self._version(one) for one in found]

    def _version(self, homework: Homework) -> VersionView:
        review = getattr(homework, "review", None)
        remarks = {(c.entry_id, c.field): c.body for c in review.comments.all()} if review else {}
        entries = list(homework.entries.all())
        full = in_full(entries)
        sheets = [entry for entry in entries if entry.pk in full]
        logs: dict[Any, list[Entry]] = {}
        for entry in entries:
            if entry.pk not in full:
                logs.setdefault(entry.worksheet_id, []).append(entry)
        return VersionView(
            homework,
            review,
            [self._part(entry, remarks) for entry in sorted(sheets, key=lambda entry: entry.submitted_at)],
            [self._log(lines, remarks) for lines in logs.values()],
        )

    def _part(self, entry: Entry, remarks: Remarks) -> AnsweredPart:
        if entry.pk not in self._answers:
            self._answers[entry.pk] = answers_for(entry.worksheet.spec, entry.answers)
        answers = self._answers[entry.pk]
        shown = [(a, remarks.get((entry.pk, a.name), "")) for a in answers if not a.is_empty]
        return AnsweredPart(entry, shown, remarks.get((entry.pk, ""), ""))

    def _log(self, entries: list[Entry], remarks: Remarks) -> HandedInLog:
        worksheet = entries[0].worksheet
        labels = {spec.name: spec.label for spec in worksheet.spec.fields}
        said: dict[Any, list[tuple[str, str]]] = {}
        for (pk, field), body in remarks.items():
            said.setdefault(pk, []).append((labels.get(field, ""), body))
        return HandedInLog(
            worksheet, [HandedInLine(self._line(entry), said.get(entry.pk, [])) for entry in entries]
        )

    def _line(self, entry: Entry) -> LogLine:
        if entry.pk not in self._lines:
            self._lines[entry.pk] = log_line(entry.worksheet, entry)
        return self._lines[entry.pk]
