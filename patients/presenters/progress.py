"""The way a patient has come, in numbers that only grow, and the pictures of their logs."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Figure
from patients.goals import read_goals
from patients.models import Enrolment, Entry
from patients.presenters.course import CourseView, ModuleStop, read_course
from patients.presenters.goals import GoalsView, goals_view
from patients.presenters.log_figures import log_figure
from patients.presenters.measures import MeasuresView, NextStep, contact_step, measures_view
from patients.presenters.practice import open_worksheets
from programs.models import Worksheet

# Two years of a busy log; a picture of more would show the same.
MAX_LINES = 5_000


@dataclass(frozen=True)
class Count:
    number: int
    words: str


@dataclass(frozen=True)
class ProgressPage:
    course: CourseView
    counts: list[Count]
    figures: list[Figure]
    handed_in: list[ModuleStop]
    goals: GoalsView
    measures: MeasuresView
    next: NextStep


def progress_page(user: User, enrolment: Enrolment) -> ProgressPage:
    """Read the progress page of a patient; the same number of queries for everybody."""
    course = read_course(user, enrolment)
    sheets = open_worksheets(enrolment)
    entries = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).with_sheet()
    lines = list(entries.defer("texts").order_by("-on_date", "-submitted_at")[:MAX_LINES])
    reported = measures_view(enrolment, user)
    return ProgressPage(
        course=course,
        counts=_counts(course, sheets, lines),
        figures=list(_figures(sheets, lines)),
        handed_in=[stop for stop in course.stops if stop.homework],
        goals=goals_view(
            read_goals(user, enrolment), clock.local_today(enrolment.patient.timezone), uid="progress-goals"
        ),
        measures=reported,
        next=contact_step(course.therapist_name) if reported.is_harder else _go_on(course),
    )


def _go_on(course: CourseView) -> NextStep:
    """One small thing to go on with: the step where the patient is, or their practice."""
    step = course.current.resume if course.current else None
    if step:
        return NextStep(_("Your next step"), step.title, step.url, _("Go on"))
    text = _("Nothing has to be read now. A few minutes of practice keep what you have learned.")
    return NextStep(_("Your next step"), text, reverse("patients:practice"), _("Go to practice"))


def _counts(course: CourseView, sheets: list[Worksheet], lines: list[Entry]) -> list[Count]:
    """What was done, leaving out what was not."""
    logs = {sheet.slug for sheet in sheets if sheet.is_log}
    steps = sum(stop.done_count for stop in course.stops)
    days = len({line.on_date for line in lines if line.sheet_slug in logs and line.on_date})
    filled = len({line.sheet_slug for line in lines if line.sheet_slug not in logs})
    sent = sum(stop.homework is not None for stop in course.stops)
    counts = [
        Count(steps, ngettext("step done", "steps done", steps)),
        Count(days, ngettext("day in your log", "days in your log", days)),
        Count(filled, ngettext("worksheet filled in", "worksheets filled in", filled)),
        Count(sent, ngettext("week’s homework sent", "weeks’ homework sent", sent)),
    ]
    return [count for count in counts if count.number]


def _figures(sheets: Iterable[Worksheet], lines: list[Entry]) -> Iterable[Figure]:
    for sheet in sheets:
        own = [line for line in lines if line.sheet_slug == sheet.slug]
        figure = (
            log_figure(sheet, own, uid=f"progress-{sheet.slug}", is_worded=False) if sheet.is_log else None
        )
        if figure:
            yield figure
