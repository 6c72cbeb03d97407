"""Homework on paper: answers in words, and the therapist's words at the very answers they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from painclinic.accounts.models import User
from patients.models import Enrolment, Entry, Homework, Review, ReviewComment
from patients.reports import words
from patients.reports.log import line_words
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for


@dataclass(frozen=True)
class AnswerLine:
    """One answer in words, and the remark on it."""

    answer: Answer
    remark: str


@dataclass(frozen=True)
class Sheet:
    """One filled worksheet; `remark` is about it as a whole."""

    title: str
    lines: tuple[AnswerLine, ...]
    remark: str


@dataclass(frozen=True)
class LogHandedIn:
    """A log that was handed in: how much of it, and the lines that the therapist said something of."""

    title: str
    entries: int
    days: int
    remarks: tuple[tuple[str, str], ...]

    @property
    def days_words(self) -> str:
        return words.days(self.days)


@dataclass(frozen=True)
class EarlierVersion:
    """A version that a newer one took the place of, and the answer to it."""

    number: int
    handed_in_at: datetime
    review: Review | None


@dataclass(frozen=True)
class HomeworkPart:
    """The newest version of one module's homework with its answer, and what came before."""

    homework: Homework
    review: Review | None
    sheets: tuple[Sheet, ...]
    logs: tuple[LogHandedIn, ...]
    earlier: tuple[EarlierVersion, ...]

    @property
    def is_again(self) -> bool:
        return self.homework.version > 1

    @property
    def wants_another_look(self) -> bool:
        return self.review is not None and self.review.outcome == Review.Outcome.ANOTHER_LOOK


Remarks = dict[tuple[UUID, str], str]


def homework_parts(reader: User, enrolment: Enrolment) -> list[HomeworkPart]:
    """Every module's homework, in the order of the course; a fixed number of queries."""
    rows = Homework.objects.visible_to(reader).filter(enrolment=enrolment)
    versions: dict[Any, list[Homework]] = {}
    for row in rows.select_related("module", "review__by").order_by("module__number", "version"):
        versions.setdefault(row.module_id, []).append(row)
    newest = [group[-1] for group in versions.values()]
    entries = Entry.objects.visible_to(reader).select_related("worksheet")
    prefetch_related_objects(newest, Prefetch("entries", queryset=entries))
    remarks = _remarks(reader, newest)
    return [_part(group, remarks) for group in versions.values()]


def _remarks(reader: User, homework: list[Homework]) -> Remarks:
    found = ReviewComment.objects.visible_to(reader).filter(review__homework__in=homework)
    return {(one.entry_id, one.field): one.body for one in found}


def _part(versions: list[Homework], remarks: Remarks) -> HomeworkPart:
    homework = versions[-1]
    order = {task.worksheet_slug: place for place, task in enumerate(homework.module.homework_tasks())}
    entries = sorted(
        homework.entries.all(),
        key=lambda e: (order.get(e.worksheet.slug, 99), str(e.on_date or ""), e.submitted_at),
    )
    return HomeworkPart(
        homework=homework,
        review=_review_of(homework),
        sheets=tuple(_sheet(entry, remarks) for entry in entries if not entry.worksheet.is_log),
        logs=tuple(_logs((entry for entry in entries if entry.worksheet.is_log), remarks)),
        earlier=tuple(EarlierVersion(h.version, h.submitted_at, _review_of(h)) for h in versions[:-1]),
    )


def _review_of(homework: Homework) -> Review | None:
    return getattr(homework, "review", None)


def _sheet(entry: Entry, remarks: Remarks) -> Sheet:
    answers = answers_for(entry.worksheet.definition, entry.answers)
    lines = [
        AnswerLine(answer, remarks.get((entry.pk, answer.name), ""))
        for answer in answers
        if not answer.is_empty or (entry.pk, answer.name) in remarks
    ]
    return Sheet(entry.worksheet.title, tuple(lines), remarks.get((entry.pk, ""), ""))


def _logs(entries: Iterable[Entry], remarks: Remarks) -> Iterable[LogHandedIn]:
    by_sheet: dict[Worksheet, list[Entry]] = {}
    for entry in entries:
        by_sheet.setdefault(entry.worksheet, []).append(entry)
    said: dict[UUID, list[str]] = {}
    for (entry_id, _field), body in remarks.items():
        said.setdefault(entry_id, []).append(body)
    for worksheet, lines in by_sheet.items():
        yield LogHandedIn(
            title=worksheet.title,
            entries=len(lines),
            days=len({line.on_date for line in lines if line.on_date}),
            remarks=tuple((line_words(line), body) for line in lines for body in said.get(line.pk, ())),
        )
