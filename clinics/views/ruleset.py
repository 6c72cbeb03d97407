"""The rules of alerts: for everybody of the clinic to read, for the clinical lead to sign."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinics.forms.ruleset import SignForm
from clinics.ruleset import rules_page
from painclinic.access.decorators import ViewerRequest, membership_for, requires
from painclinic.access.permissions import Permission, allows
from painclinic.accounts.models import Clinic
from patients.actions.ruleset import OtherVersionError, sign_rules
from patients.safety.clocks import timers_for


@requires(Permission.RULES_VIEW)
@require_safe
def rule_set(request: ViewerRequest) -> HttpResponse:
    """Every rule in words, the clocks, and who signed."""
    return _page(request)


@requires(Permission.RULES_SIGN)
@require_POST
def rule_set_sign(request: ViewerRequest) -> HttpResponse:
    """The clinical lead signs, with the password once more."""
    clinic = request.membership.clinic
    form = SignForm(request.POST, user=request.user, timers=timers_for(clinic))
    # As many attempts as where the sign-in library asks for the password again.
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        messages.error(request, _("That was too often. Please wait a few minutes."))
        return redirect("clinics:rule-set")
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        sign_rules(
            by=request.user,
            clinic=clinic,
            name=form.cleaned_data["name"],
            version=form.cleaned_data["version"],
            timers=form.timers(),
        )
    except OtherVersionError:
        messages.error(
            request, _("The rules have changed since you opened the page. Please read them again.")
        )
    else:
        messages.success(request, _("Signed. Thank you."))
    return redirect("clinics:rule-set")


def _page(request: ViewerRequest, form: SignForm | None = None, *, status: int = 200) -> HttpResponse:
    clinic = _clinic_of(request)
    page = rules_page(clinic)
    context: dict[str, Any] = {"page": page, "form": form}
    if form is None and allows(request.membership.role, Permission.RULES_SIGN):
        initial = {"version": page.version, "name": request.user.name}
        context["form"] = SignForm(initial=initial, user=request.user, timers=page.timers)
    return render(request, "clinics/rule_set.html", context, status=status)


def _clinic_of(request: ViewerRequest) -> Clinic:
    """The clinic where the reader may sign, if there is one; else the one where they read."""
    lead = membership_for(request.user, Permission.RULES_SIGN)
    request.membership = lead or request.membership
    return request.membership.clinic
