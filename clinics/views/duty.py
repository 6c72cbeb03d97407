"""The duty rota of the clinic."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinics.forms.duty import DutyForm
from clinics.presenters import duty_rows, needs_words
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from patients.actions.duty import add_shifts, end_shift
from patients.safety.duty import rota, unmet


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def duty_list(request: ViewerRequest) -> HttpResponse:
    """Who is on duty when; a POST puts somebody on the rota."""
    clinic = request.membership.clinic
    form = DutyForm(request.POST if request.method == "POST" else None, clinic=clinic)
    if form.is_bound and form.is_valid():
        add_shifts(by=request.user, clinic=clinic, **form.cleaned_data)
        messages.success(request, _("The rota is changed."))
        return redirect("clinics:duty-list")
    context = {"form": form, "clinic": clinic, "rows": duty_rows(clinic), "needs": needs_words(unmet(clinic))}
    return render(request, "clinics/duty_list.html", context, status=422 if form.errors else 200)


@requires(Permission.STAFF_MANAGE)
@require_POST
def duty_end(request: ViewerRequest, shift_id: UUID) -> HttpResponse:
    """Take a shift off the rota."""
    shift = get_object_or_404(rota(request.membership.clinic_id), pk=shift_id)
    end_shift(by=request.user, shift=shift)
    messages.success(request, _("The rota is changed."))
    return redirect("clinics:duty-list")
