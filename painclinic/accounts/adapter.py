"""Where allauth's defaults are not ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action


class BaseAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Nobody signs themselves up: people come by invitation."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail address and password do not fit together. Please try again."),
        "enter_current_password": _("This is not your password now. Please try again."),
        "incorrect_password": _("This is not your password. Please try again."),
        "incorrect_code": _("This code does not fit. Please wait for the next one and try it."),
        "too_many_login_attempts": _("That were many tries. Please wait a few minutes, then try again."),
        "rate_limited": _("That were many tries. Please wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        record(by=user, action=Action.LOGIN, verb="sign-in", obj=user)
        return super().post_login(request, user, **kwargs)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code does not fit. Please wait for the next one and try it."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "painclinic"}


def second_factor_missing(user: User) -> bool:
    """Whether a member of staff still has to set up a second factor (ASVS 6.3.3).

    Waived for the sign-ins that a demonstration is made with, and for nobody else.
    """
    if not user.is_staff_member or (settings.DEMO and user.is_demo):
        return False
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return not Authenticator.objects.filter(user=user, type__in=types).exists()
