"""Homework as the patient reads it: answers, and feedback at the very answers it is about."""

from collections.abc import Sequence
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

Remarks = dict[tuple[Any, str], str]


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
        "entries", queryset=Entry.objects.select_related("worksheet").order_by("on_date", "submitted_at")
    )
    found = homework.select_related("review__by").prefetch_related(entries).prefetch_related(comments)
    return [_version(one) for one in found.order_by("-version")[:MAX_VERSIONS]]


def asked_tasks(states: Sequence[TaskState], newest: VersionView | None) -> list[AskedTask]:
    remarked = newest.remarked if newest else set()
    first = next((state for state in states if not state.is_done), None)
    return [AskedTask(state, state.task.worksheet_slug in remarked, state is first) for state in states]


def _version(homework: Homework) -> VersionView:
    review = getattr(homework, "review", None)
    remarks: Remarks = {}
    if review:
        remarks = {(c.entry_id, c.field): c.body for c in review.comments.all()}
    entries = list(homework.entries.all())
    sheets = [entry for entry in entries if not entry.worksheet.is_log]
    logs: dict[Any, list[Entry]] = {}
    for entry in entries:
        if entry.worksheet.is_log:
            logs.setdefault(entry.worksheet_id, []).append(entry)
    return VersionView(
        homework,
        review,
        [_part(entry, remarks) for entry in sorted(sheets, key=lambda entry: entry.submitted_at)],
        [_log(lines, remarks) for lines in logs.values()],
    )


def _part(entry: Entry, remarks: Remarks) -> AnsweredPart:
    answers = answers_for(entry.worksheet.definition, entry.answers)
    shown = [(a, remarks.get((entry.pk, a.name), "")) for a in answers if not a.is_empty]
    return AnsweredPart(entry, shown, remarks.get((entry.pk, ""), ""))


def _log(entries: list[Entry], remarks: Remarks) -> HandedInLog:
    lines = []
    for entry in entries:
        labels = {spec["name"]: spec["label"] for spec in entry.worksheet.definition["fields"]}
        said = [(labels.get(field, ""), body) for (pk, field), body in remarks.items() if pk == entry.pk]
        lines.append(HandedInLine(log_line(entry.worksheet, entry), said))
    return HandedInLog(entries[0].worksheet, lines)
