"""How the clinic answers its alerts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinics.forms.oversight import SPANS, Period, PeriodForm, last_days, period_of
from clinics.oversight.page import MOST_BREACHES, overview
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission, allows


@requires(Permission.SAFETY_VIEW)
@require_safe
def safety_overview(request: ViewerRequest) -> HttpResponse:
    """Open alerts, times, breaches and the rota of the clinic: no names, and nothing that anybody wrote."""
    clinic = request.membership.clinic
    form = PeriodForm(request.GET if "first" in request.GET else None)
    period = _period(request, form)
    # The clinical lead reads the records of the whole clinic anyway.
    is_lead = allows(request.membership.role, Permission.SAFETY_AUDIT)
    context = {
        "clinic_shown": clinic,
        "form": form,
        "period": period,
        "spans": SPANS,
        "page": overview(request.user, clinic, period.since, period.until, sees_all=is_lead),
        "most_breaches": MOST_BREACHES,
        "may_keep_rota": allows(request.membership.role, Permission.STAFF_MANAGE),
    }
    return render(request, "clinics/safety_overview.html", context)


def _period(request: ViewerRequest, form: PeriodForm) -> Period:
    clinic = request.membership.clinic
    if form.is_bound and form.is_valid():
        return period_of(clinic, form.cleaned_data["first"], form.cleaned_data["last"])
    return last_days(clinic, request.GET.get("days", ""))
