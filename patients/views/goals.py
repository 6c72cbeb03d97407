"""Goals: what they are, where they stand, and the weekly rating."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.goals import GOAL_SHEET, NotAGoalError, rate_goal
from patients.goals import read_goals
from patients.models import Entry
from patients.presenters.goals import goals_view
from patients.presenters.practice import open_worksheets


@patient_page(Permission.COURSE_WORK)
@require_safe
def goals(request: PatientRequest) -> HttpResponse:
    """Every goal of the patient with its five levels."""
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="goals")
    read = read_goals(request.user, request.enrolment)
    most = {
        sheet.slug: (sheet.definition.get("log") or {}).get("max_entries")
        for sheet in open_worksheets(request.enrolment)
    }
    context = {
        "view": goals_view(read, clock.local_today(request.patient.timezone)),
        "may_add": GOAL_SHEET in most and len(read.tracks) < (most[GOAL_SHEET] or 1),
        "goal_sheet": GOAL_SHEET,
    }
    return render(request, "patients/goals.html", context)


@patient_page(Permission.COURSE_WORK)
@require_POST
def goal_rate(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """Keep the level that was pressed."""
    mine = Entry.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    goal = get_object_or_404(mine, pk=entry_id)
    try:
        rate_goal(by=request.user, goal=goal, level=int(request.POST.get("level", "")))
        messages.success(request, _("Saved. You can change it until you rate again next week."))
    except (NotAGoalError, ValueError):
        messages.info(request, _("This goal has changed since. Here is how it stands now."))
    return redirect("patients:goals")
