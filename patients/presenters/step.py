"""One step of a module as the player shows it: where it stands, what is asked, what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import CheckAnswer, Enrolment, Entry, StepRating
from patients.presenters.course import CourseView, ModuleStop, StepStop
from patients.presenters.practice import SHOWN_DAYS, LogCard, log_card
from programs.models import Step
from programs.worksheets import Answer, answers_for

_FORM_KINDS = {Step.Kind.WORKSHEET, Step.Kind.PRACTICE_PLAN, Step.Kind.EXERCISE}
MAX_LINES = 200


@dataclass(frozen=True)
class Option:
    index: int
    text: str
    is_chosen: bool
    is_correct: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """A check question with the newest answer to it. `fault` says why a press of the button did nothing."""

    id: str
    prompt: str
    options: tuple[Option, ...]
    fault: str = ""

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.is_chosen), None)


@dataclass(frozen=True)
class Rating:
    """A rating from 0 to 10 before and after an exercise, as far as it was given."""

    labels: Mapping[str, str]
    before: int | None
    after: int | None

    @property
    def said(self) -> str:
        """What the two numbers come to, without praise or blame."""
        if self.before is None or self.after is None:
            return _("Saved.") if (self.before, self.after) != (None, None) else ""
        words = {"before": self.before, "after": self.after}
        if self.before == self.after:
            return _("It was %(before)d before and is %(after)d now: the same.") % words
        return _("It was %(before)d before and is %(after)d now.") % words


@dataclass(frozen=True)
class ExampleEntry:
    """One filled form of somebody in the programme's stories; `title` and `rest` for a line of a log."""

    answers: list[Answer]
    title: str
    rest: str
    note: str


@dataclass(frozen=True)
class Example:
    """`is_many`: several lines of a log, shown in short; one entry is shown in full."""

    name: str
    entries: list[ExampleEntry]
    is_many: bool


@dataclass(frozen=True)
class StepPage:
    """A step in its module, for one patient."""

    course: CourseView
    stop: ModuleStop
    place: StepStop
    step: Step

    @property
    def before(self) -> StepStop | None:
        """The step before this one on the path; None for the first and for the short version."""
        return next((one for one in reversed(self.stop.steps) if one.number < self.place.number), None)

    @property
    def after(self) -> StepStop | None:
        if self.is_short:
            return None
        return next((one for one in self.stop.steps if one.number > self.place.number), None)

    @property
    def is_short(self) -> bool:
        return self.step.kind == Step.Kind.SHORT_VERSION

    @property
    def has_form(self) -> bool:
        """Whether the step has a worksheet to be filled on its own page."""
        return self.step.kind in _FORM_KINDS and self.step.worksheet is not None

    @property
    def is_log(self) -> bool:
        return self.step.kind == Step.Kind.LOG and self.step.worksheet is not None

    @cached_property
    def example(self) -> Example | None:
        """The worked example of the step, in the shape of what the patient fills."""
        found = self.step.example
        if not found or self.step.worksheet is None:
            return None
        definition = self.step.worksheet.definition
        entries = [example_entry(answers_for(definition, values)) for values in found["entries"]]
        return Example(found["name"], entries, self.step.worksheet.is_log and len(entries) > 1)


def step_page(course: CourseView, stop: ModuleStop, number: int) -> StepPage | None:
    """The page of one step; None when the module has no such step. One query."""
    places = [*stop.steps, *([stop.short] if stop.short else [])]
    place = next((one for one in places if one.number == number), None)
    if place is None:
        return None
    step = Step.objects.select_related("module", "worksheet").get(pk=place.step.pk)
    return StepPage(course, stop, place, step)


def questions_of(user: User, enrolment: Enrolment, step: Step, faults: Mapping[str, str]) -> list[Question]:
    """The check questions of a step, each with the patient's newest answer."""
    given = CheckAnswer.objects.visible_to(user).filter(enrolment=enrolment, step=step)
    newest = {answer.question: answer.option for answer in given.order_by("answered_at", "pk")}
    return [
        Question(
            id=asked["id"],
            prompt=asked["prompt"],
            options=_options(asked["options"], newest.get(asked["id"])),
            fault=faults.get(asked["id"], ""),
        )
        for asked in step.questions
    ]


def _options(options: Sequence[Mapping[str, Any]], chosen: int | None) -> tuple[Option, ...]:
    return tuple(
        Option(index, option["text"], index == chosen, option["correct"], option["feedback"])
        for index, option in enumerate(options)
    )


def rating_of(user: User, enrolment: Enrolment, step: Step) -> Rating | None:
    """The rating that belongs to an exercise, with the newest numbers; None where none is asked."""
    if step.rating is None:
        return None
    given = StepRating.objects.visible_to(user).filter(enrolment=enrolment, step=step)
    newest = given.order_by("rated_at", "pk").last()
    return Rating(step.rating, newest.before if newest else None, newest.after if newest else None)


def newest_entry(user: User, enrolment: Enrolment, step: Step) -> Entry | None:
    """What the patient handed in of the step's worksheet, as it counts now."""
    if step.worksheet is None:
        return None
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).of(step.worksheet.slug)
    return mine.select_related("worksheet", "enrolment__patient").order_by("submitted_at").last()


def log_so_far(user: User, enrolment: Enrolment, step: Step) -> LogCard | None:
    """The last two weeks of the log that a step introduces; of sheets that are kept, all."""
    if step.worksheet is None:
        return None
    today = clock.local_today(enrolment.patient.timezone)
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).of(step.worksheet.slug)
    is_kept = "max_entries" in step.worksheet.definition["log"]
    recent = mine if is_kept else mine.filter(on_date__gt=today - timedelta(days=SHOWN_DAYS))
    lines = list(recent.order_by("-on_date", "-submitted_at")[:MAX_LINES])
    return log_card(step.worksheet, lines, None, today)


def example_entry(answers: list[Answer]) -> ExampleEntry:
    """A filling in words: what was done, the numbers, and what was written besides."""
    shown = [answer for answer in answers if not answer.is_empty]
    texts = [answer.text for answer in shown if answer.type == "text"]
    rest = [a for a in shown if a.type not in ("text", "date", "list")]
    # A choice speaks for itself; a number or a time of day does not.
    said = [a.text if a.type in ("enum", "multi") else f"{a.label} {a.text}" for a in rest]
    return ExampleEntry(shown, texts[0] if texts else "", " · ".join(said), " ".join(texts[1:]))
