"""One version of homework to read and answer: what leads, what changed, what was said before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.formats import date_format

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Figure
from patients.actions.homework import TaskState
from patients.models import Enrolment, Entry, Homework, Review, ReviewComment
from patients.presenters.homework import in_full
from patients.presenters.log_figures import log_figure
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for
from therapists.presenters import wording
from therapists.presenters.findings import Finding, findings
from therapists.presenters.logs import LogTable, by_log, log_table
from therapists.presenters.skills import Skills, skills

Remarks = Mapping[tuple[UUID, str], Any]


@dataclass(frozen=True)
class Answered:
    """One answer, with what it said in the version before, the box for a remark, the remark given."""

    answer: Answer
    was: str | None = None
    remark: Any = None
    given: str = ""

    @property
    def is_changed(self) -> bool:
        return self.was is not None and self.was != self.answer.text


@dataclass(frozen=True)
class Sheet:
    """One filled worksheet: the fields that lead a therapist's eye, then the others."""

    entry: Entry
    leading: tuple[Answered, ...]
    others: tuple[Answered, ...]

    @property
    def title(self) -> str:
        """The worksheet's name, and the day where there may be several of it."""
        title, day = self.entry.worksheet.title, self.entry.on_date
        return f"{title}, {date_format(day, 'j F')}" if self.entry.worksheet.is_log and day else title


@dataclass(frozen=True)
class Log:
    """What was handed in of a log: its lines, and what they come to. No lines when it is read in full."""

    worksheet: Worksheet
    table: LogTable
    figure: Figure | None
    findings: tuple[Finding, ...]
    days: int
    new_lines: int = 0

    @property
    def has_something(self) -> bool:
        """Whether there is anything to see of it besides what is read in full."""
        return bool(self.table.rows or self.figure or self.findings)


@dataclass(frozen=True)
class GivenRemark:
    """A remark that was given, and the answer that it is about."""

    entry_id: UUID
    field: str
    about: str
    body: str


@dataclass(frozen=True)
class Version:
    """One version that was handed in, and what came of it."""

    homework: Homework
    review: Review | None
    remarks: "tuple[GivenRemark, ...]"


@dataclass(frozen=True)
class TaskLine:
    """One thing that the module asked for, and whether this version has it."""

    title: str
    is_done: bool


@dataclass(frozen=True)
class HomeworkPage:
    """All that the page of one version shows."""

    homework: Homework
    review: Review | None
    is_newest: bool
    newest: Homework
    sheets: tuple[Sheet, ...]
    logs: tuple[Log, ...]
    earlier: tuple[Version, ...]
    tasks: tuple[TaskLine, ...]
    skills: Skills

    @property
    def changed(self) -> int:
        """How many answers differ from the version before."""
        answers = (one for sheet in self.sheets for one in (*sheet.leading, *sheet.others))
        return sum(one.is_changed for one in answers)

    @property
    def left(self) -> str:
        """How long is left to answer, or how late it is."""
        return wording.left(self.homework.review_due_at)

    @property
    def is_late(self) -> bool:
        return self.homework.review_due_at <= clock.now()

    @property
    def is_partial(self) -> bool:
        """Whether something that the module asks for was not handed in, or less than was asked for."""
        return any(not task.is_done for task in self.tasks)


def handed_in(user: User, homework: Homework) -> list[Entry]:
    """The entries of one version, in the order of the module's tasks."""
    order = {task.worksheet_slug: place for place, task in enumerate(homework.module.homework_tasks())}
    entries = Entry.objects.visible_to(user).filter(homework=homework).select_related("worksheet")
    return sorted(entries, key=lambda entry: (order.get(entry.worksheet.slug, 99), entry.submitted_at))


def homework_page(
    user: User, enrolment: Enrolment, homework: Homework, entries: list[Entry], remarks: Remarks
) -> HomeworkPage:
    """The page of a version; `remarks` are the boxes, by entry and field, none when it is only read."""
    versions = _versions(user, homework)
    by_version = {one.homework.version: one for one in versions}
    this = by_version[homework.version]
    before = handed_in(user, by_version[homework.version - 1].homework) if homework.version > 1 else []
    given = {(remark.entry_id, remark.field): remark.body for remark in this.remarks}
    sheets = _sheets(entries, before, remarks, given)
    return HomeworkPage(
        homework=homework,
        review=this.review,
        is_newest=versions[-1].homework.pk == homework.pk,
        newest=versions[-1].homework,
        sheets=sheets,
        logs=_logs(entries, before, remarks, given, f"log-{homework.version}"),
        earlier=tuple(one for one in reversed(versions) if one.homework.version < homework.version),
        tasks=tuple(_tasks(homework, entries)),
        skills=skills(user, enrolment, slugs={entry.worksheet.slug for entry in entries}),
    )


def _tasks(homework: Homework, entries: list[Entry]) -> list[TaskLine]:
    lines = []
    for task in homework.module.homework_tasks():
        mine = tuple(entry for entry in entries if entry.worksheet.slug == task.worksheet_slug)
        lines.append(TaskLine(task.title, TaskState(task, mine).is_done))
    return lines


def _versions(user: User, homework: Homework) -> list[Version]:
    """Every version of this module's homework with its review, oldest first."""
    mine = Homework.objects.visible_to(user).filter(
        enrolment_id=homework.enrolment_id, module__slug=homework.module.slug
    )
    rows = list(mine.select_related("module", "review__by").order_by("version"))
    reviews = [row.review for row in rows if hasattr(row, "review")]
    remarks: dict[UUID, list[GivenRemark]] = {}
    found = (
        ReviewComment.objects.visible_to(user).filter(review__in=reviews).select_related("entry__worksheet")
    )
    for remark in found:
        remarks.setdefault(remark.review_id, []).append(_given(remark))
    return [
        Version(row, review, tuple(remarks.get(review.pk, ())) if review else ())
        for row in rows
        for review in [getattr(row, "review", None)]
    ]


def _given(remark: ReviewComment) -> GivenRemark:
    worksheet = remark.entry.worksheet
    labels = {field["name"]: field["label"] for field in worksheet.definition["fields"]}
    return GivenRemark(remark.entry_id, remark.field, labels.get(remark.field, worksheet.title), remark.body)


def _sheets(
    entries: list[Entry], before: list[Entry], remarks: Remarks, given: Mapping[tuple[UUID, str], str]
) -> tuple[Sheet, ...]:
    earlier: dict[UUID | None, Entry] = {
        entry.worksheet_id: entry for entry in before if not entry.worksheet.is_log
    }
    earlier |= {entry.pk: entry for entry in before}
    full = in_full(entries)
    sheets = []
    for entry in entries:
        if entry.pk not in full:
            continue
        same = entry.supersedes_id if entry.worksheet.is_log else entry.worksheet_id
        old = _texts(earlier.get(same), entry)
        answers = [
            Answered(
                answer,
                was=old.get(answer.name),
                remark=remarks.get((entry.pk, answer.name)),
                given=given.get((entry.pk, answer.name), ""),
            )
            for answer in answers_for(entry.worksheet.definition, entry.answers)
        ]
        order = entry.worksheet.definition.get("review", [])
        leading = sorted(
            (one for one in answers if one.answer.leads), key=lambda one: order.index(one.answer.name)
        )
        others = [one for one in answers if not one.answer.leads]
        sheets.append(Sheet(entry, tuple(leading), tuple(others)))
    return tuple(sheets)


def _texts(before: Entry | None, entry: Entry) -> dict[str, str]:
    if before is None or before.pk == entry.pk:
        return {}
    return {a.name: a.text for a in answers_for(before.worksheet.definition, before.answers)}


def _logs(
    entries: list[Entry],
    before: list[Entry],
    remarks: Remarks,
    given: Mapping[tuple[UUID, str], str],
    uid: str,
) -> tuple[Log, ...]:
    known = {entry.pk for entry in before}
    logs = []
    full = in_full(entries)
    of_logs = by_log(entry for entry in entries if entry.worksheet.is_log)
    for number, (worksheet, lines) in enumerate(of_logs, start=1):
        table = log_table(worksheet, [line for line in lines if line.pk not in full])
        rows = tuple(
            replace(
                row,
                remark=remarks.get((row.entry.pk, "")),
                given=given.get((row.entry.pk, ""), ""),
                is_new=bool(before) and row.entry.pk not in known,
            )
            for row in table.rows
        )
        logs.append(
            Log(
                worksheet=worksheet,
                table=LogTable(table.head, rows),
                figure=log_figure(worksheet, lines, uid=f"{uid}-{number}"),
                findings=findings(worksheet, lines),
                days=len({entry.on_date for entry in lines if entry.on_date}),
                new_lines=sum(row.is_new for row in rows),
            )
        )
    return tuple(logs)
