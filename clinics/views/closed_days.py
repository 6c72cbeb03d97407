"""The days on which the clinic is closed: public holidays and its own."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clinics.actions import close_days, reopen_day
from clinics.closed_days import regions
from clinics.forms.closed_days import HolidaysForm, OtherDaysForm
from clinics.presenters import closed_rows
from painclinic import clock
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def closed_day_list(request: ViewerRequest) -> HttpResponse:
    """Which days these are; a POST adds public holidays, or days of the clinic's own."""
    clinic = request.membership.clinic
    today = clock.local_today(clinic.timezone)
    parts = regions(clinic.country)
    region = (request.POST if request.method == "POST" else request.GET).get("region", "")
    region = region if region in {part.code for part in parts} else ""
    sent = request.POST if request.method == "POST" else None
    is_own = sent is not None and "first_day" in sent
    offered = HolidaysForm(None if is_own else sent, clinic=clinic, today=today, region=region)
    own = OtherDaysForm(sent if is_own else None, clinic=clinic, today=today)
    form = own if is_own else offered
    if form.is_bound and form.is_valid():
        added = close_days(by=request.user, clinic=clinic, days=form.days())
        said = ngettext("%(n)d day is added.", "%(n)d days are added.", added)
        messages.success(request, said % {"n": added})
        return redirect("clinics:closed-day-list")
    context = {
        "rows": closed_rows(clinic, today),
        "offered": offered,
        "own": own,
        "regions": parts,
        "region": region,
    }
    return render(request, "clinics/closed_day_list.html", context, status=422 if form.errors else 200)


@requires(Permission.STAFF_MANAGE)
@require_POST
def closed_day_remove(request: ViewerRequest, day: str) -> HttpResponse:
    """The clinic works on this day after all."""
    clinic = request.membership.clinic
    today = clock.local_today(clinic.timezone)
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if day not in clinic.closed_days or chosen < today:
        raise Http404
    reopen_day(by=request.user, clinic=clinic, day=chosen)
    messages.success(
        request, _("The clinic works on this day. Clocks that were set before stay as they are.")
    )
    return redirect("clinics:closed-day-list")
