"""What can be changed in one patient's course now, each with its form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from painclinic.dates import written_day
from patients.actions.changes import UNDOABLE
from patients.deadlines import due_on
from patients.models import CourseChange, Enrolment
from patients.presenters.changes import Said, said
from patients.presenters.course import CourseView, ModuleStop, read_course
from patients.presenters.respite import respite_tag
from programs.models import Module, Worksheet
from therapists.course_forms import (
    ChangeForm,
    DaysForm,
    EndForm,
    PauseForm,
    StepForm,
    SwapForm,
    WeekDaysForm,
    WeekForm,
    WorksheetForm,
)


@dataclass(frozen=True)
class Section:
    """One change that can be made: its form, or why it cannot be made now."""

    slug: str
    title: str
    lead: str
    button: str
    form: ChangeForm | None
    closed: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is shown unfolded: after it was filled in wrongly."""
        return self.form is not None and self.form.is_bound


@dataclass(frozen=True)
class MadeChange:
    """A change that was made, and whether it can be taken back."""

    change: CourseChange
    words: Said
    may_undo: bool


@dataclass(frozen=True)
class SteeringPage:
    course: CourseView
    sections: tuple[Section, ...]
    made: tuple[MadeChange, ...]
    pause: str
    ends_on: str

    def section(self, slug: str) -> Section | None:
        return next((one for one in self.sections if one.slug == slug and one.form), None)

    @property
    def lines(self) -> list[tuple[ModuleStop, str]]:
        """Each week in this patient's order, and how it stands."""
        return [(stop, _line(stop, self.course)) for stop in self.course.stops]


def steering_page(
    user: User, enrolment: Enrolment, *, slug: str = "", data: Mapping[str, Any] | None = None
) -> SteeringPage:
    """Everything that can be changed; the form `slug` is filled with `data`. A fixed number of queries."""
    course = read_course(user, enrolment)
    worksheets = list(Worksheet.objects.filter(version_id=enrolment.programme_version_id).defer("definition"))
    undone = {change.undoes_id for change in course.changes if change.undoes_id}
    pause = course.pause

    def form(kind: Callable[..., ChangeForm], name: str, **choices: Any) -> ChangeForm:
        return kind(data if name == slug else None, auto_id=f"{name}_%s", **choices)

    return SteeringPage(
        course=course,
        sections=tuple(_Sections(course, form).all(worksheets)),
        made=tuple(
            MadeChange(one, said(one), one.kind in UNDOABLE and one.pk not in undone)
            for one in reversed(course.changes)
        ),
        pause=respite_tag(pause, enrolment.patient.timezone) if pause else "",
        ends_on=written_day(course.ends_on, "j F Y"),
    )


class _Sections:
    """Builds the sections of the page from the course as it stands."""

    def __init__(self, course: CourseView, form: Callable[..., ChangeForm]) -> None:
        self.course, self.form = course, form
        self.walked = [stop for stop in course.stops if not stop.is_skipped]
        self.opened = [stop for stop in self.walked if stop.progress]

    def all(self, worksheets: list[Worksheet]) -> list[Section]:
        """In the order of the page: more, less or other, time, conditions."""
        return [
            *self._adding(worksheets),
            *self._leaving(),
            *self._timing(),
            self._feedback(),
            self._pause(),
            self._end(),
        ]

    def _week(self, slug: str, modules: list[Module]) -> ChangeForm | None:
        return self.form(WeekForm, slug, modules=modules) if modules else None

    def _adding(self, worksheets: list[Worksheet]) -> list[Section]:
        stops = self.course.stops
        closed = [s.module for s in stops if s.progress is None or s.is_skipped]
        has = self.course.has_added
        steps = [(s.module, one.step) for s in stops for one in s.steps if not has(s.module, one.step)]
        asks = self.form(WorksheetForm, "add-worksheet", worksheets=worksheets) if self.opened else None
        return [
            Section(
                "add-module",
                _("Add a week now"),
                _("It opens at once, besides the week the patient is in. One that is left out comes back."),
                _("Open this week"),
                self._week("add-module", closed),
                _("All weeks are open."),
            ),
            Section(
                "add-step",
                _("Add one step"),
                _("A single step of any week, to be done now. Its week stays closed."),
                _("Add this step"),
                self.form(StepForm, "add-step", steps=steps),
            ),
            Section(
                "add-worksheet",
                _("Ask for a worksheet"),
                _("As homework besides, handed in with that of the week opened last."),
                _("Ask for it"),
                asks,
                _("No week is open yet."),
            ),
        ]

    def _leaving(self) -> list[Section]:
        stops = self.course.stops
        movable = [s.module for s in stops if s.progress is None and s.module.details.get("movable")]
        read = [stop.module for stop in self.opened if stop.is_read]
        return [
            Section(
                "skip",
                _("Leave a week out"),
                _("It blocks nothing and asks for nothing. What was done in it is kept."),
                _("Leave it out"),
                self._week("skip", [stop.module for stop in self.walked]),
            ),
            Section(
                "reorder",
                _("Change the order"),
                _("Two weeks change places, as far as the programme lets them move while they are closed."),
                _("Change places"),
                self.form(SwapForm, "reorder", modules=movable) if len(movable) > 1 else None,
                _("No two closed weeks may be moved."),
            ),
            Section(
                "repeat",
                _("Repeat a week"),
                _("It is to be read again before another opens. Work is kept; homework can be sent anew."),
                _("Repeat this week"),
                self._week("repeat", read),
                _("No week has been read yet."),
            ),
        ]

    def _timing(self) -> list[Section]:
        asked = [stop.module for stop in self.opened if stop.module.homework_tasks()]
        return [
            Section(
                "extend-homework",
                _("More time for homework"),
                _("The day on which it is due moves, and the reminders with it."),
                _("Give more time"),
                self.form(WeekDaysForm, "extend-homework", modules=asked) if asked else None,
                _("No homework is asked for yet."),
            ),
            Section(
                "extend-window",
                _("More time for the course"),
                _("The treatment is meant for ten weeks; paused days do not count."),
                _("Give more time"),
                self.form(DaysForm, "extend-window"),
            ),
        ]

    def _feedback(self) -> Section:
        form = self.form(ChangeForm, "feedback")
        if self.course.plan.wants_feedback:
            return Section(
                "feedback",
                _("Do not wait for feedback any more"),
                _("At the moment the next week waits until you have answered the homework."),
                _("Let weeks open by their rule"),
                form,
            )
        return Section(
            "feedback",
            _("Feedback before the next week"),
            _("The next week then waits until you have answered the homework of the one before."),
            _("Let weeks wait for feedback"),
            form,
        )

    def _pause(self) -> Section:
        return Section(
            "pause",
            _("Pause the course"),
            _("Nothing opens and no reminder of the course is sent. Messages go on. It resumes by itself."),
            _("Pause the course"),
            None if self.course.pause else self.form(PauseForm, "pause"),
            _("The course is paused."),
        )

    def _end(self) -> Section:
        if self.course.has_ended:
            return Section(
                "resume",
                _("Take the treatment up again"),
                _("It goes on where it was; weeks open by their rule again."),
                _("Take it up again"),
                self.form(ChangeForm, "resume"),
            )
        return Section(
            "end",
            _("End the treatment"),
            _(
                "No week opens and no reminder of the course is sent any more. Everything stays readable, "
                "messages go on, and the questions at the end and after 3 and 12 months are still asked."
            ),
            _("End the treatment"),
            self.form(EndForm, "end"),
        )


def _line(stop: ModuleStop, course: CourseView) -> str:
    if stop.is_skipped:
        return _("left out")
    if stop.progress is None:
        return stop.why_closed or _("opens now")
    tasks = stop.module.homework_tasks()
    if stop.has_homework or not tasks:
        return _("open") if not stop.is_read else _("read")
    opened = stop.progress.asked_since.astimezone(ZoneInfo(course.facts.timezone)).date()
    day = due_on(opened, max(task.due_after_days for task in tasks), stop.progress.moved_days)
    return _("open, homework due %(day)s") % {"day": written_day(day, "D j M")}
