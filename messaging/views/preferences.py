"""What a patient wants to be reminded of."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from messaging.actions import set_preferences
from messaging.forms import PreferencesForm
from messaging.models import ReminderPreference
from painclinic.access.permissions import Permission
from patients.access import PatientRequest, patient_page


@patient_page(Permission.OWN_MESSAGES)
@require_http_methods(["GET", "POST"])
def preferences_edit(request: PatientRequest) -> HttpResponse:
    """Fewer kinds, fewer times, longer quiet hours."""
    own = ReminderPreference.objects.visible_to(request.user).filter(patient=request.patient).first()
    form = PreferencesForm(request.POST or None, initial=PreferencesForm.initial_from(own))
    if form.is_bound and form.is_valid():
        set_preferences(
            by=request.user,
            patient=request.patient,
            off_kinds=form.off_kinds(),
            most_per_cause=form.cleaned_data["most_per_cause"],
            quiet_from=form.cleaned_data["quiet_from"],
            quiet_until=form.cleaned_data["quiet_until"],
        )
        messages.success(request, _("Your choice is saved."))
        return redirect("messaging:preferences-edit")
    context = {"form": form, "patient": request.patient}
    return render(request, "messaging/preferences_edit.html", context)
