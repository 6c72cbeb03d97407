"""Moving a patient's course to a newer text of the programme."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from patients.actions.versions import NotNewerError, move_enrolment
from patients.newer_text import newer_version, preview_move
from therapists.access import PersonRequest, person_page
from therapists.forms import ToldForm


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "HEAD", "POST"])
def version_move(request: PersonRequest) -> HttpResponse:
    """What a newer text would change for this patient, and the move itself, with a reason they read."""
    version = newer_version(request.enrolment)
    form = ToldForm(request.POST or None)
    if version is None and request.method == "POST":
        messages.info(request, _("The course is on the newest text already."))
        return redirect("therapists:patient-detail", patient_id=request.patient.pk)
    if version and request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["told"]
            move_enrolment(by=request.user, enrolment=request.enrolment, version=version, reason=reason)
            messages.success(
                request, _("Moved. %(name)s reads what and why.") % {"name": request.patient.first_name}
            )
        except NotNewerError:
            messages.info(request, _("The course is on the newest text already."))
        return redirect("therapists:patient-detail", patient_id=request.patient.pk)
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "form": form,
        "now": request.enrolment.programme_version,
        "move": preview_move(enrolment=request.enrolment, version=version) if version else None,
    }
    return render(request, "therapists/version_move.html", context, status=422 if form.is_bound else 200)
