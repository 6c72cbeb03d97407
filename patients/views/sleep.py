"""Sleep: the nights as a picture, what the last seven come to, the plan."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.log_reading import SLEEP, SLEEP_PLAN, lines_in, newest_of, span_until
from patients.presenters.nights import in_words, mean_of, night_lines, nights_figure
from patients.presenters.practice import open_worksheets
from patients.presenters.sleep_window import newest_window, window_of
from patients.views.spans import asked_day
from programs.worksheets import answers_for

# Two weeks at a time, as on the practice page.
DAYS = 14


@patient_page(Permission.COURSE_WORK)
@require_safe
def sleep(request: PatientRequest) -> HttpResponse:
    """The nights of two weeks; with `until`, of the two weeks that end on that day."""
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="sleep")
    span = span_until(request.enrolment, asked_day(request), DAYS)
    entries = lines_in(request.user, request.enrolment, SLEEP, span)
    plan = newest_of(request.user, request.enrolment, SLEEP_PLAN)
    mean = mean_of(entries, span.last)
    row = newest_window(request.user, request.enrolment)
    may_open = {sheet.slug for sheet in open_worksheets(request.enrolment)}
    context = {
        "span": span,
        "words": in_words(mean),
        "window": window_of(row, plan, mean) if span.is_now else None,
        "turned_off": row if row and not row.is_on and span.is_now else None,
        "figure": nights_figure(entries, "nights"),
        "nights": night_lines(entries),
        "tonight": next((entry for entry in entries if entry.on_date == span.today), None),
        "plan": plan,
        "plan_answers": [a for a in answers_for(plan.worksheet.definition, plan.answers) if a.text]
        if plan
        else [],
        "may_log": SLEEP in may_open,
        "may_plan": SLEEP_PLAN in may_open,
        "diary": SLEEP,
        "plan_sheet": SLEEP_PLAN,
    }
    return render(request, "patients/sleep.html", context)
