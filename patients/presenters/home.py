"""What the home page shows beside the one thing to do now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Figure
from patients.actions.homework import TaskState, task_states
from patients.log_reading import CARDS, CATCHER, PLANS, THOUGHTS
from patients.measures.due import due_sets
from patients.models import Enrolment, Entry
from patients.presenters.activity import activity_figure
from patients.presenters.changes import Said, said_changes
from patients.presenters.course import CourseView, ModuleStop, read_course
from patients.presenters.practice import open_worksheets, own_page
from patients.presenters.questions import as_today
from patients.presenters.quick import short_for
from patients.presenters.saved import Saved, saved_today
from patients.presenters.today import Today, greeting, things_to_do
from programs.models import Worksheet

CHART_DAYS = 14
# More than these are a menu; the rest is on the practice page.
MOST_LOGS = 5
# For how long the home page points to an answer that asks for nothing more.
ANSWER_SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class LogLink:
    """A log that can be written in, and whether today has a line already."""

    worksheet: Worksheet
    has_today: bool
    url: str
    says: str


@dataclass(frozen=True)
class HomePage:
    greeting: str
    things: list[Today]
    course: CourseView
    logs: list[LogLink]
    answered: list[ModuleStop]
    figure: Figure | None
    changes: list[Said]
    saved: list[Saved]

    @property
    def today(self) -> Today:
        return self.things[0]

    @property
    def others(self) -> list[Today]:
        """What can be done besides."""
        return self.things[1:]

    @property
    def next_line(self) -> str:
        """What comes after this, and when."""
        following = self.course.following
        if following is None or following is self.course.stops[0]:
            return ""
        why = following.why_closed.rstrip(".")
        words = {"number": following.number, "title": following.title, "why": why}
        return _("Next: week %(number)d, %(title)s. %(why)s.") % words

    @property
    def short_version(self) -> ModuleStop | None:
        """The week whose ten-minute version serves on a hard day."""
        current = self.course.current
        return current if current and current.short and not current.is_new else None


def home_page(user: User, enrolment: Enrolment) -> HomePage:
    """Read the home page of a patient; the same number of queries for everybody."""
    course = read_course(user, enrolment)
    zone = enrolment.patient.timezone
    today = clock.local_today(zone)
    owed = _owed(course)
    tasks = task_states(enrolment, owed.module) if owed else []
    has_begun = any(stop.done_count for stop in course.stops)
    sheets = [sheet for sheet in open_worksheets(enrolment) if sheet.is_log and has_begun]
    lines = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).with_sheet()
    lines = lines.filter(worksheet__slug__in=[sheet.slug for sheet in sheets])
    lines = lines.defer("texts").filter(on_date__gt=today - timedelta(days=CHART_DAYS), on_date__lte=today)
    recent = list(lines.order_by("on_date", "submitted_at"))
    questions = [as_today(one) for one in due_sets(user, enrolment)]
    return HomePage(
        greeting=_("%(hello)s, %(name)s")
        % {"hello": greeting(clock.local_now(zone).hour), "name": enrolment.patient.first_name},
        things=_things(course, questions, things_to_do(course, owed, tasks, today)),
        course=course,
        logs=[
            _log_link(sheet, [entry for entry in recent if entry.sheet_slug == sheet.slug], today)
            for sheet in _at_hand(sheets, recent, tasks)
        ],
        answered=[stop for stop in course.stops if _is_news(stop)],
        figure=_figure(sheets, recent),
        saved=saved_today(user, enrolment, {sheet.slug for sheet in sheets}),
        changes=said_changes(one for one in course.changes if clock.now() - one.at < ANSWER_SHOWN),
    )


def _things(course: CourseView, questions: list[Today], others: list[Today]) -> list[Today]:
    """Treatment is steered by the questions, which take few minutes: they come first, but on hard days."""
    return others + questions if course.flare_up else questions + others


def _at_hand(sheets: list[Worksheet], recent: list[Entry], tasks: list[TaskState]) -> list[Worksheet]:
    """The few logs to be written in from here: those asked for, then those written in last.

    Sheets of which a few are kept are no daily matter, but for the cards: they are there to be read.
    A thought is caught first; the whole record of it, which takes its time, begins with what was caught.
    """
    asked = {state.task.worksheet_slug for state in tasks if not state.is_done}
    last = {entry.sheet_slug: entry.submitted_at for entry in recent}
    daily = [sheet for sheet in sheets if "max_entries" not in sheet.definition["log"] or sheet.slug == CARDS]
    if any(sheet.slug == CATCHER for sheet in daily):
        daily = [sheet for sheet in daily if sheet.slug != THOUGHTS]
    daily.sort(key=lambda sheet: (sheet.slug not in asked, -_moment(last.get(sheet.slug))))
    return daily[:MOST_LOGS]


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _log_link(sheet: Worksheet, lines: list[Entry], today: date) -> LogLink:
    """The shortest way to a new line, or to the page where a log is used. `lines` are those of late."""
    has_today = any(entry.on_date == today for entry in lines)
    if sheet.slug == CARDS:
        return LogLink(sheet, has_today, reverse("patients:cards"), _("Read them"))
    if sheet.slug == PLANS and any("done" not in entry.values for entry in lines):
        return LogLink(sheet, has_today, reverse("patients:plans"), _("How did it go?"))
    page_of = own_page(sheet.slug)
    if has_today and page_of and sheet.definition["log"]["entries_per_day"] == 1:
        return LogLink(sheet, has_today, page_of.url, _("Written for today"))
    if short_for(sheet):
        url = reverse("patients:quick-entry", args=[sheet.slug])
    else:
        url = f"{reverse('patients:entry-new', args=[sheet.slug])}?next={reverse('patients:home')}"
    return LogLink(sheet, has_today, url, _says(sheet, has_today))


def _says(sheet: Worksheet, has_today: bool) -> str:
    if sheet.slug == PLANS:
        return _("Plan something")
    if sheet.slug == CATCHER:
        return _("Catch one now")
    return _("Add another entry") if has_today else _("Write about today")


def _owed(course: CourseView) -> ModuleStop | None:
    """The newest week that was read and whose homework has not been handed in.

    Before the reading is done nobody is asked for what it explains.
    """
    walked = (stop for stop in reversed(course.stops) if stop.progress and not stop.is_skipped)
    newest = next((stop for stop in walked if stop.module.homework_tasks()), None)
    return newest if newest and not newest.has_homework and newest.is_read else None


def _is_news(stop: ModuleStop) -> bool:
    """Whether there is a fresh answer. One that asks for another look is among the things to do."""
    if not stop.is_answered or stop.homework is None or stop.wants_another_look:
        return False
    return clock.now() - stop.homework.review.created_at < ANSWER_SHOWN


def _figure(sheets: list[Worksheet], entries: list[Entry]) -> Figure | None:
    own = ((sheet, [entry for entry in entries if entry.sheet_slug == sheet.slug]) for sheet in sheets)
    figures = (activity_figure(sheet, lines, uid="home-log") for sheet, lines in own)
    return next((figure for figure in figures if figure), None)
