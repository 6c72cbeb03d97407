from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from patients.actions.emergency import end_emergency_access
from patients.models import EmergencyAccess
from therapists.access import PersonRequest, person_page
from therapists.actions import NotFoundError, TooManyTriesError, open_by_identity
from therapists.forms import EmergencyForm


@requires(Permission.EMERGENCY_ACCESS)
@require_http_methods(["GET", "POST"])
def emergency_open(request: ViewerRequest) -> HttpResponse:
    """Open a colleague's patient for an hour: by exact name and date of birth, and for a reason."""
    form = EmergencyForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        patient = open_by_identity(by=request.user, **form.cleaned_data)
    except NotFoundError:
        # One answer for nobody, for another clinic's patient and for two of the same name.
        form.add_error(None, _("No record was opened. Check the name and the date of birth."))
        return _page(request, form, status=422)
    except TooManyTriesError:
        form.add_error(None, _("Too many tries. Call the clinic’s administration, or try again in an hour."))
        return _page(request, form, status=429)
    return redirect("therapists:patient-detail", patient_id=patient.pk)


@person_page(verb="patient-view", act=Permission.EMERGENCY_ACCESS)
@require_POST
def emergency_end(request: PersonRequest) -> HttpResponse:
    """Give an emergency access back before its hour is over."""
    if request.emergency:
        end_emergency_access(by=request.user, access=request.emergency)
        messages.success(request, _("The record is closed again."))
    return redirect("therapists:today")


def _page(request: ViewerRequest, form: EmergencyForm, *, status: int = 200) -> HttpResponse:
    minutes = int(EmergencyAccess.LASTS.total_seconds() // 60)
    return render(
        request, "therapists/emergency_open.html", {"form": form, "minutes": minutes}, status=status
    )
