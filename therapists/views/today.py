from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from messaging.presenters.chain import question_for
from painclinic import clock
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission, allows
from painclinic.accounts.models import Role
from patients.presenters.register import events_to_assess
from patients.safety.ruleset import Standing, standing_of
from therapists.access import leave_list_trace
from therapists.presenters.alerts import alert_lines
from therapists.presenters.caseload import Choices, caseload_page, filter_names, sort_names
from therapists.presenters.worklist import MAX_ON_TRACK, waiting_in_words, worklist
from therapists.presenters.written import marks_to_read


@requires(Permission.WORKLIST_VIEW)
@require_safe
def today(request: ViewerRequest) -> HttpResponse:
    """The day's work: the next person on top, everybody else by what is to do."""
    work = worklist(request.user)
    shown = [*work.items[: len(work.items) - len(work.on_track)], *work.on_track[:MAX_ON_TRACK]]
    alerts = alert_lines(request.user)
    marks = marks_to_read(request.user)
    to_assess = events_to_assess(request.user)
    named = [line.alert.patient for line in alerts if line.is_mine]
    named += [line.patient for line in marks] + [line.patient for line in to_assess]
    leave_list_trace(request, [*named, *(item.standing.patient for item in shown)], "worklist-view")
    context = {
        "alerts": alerts,
        "marks": marks,
        "to_assess": to_assess,
        "work": work,
        "now": clock.now(),
        "waiting_in_words": waiting_in_words(work.waiting),
        "on_track": work.on_track[:MAX_ON_TRACK],
        "more_on_track": max(len(work.on_track) - MAX_ON_TRACK, 0),
        "is_supervisor": _is_supervisor(request),
        "rules_wait": _rules_wait(request),
        "chain": question_for(request.user),
    }
    return render(request, "therapists/today.html", context)


@requires(Permission.WORKLIST_VIEW)
@require_safe
def caseload(request: ViewerRequest) -> HttpResponse:
    """All patients of a therapist, or of a supervisor's clinic, to search, sort and filter."""
    found = caseload_page(request.user, Choices.read(request.GET))
    leave_list_trace(request, (row.standing.patient for row in found.page), "caseload-view")
    context = {
        "caseload": found,
        "page_obj": found.page,
        "choices": found.choices,
        "filters": filter_names(),
        "sorts": sort_names(),
        "is_supervisor": _is_supervisor(request),
        "may_open_in_emergency": request.membership.role == Role.THERAPIST,
    }
    return render(request, "therapists/caseload.html", context)


def _rules_wait(request: ViewerRequest) -> bool:
    """Whether a clinic of the reader waits for their signature under the rules of alerts."""
    led = [one.clinic for one in request.user.active_memberships if allows(one.role, Permission.RULES_SIGN)]
    return any(standing_of(clinic) != Standing.SIGNED for clinic in led)


def _is_supervisor(request: ViewerRequest) -> bool:
    return any(member.role == Role.SUPERVISOR for member in request.user.active_memberships)
