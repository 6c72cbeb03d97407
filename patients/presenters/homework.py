"""Homework as the patient reads it: answers, and feedback at the very answers it is about."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from patients.models import Entry, Homework, Review
from patients.models.homework import HomeworkQuerySet
from programs.worksheets import Answer, answers_for

# Older versions stay in the record; the page shows the last ones.
MAX_VERSIONS = 10


@dataclass(frozen=True)
class AnsweredPart:
    """One entry of a version: its answers, each with the remark on it, and the remark on the whole."""

    entry: Entry
    answers: list[tuple[Answer, str]]
    remark: str

    @property
    def has_remarks(self) -> bool:
        return bool(self.remark) or any(remark for _, remark in self.answers)


@dataclass(frozen=True)
class VersionView:
    homework: Homework
    review: Review | None
    parts: list[AnsweredPart]


def version_views(homework: HomeworkQuerySet) -> list[VersionView]:
    """The versions of one module's homework, newest first, in a fixed number of queries."""
    ordered = Entry.objects.select_related("worksheet").order_by("on_date", "submitted_at")
    found = homework.select_related("review__by").prefetch_related(Prefetch("entries", queryset=ordered))
    found = found.prefetch_related("review__comments").order_by("-version")
    return [_version(one) for one in found[:MAX_VERSIONS]]


def _version(homework: Homework) -> VersionView:
    review = getattr(homework, "review", None)
    remarks: dict[tuple[Any, str], str] = {}
    if review:
        remarks = {(c.entry_id, c.field): c.body for c in review.comments.all()}
    return VersionView(homework, review, [_part(entry, remarks) for entry in homework.entries.all()])


def _part(entry: Entry, remarks: dict[tuple[Any, str], str]) -> AnsweredPart:
    answers = answers_for(entry.worksheet.definition, entry.answers)
    shown = [(a, remarks.get((entry.pk, a.name), "")) for a in answers if not a.is_empty]
    return AnsweredPart(entry, shown, remarks.get((entry.pk, ""), ""))
