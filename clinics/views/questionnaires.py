"""Questionnaires: which there are, how they are scored, and the licences of those that need one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.forms import LicenceForm
from clinics.questionnaires import questionnaire_row, questionnaire_rows, scale_words
from painclinic import clock
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from programs.actions import LicenceRefusedError, attest_licence, withdraw_licence
from programs.models import Instrument, InstrumentLicence

# The past of a licence is long enough for anybody to look at.
MOST_LICENCES = 50


@requires(Permission.CLINIC_SET_UP)
@require_safe
def instrument_list(request: ViewerRequest) -> HttpResponse:
    """Every questionnaire with how the clinic stands with it."""
    clinic = request.membership.clinic
    rows = questionnaire_rows(clinic, clock.local_today(clinic.timezone))
    return render(request, "clinics/instrument_list.html", {"rows": rows})


@requires(Permission.CLINIC_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_detail(request: ViewerRequest, instrument: str) -> HttpResponse:
    """What a questionnaire asks and how it is scored; attesting a licence where it needs one."""
    clinic = request.membership.clinic
    today = clock.local_today(clinic.timezone)
    found = get_object_or_404(Instrument, slug=instrument, versions__isnull=False)
    form = LicenceForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        data = {name: value for name, value in form.cleaned_data.items() if name != "is_sure"}
        try:
            attest_licence(by=request.user, clinic=clinic, instrument=found, **data)
        except LicenceRefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Noted. The questionnaire can be used until then."))
            return redirect("clinics:instrument-detail", found.slug)
    row = questionnaire_row(clinic, today, found)
    licences = InstrumentLicence.objects.filter(clinic=clinic, instrument=found).select_related("attested_by")
    context = {
        "row": row,
        "definition": row.definition,
        "scales": scale_words(row.definition),
        "licences": licences.order_by("-at")[:MOST_LICENCES],
        "form": None if found.is_builtin else form,
    }
    is_wrong = request.method == "POST"
    return render(request, "clinics/instrument_detail.html", context, status=422 if is_wrong else 200)


@requires(Permission.CLINIC_SET_UP)
@require_POST
def instrument_withdraw(request: ViewerRequest, instrument: str) -> HttpResponse:
    """Stop asking a licensed questionnaire."""
    found = get_object_or_404(Instrument, slug=instrument, is_builtin=False)
    try:
        withdraw_licence(by=request.user, clinic=request.membership.clinic, instrument=found)
        messages.success(request, _("Withdrawn. Nobody is asked any more; results are kept."))
    except LicenceRefusedError:
        messages.error(request, _("There is no licence that could be withdrawn."))
    return redirect("clinics:instrument-detail", found.slug)
