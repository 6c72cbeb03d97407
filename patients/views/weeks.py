"""A week at a glance: the activity log, the relaxation log, the planned activities."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.log_reading import ACTIVITY, PLANS, RELAXATION, Span, entries_of, lines_in, span_until
from patients.presenters.practice import open_worksheets
from patients.presenters.weeks import activity_week, plan_lists, relaxation_week
from patients.views.spans import asked_day

WEEK = 7
# How far back pictures of change look, and plans are listed.
LOOK_BACK = timedelta(days=28)


@patient_page(Permission.COURSE_WORK)
@require_safe
def activity(request: PatientRequest) -> HttpResponse:
    """Seven days of the activity log; with `until`, those that end on that day."""
    _trace(request, "activity-week")
    span = span_until(request.enrolment, asked_day(request), WEEK)
    # The week before as well: a swing is told by what is usual.
    longer = Span(span.last, 2 * WEEK, span.today)
    lines = lines_in(request.user, request.enrolment, ACTIVITY, longer)
    context = {"span": span, "week": activity_week(lines, span), **_sheet(request, ACTIVITY)}
    return render(request, "patients/activity_week.html", context)


@patient_page(Permission.COURSE_WORK)
@require_safe
def relaxation_log(request: PatientRequest) -> HttpResponse:
    """Seven days of the relaxation log; with `until`, those that end on that day."""
    _trace(request, "relaxation-week")
    span = span_until(request.enrolment, asked_day(request), WEEK)
    longer = Span(span.last, LOOK_BACK.days, span.today)
    lines = lines_in(request.user, request.enrolment, RELAXATION, longer)
    context = {"span": span, "week": relaxation_week(lines, span), **_sheet(request, RELAXATION)}
    return render(request, "patients/relaxation_week.html", context)


@patient_page(Permission.COURSE_WORK)
@require_safe
def plans(request: PatientRequest) -> HttpResponse:
    """What was planned: what is to come, what asks to be looked back on, what came of the rest."""
    _trace(request, "activity-plans")
    today = span_until(request.enrolment, None, WEEK).today
    rows = entries_of(request.user, request.enrolment, PLANS).filter(on_date__gte=today - LOOK_BACK)
    lists = plan_lists(list(rows.order_by("on_date", "submitted_at")), today)
    return render(request, "patients/plans.html", {"lists": lists, **_sheet(request, PLANS)})


def _sheet(request: PatientRequest, slug: str) -> dict[str, object]:
    return {
        "may_log": slug in {sheet.slug for sheet in open_worksheets(request.enrolment)},
        "log_sheet": slug,
    }


def _trace(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)
