"""When which questionnaires are asked: a clinic's own schedule, time point by time point."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.forms.schedule import PointForm
from clinics.schedule import LONG, askable, new_slug, point_rows, title_of, when_of
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from patients.actions.schedule import KeptPointError, set_schedule
from programs.models import MeasureSchedule, Programme
from programs.schedule import MOST_POINTS, Point, ScheduleInvalidError, schedule_for

# The past of a schedule is long enough for anybody to look at.
MOST_CHANGES = 20


@requires(Permission.CLINIC_SET_UP)
@require_safe
def schedule_list(request: ViewerRequest) -> HttpResponse:
    """The programmes; with one alone, its schedule at once."""
    programmes = list(Programme.objects.order_by("title")[:50])
    if len(programmes) == 1:
        return redirect("clinics:schedule-detail", programmes[0].slug)
    return render(request, "clinics/schedule_list.html", {"programmes": programmes})


@requires(Permission.CLINIC_SET_UP)
@require_safe
def schedule_detail(request: ViewerRequest, programme: str) -> HttpResponse:
    """All time points of a programme's schedule."""
    found, clinic = get_object_or_404(Programme, slug=programme), request.membership.clinic
    kept = MeasureSchedule.objects.filter(clinic=clinic, programme=found).select_related("made_by")
    changes = list(kept.order_by("-number")[:MOST_CHANGES])
    context = {
        "programme": found,
        "rows": point_rows(schedule_for(clinic, found), askable(clinic)),
        "is_own": bool(changes and changes[0].plan),
        "changes": changes,
        "long": LONG,
    }
    return render(request, "clinics/schedule_detail.html", context)


@requires(Permission.CLINIC_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_point(request: ViewerRequest, programme: str, point: str) -> HttpResponse:
    """Change one time point."""
    found, clinic = get_object_or_404(Programme, slug=programme), request.membership.clinic
    points = list(schedule_for(clinic, found))
    before = next((one for one in points if one.slug == point), None)
    if before is None:
        raise Http404
    known = askable(clinic)
    form = PointForm(request.POST if request.method == "POST" else None, known=known, point=before)
    if request.method == "POST" and form.is_valid():
        after = replace(before, **form.cleaned_data)
        # What has no licence today was not on offer; it is asked again when there is one.
        unasked = [slug for slug in before.instruments if slug not in known]
        after = replace(after, instruments=(*after.instruments, *unasked))
        if _put(request, found, [after if one is before else one for one in points], form, after):
            return redirect("clinics:schedule-detail", found.slug)
    title = f"{title_of(before)}, {when_of(before)}"
    return _form_page(request, form, found, title=title, point=before)


@requires(Permission.CLINIC_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_point_add(request: ViewerRequest, programme: str) -> HttpResponse:
    """Add a time point."""
    found, clinic = get_object_or_404(Programme, slug=programme), request.membership.clinic
    points = list(schedule_for(clinic, found))
    form = PointForm(request.POST if request.method == "POST" else None, known=askable(clinic))
    if request.method == "POST" and form.is_valid():
        filled = form.cleaned_data
        slug = new_slug(filled["kind"], filled["day"], {one.slug for one in points})
        new = Point(slug=slug, **filled)
        if _put(request, found, [*points, new], form, new):
            return redirect("clinics:schedule-detail", found.slug)
    return _form_page(request, form, found, title=_("Add a time point"))


@requires(Permission.CLINIC_SET_UP)
@require_POST
def schedule_point_remove(request: ViewerRequest, programme: str, point: str) -> HttpResponse:
    """Take one time point out."""
    found, clinic = get_object_or_404(Programme, slug=programme), request.membership.clinic
    points = schedule_for(clinic, found)
    left = [one for one in points if one.slug != point]
    if len(left) == len(points):
        raise Http404
    try:
        set_schedule(by=request.user, clinic=clinic, programme=found, points=left)
        messages.success(request, _("Taken out."))
    except KeptPointError:
        messages.error(request, _("The start and the end are always asked: change shows between them."))
    return redirect("clinics:schedule-detail", found.slug)


@requires(Permission.CLINIC_SET_UP)
@require_POST
def schedule_reset(request: ViewerRequest, programme: str) -> HttpResponse:
    """Back to the schedule that came with the programme."""
    found = get_object_or_404(Programme, slug=programme)
    set_schedule(by=request.user, clinic=request.membership.clinic, programme=found, points=None)
    messages.success(request, _("The programme's own schedule holds again."))
    return redirect("clinics:schedule-detail", found.slug)


def _put(
    request: ViewerRequest, programme: Programme, points: Sequence[Point], form: PointForm, changed: Point
) -> bool:
    """Whether the schedule is in force; what is wrong with it stands beside the field."""
    clinic = request.membership.clinic
    try:
        set_schedule(by=request.user, clinic=clinic, programme=programme, points=points)
    except ScheduleInvalidError as refused:
        place = f"points-{list(points).index(changed)}-"
        for name, fault in refused.faults.items():
            field = name.removeprefix(place)
            form.add_error(field if field in form.fields else None, fault)
        return False
    messages.success(request, _("Saved. It counts for time points that open after tomorrow."))
    return True


def _form_page(request: ViewerRequest, form: PointForm, programme: Programme, **more: Any) -> HttpResponse:
    context = {"form": form, "programme": programme, "most": MOST_POINTS, **more}
    return render(request, "clinics/schedule_point.html", context, status=422 if form.errors else 200)
