"""Following an invitation."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from painclinic.access.decorators import public
from painclinic.accounts.actions import InvitationError, accept_invitation
from painclinic.accounts.forms import SetUpForm
from painclinic.accounts.models import Invitation, Role


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person set up how they sign in. A used, withdrawn or expired link says so."""
    invitation = Invitation.find(token)
    if invitation is None or invitation.state != "open":
        return _cannot_be_used(request, invitation.state if invitation else "unknown")
    form = SetUpForm(request.POST or None, user=invitation.user)
    wants_passkey = request.method == "POST" and "passkey" in request.POST
    if wants_passkey or (request.method == "POST" and form.is_valid()):
        password = None if wants_passkey else form.cleaned_data["password"]
        return _accept(request, invitation, password)
    status = 422 if form.is_bound and not wants_passkey else 200
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/invitation_accept.html", context, status=status)


def _accept(request: HttpRequest, invitation: Invitation, password: str | None) -> HttpResponse:
    try:
        user = accept_invitation(invitation=invitation, password=password)
    except InvitationError as error:
        return _cannot_be_used(request, error.state)
    if password is None:
        next_page = reverse("mfa_add_webauthn")
    else:
        next_page = "/" if invitation.role == Role.PATIENT else reverse("mfa_index")
    response = perform_login(request, user, redirect_url=next_page)
    # The password was typed a moment ago: a second factor can be added without asking for it again.
    record_authentication(request, user, "password", reauthenticated=True)
    return response or redirect(next_page)


def _cannot_be_used(request: HttpRequest, state: str) -> HttpResponse:
    return render(request, "accounts/invitation_closed.html", {"state": state}, status=410)
