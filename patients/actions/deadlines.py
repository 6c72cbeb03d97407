"""Keeps with each open module what a patient's own course makes of it: days moved, and left out or not."""

from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from patients.course_plan import CoursePlan
from patients.deadlines import Span, moved_days
from patients.facts import plan_of
from patients.models import CourseChange, Enrolment, ModuleProgress, Respite
from programs.models import Module


def spans_of(rows: QuerySet[Respite], zone: str) -> list[Span]:
    """The days that flare-ups and pauses take."""
    return [Span(row.first_day(zone), row.last_day(zone)) for row in rows]


def own_plan(enrolment: Enrolment) -> CoursePlan:
    """The course as it is for one patient, read now."""
    modules = Module.objects.filter(version_id=enrolment.programme_version_id).only("number", "slug")
    return plan_of(
        modules,
        CourseChange.objects.filter(enrolment=enrolment)
        .select_related("module", "step__module")
        .order_by("at", "pk"),
    )


def move_deadlines(*, enrolment: Enrolment) -> None:
    """Work out anew by how many days each open module's deadlines move, and whether it is left out.

    Always from all rows, so that nothing can drift. The enrolment is locked. Part of other actions;
    leaves no event.
    """
    zone = enrolment.patient.timezone
    spans = spans_of(Respite.objects.filter(enrolment=enrolment), zone)
    plan = own_plan(enrolment)
    changed = []
    for progress in ModuleProgress.objects.filter(enrolment=enrolment).select_related("module"):
        number = progress.module.number
        since = progress.asked_since.astimezone(ZoneInfo(zone)).date()
        days = moved_days(since, spans, extra=plan.homework_days.get(number, 0))
        if (days, number in plan.skipped) != (progress.moved_days, progress.is_skipped):
            progress.moved_days, progress.is_skipped = days, number in plan.skipped
            changed.append(progress)
    ModuleProgress.objects.bulk_update(changed, ["moved_days", "is_skipped"])
