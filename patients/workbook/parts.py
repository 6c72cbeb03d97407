"""Parts of a book as its templates read them. Built from rows that were read already: no queries here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from django.utils.safestring import SafeString

from patients.presenters.step import ExampleEntry, example_entry
from patients.workbook.on_paper import on_paper
from programs.models import HomeworkTask, Module, Relaxation, Resource, Step, Worksheet
from programs.worksheets import answers_for
from programs.worksheets.paper import PaperSheet, paper_sheet

SCALE = tuple(range(11))
# Columns of a worked log that stand side by side on a page.
MOST_COLUMNS = 4


@dataclass(frozen=True)
class AskedOption:
    """One answer to choose, with its letter and what there is to say of it."""

    letter: str
    text: str
    is_correct: bool
    feedback: str


@dataclass(frozen=True)
class Asked:
    """A check question; its answers stand at the end of the week."""

    number: int
    prompt: str
    options: tuple[AskedOption, ...]

    @property
    def right(self) -> AskedOption:
        return next(option for option in self.options if option.is_correct)

    @property
    def others(self) -> list[AskedOption]:
        return [option for option in self.options if not option.is_correct]


@dataclass(frozen=True)
class WorkedTable:
    """Some lines of a worked log side by side: a row for each field that any of them fills."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Worked:
    """A worked example on paper: a form in full, or the lines of a log as tables."""

    name: str
    entries: list[ExampleEntry]
    tables: tuple[WorkedTable, ...]


@dataclass(frozen=True)
class StepPart:
    """One step on paper."""

    anchor: str
    number: int
    title: str
    kind: str
    minutes: int
    goals: list[str]
    body: SafeString
    rating: Mapping[str, str] | None
    questions: tuple[Asked, ...]
    sheet: PaperSheet | None
    example: Worked | None
    script: str


@dataclass(frozen=True)
class FormPart:
    """A form that homework asks for and that stands on no step of its week."""

    anchor: str
    sheet: PaperSheet


@dataclass(frozen=True)
class Chapter:
    """A week on paper."""

    anchor: str
    module: Module
    steps: tuple[StepPart, ...]
    short: StepPart | None
    tasks: list[HomeworkTask]
    forms: tuple[FormPart, ...]
    questions: tuple[Asked, ...]

    @property
    def has_plan(self) -> bool:
        """Whether a step of this week says what to do when something gets in the way."""
        return any(step.kind == Step.Kind.PRACTICE_PLAN for step in self.steps)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Where each form of this week is: (anchor, title)."""
        own = [(step.anchor, step.sheet.title) for step in self.steps if step.sheet]
        return own + [(form.anchor, form.sheet.title) for form in self.forms]


@dataclass(frozen=True)
class Appendix:
    """An extra page on paper, with its form where that is printed nowhere else."""

    anchor: str
    title: str
    summary: str
    body: SafeString
    sheet: PaperSheet | None


@dataclass(frozen=True)
class Spoken:
    """A piece of a script: words, or so many seconds of silence."""

    words: SafeString | str = ""
    silence: int = 0


@dataclass(frozen=True)
class ScriptPart:
    """A relaxation script to be read out: spoken pieces, and silences in seconds."""

    anchor: str
    title: str
    summary: str
    minutes: int
    safety: str
    pace: Sequence[Mapping[str, Any]]
    parts: "tuple[Spoken, ...]"


def chapter(module: Module, sheets: Mapping[str, Worksheet], anchors: Collection[str]) -> Chapter:
    """A week; its questions are numbered through it. `sheets` are the programme's, by slug."""
    steps: list[StepPart] = []
    asked = 0
    for step in module.path_steps():
        steps.append(step_part(step, anchors, first_question=asked + 1))
        asked += len(step.questions)
    short = module.short_version()
    tasks = module.homework_tasks()
    there = {step.sheet.slug for step in steps if step.sheet}
    missing = dict.fromkeys(task.worksheet_slug for task in tasks if task.worksheet_slug not in there)
    return Chapter(
        anchor=f"week-{module.number}",
        module=module,
        steps=tuple(steps),
        short=step_part(short, anchors) if short else None,
        tasks=tasks,
        forms=tuple(
            FormPart(f"week-{module.number}-{slug}", paper_sheet(sheets[slug].spec)) for slug in missing
        ),
        questions=tuple(question for step in steps for question in step.questions),
    )


def step_part(step: Step, anchors: Collection[str], *, first_question: int = 1) -> StepPart:
    """A step. An example shows its form filled; the empty form stands where it is to be filled."""
    is_form = step.worksheet is not None and step.kind != Step.Kind.EXAMPLE
    return StepPart(
        anchor=f"week-{step.module.number}-step-{step.number}",
        number=step.number,
        title=step.title,
        kind=step.kind,
        minutes=step.minutes,
        goals=step.goals,
        body=on_paper(step.body_html, anchors=anchors),
        rating=step.rating,
        questions=tuple(_asked(step.questions, first_question)),
        sheet=paper_sheet(step.worksheet.spec) if is_form and step.worksheet else None,
        example=_example(step),
        script=f"relaxation-{step.relaxation_slug}" if step.relaxation_slug else "",
    )


def _example(step: Step) -> Worked | None:
    if not step.example or step.worksheet is None:
        return None
    spec = step.worksheet.spec
    entries = [example_entry(answers_for(spec, values)) for values in step.example["entries"]]
    is_many = step.worksheet.is_log and len(entries) > 1
    order = [field.name for field in spec.fields]
    return Worked(step.example["name"], entries, tuple(_tables(entries, order)) if is_many else ())


def _tables(entries: Sequence[ExampleEntry], order: Sequence[str]) -> Iterable[WorkedTable]:
    """The lines in as few tables as fit the page, none much fuller than another."""
    count = -(-len(entries) // MOST_COLUMNS)
    width = -(-len(entries) // count)
    for start in range(0, len(entries), width):
        chunk = entries[start : start + width]
        found = [{answer.name: answer for answer in entry.answers} for entry in chunk]
        names = [name for name in order if any(name in one for one in found)]
        labels = {answer.name: answer.label for entry in chunk for answer in entry.answers}
        yield WorkedTable(
            tuple((labels[n], tuple(one[n].text if n in one else "" for one in found)) for n in names)
        )


def _asked(questions: Iterable[Mapping[str, Any]], first: int) -> Iterable[Asked]:
    for number, question in enumerate(questions, start=first):
        options = tuple(
            AskedOption(letter, one["text"], bool(one["correct"]), one["feedback"])
            for letter, one in zip(ascii_uppercase, question["options"], strict=False)
        )
        yield Asked(number, question["prompt"], options)


def appendix(resource: Resource, printed: Collection[str], anchors: Collection[str]) -> Appendix:
    """An extra page; `printed` are the forms that stand elsewhere in the book."""
    sheet = resource.worksheet
    return Appendix(
        anchor=f"resources-{resource.slug}",
        title=resource.title,
        summary=resource.summary,
        body=on_paper(resource.body_html, anchors=anchors),
        sheet=paper_sheet(sheet.spec) if sheet and sheet.slug not in printed else None,
    )


def script_part(script: Relaxation, anchors: Collection[str]) -> ScriptPart:
    parts = [
        Spoken(silence=one["pause"])
        if "pause" in one
        else Spoken(on_paper(one["body_html"], anchors=anchors))
        for one in script.parts
    ]
    return ScriptPart(
        anchor=f"relaxation-{script.slug}",
        title=script.title,
        summary=script.summary,
        minutes=script.minutes,
        safety=script.safety,
        pace=script.pace,
        parts=tuple(parts),
    )
