"""Flare-ups and pauses in words, and what helps on a hard day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.dates import written_day
from patients.actions.respite import flare_up_limits, usual_flare_up
from patients.models import Enrolment, Entry, Respite
from patients.presenters.course import CourseView, ModuleStop, read_course
from programs.models import Worksheet
from programs.worksheets import Answer, answers_for

PLAN = "w12-flare-up-plan"
# What somebody needs of their plan in the first hours, in this order (clinical reference, W12).
_FIRST = ("first_hour", "first_day", "calming_skill", "helpful_thought")
_PEOPLE = "people"


@dataclass(frozen=True)
class Helper:
    """Somebody to call, from the patient's own plan."""

    name: str
    phone: str


@dataclass(frozen=True)
class FlareUpPlan:
    """The patient's own plan for a flare-up, as far as a hard day needs it."""

    entry: Entry
    parts: tuple[Answer, ...]
    people: tuple[Helper, ...]
    rest: tuple[Answer, ...]


@dataclass(frozen=True)
class FlareUpPage:
    """`respite` is None while no flare-up runs; then the page offers to begin one."""

    course: CourseView
    respite: Respite | None
    last_day: date | None
    today: date
    plan: FlareUpPlan | None
    can_write_plan: bool
    days: int
    least: int
    most: int

    @property
    def short(self) -> ModuleStop | None:
        """The week whose ten-minute version serves now."""
        current = self.course.current
        return current if current and current.short else None

    @property
    def until(self) -> str:
        return day_in_words(self.last_day, self.today) if self.last_day else ""


def flare_up_page(user: User, enrolment: Enrolment) -> FlareUpPage:
    """Read what a patient needs in a flare-up; the same number of queries for everybody."""
    zone = enrolment.patient.timezone
    course = read_course(user, enrolment)
    running = course.flare_up
    least, most = flare_up_limits(enrolment.clinic)
    sheet = Worksheet.objects.filter(version_id=enrolment.programme_version_id, slug=PLAN).first()
    plan = _plan(user, enrolment)
    return FlareUpPage(
        course=course,
        respite=running,
        last_day=running.last_day(zone) if running else None,
        today=clock.local_today(zone),
        plan=plan,
        can_write_plan=sheet is not None and plan is None,
        days=running.days if running else usual_flare_up(enrolment.clinic),
        least=least,
        most=most,
    )


def _plan(user: User, enrolment: Enrolment) -> FlareUpPlan | None:
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment)
    entry = mine.of(PLAN).select_related("worksheet").order_by("submitted_at").last()
    if entry is None:
        return None
    found = {answer.name: answer for answer in answers_for(entry.worksheet.spec, entry.answers)}
    shown = [found[name] for name in _FIRST if name in found and not found[name].is_empty]
    others = (a for name, a in found.items() if name not in (*_FIRST, _PEOPLE) and not a.is_empty)
    return FlareUpPlan(entry, tuple(shown), tuple(_people(entry.answers.get(_PEOPLE))), tuple(others))


def _people(rows: Any) -> list[Helper]:
    found = rows if isinstance(rows, list) else []
    helpers = (Helper(str(row.get("name") or ""), str(row.get("phone") or "")) for row in found)
    return [helper for helper in helpers if helper.name or helper.phone]


def day_in_words(day: date, today: date) -> str:
    """ "today", "tomorrow", "Saturday 8 March"; both are days of the patient's own calendar."""
    if day == today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    return written_day(day, "l j F")


def respite_tag(respite: Respite, zone: str) -> str:
    """A few words for staff: what lasts, and until when."""
    day = {"day": written_day(respite.last_day(zone), "D j M")}
    if respite.kind == Respite.Kind.PAUSE:
        return _("paused until %(day)s") % day
    return _("flare-up until %(day)s") % day
