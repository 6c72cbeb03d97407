"""The sign-in library's forms in our words: plain labels, and no label repeated inside the field."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkey
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Your password now"),
    "password1": _("New password"),
    "password2": _("The new password once more"),
    "code": _("Code"),
    "name": _("Name"),
}
HINTS = {
    "password1": _("At least 12 characters. Three or four words in a row are easy to remember."),
    "code": _("Six digits from the app, or a recovery code."),
}


class PlainWords:
    """Our labels and hints for the fields that a form has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = getattr(self, "fields", {})
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, field.help_text)


class SignInForm(PlainWords, account.LoginForm):  # type: ignore[misc]  # allauth is untyped
    """E-mail address and password."""


class ResetPasswordKeyForm(PlainWords, account.ResetPasswordKeyForm):  # type: ignore[misc]  # untyped
    """A new password, after the link in the e-mail."""


class ChangePasswordForm(PlainWords, account.ChangePasswordForm):  # type: ignore[misc]  # untyped
    """A new password, by somebody who knows the old one."""


class SetPasswordForm(PlainWords, account.SetPasswordForm):  # type: ignore[misc]  # untyped
    """A first password, by somebody who came with a passkey."""


class ReauthenticateForm(PlainWords, account.ReauthenticateForm):  # type: ignore[misc]  # untyped
    """The password once more."""


class CodeForm(PlainWords, second_step.AuthenticateForm):  # type: ignore[misc]  # untyped
    """The second step of signing in."""


class ConfirmCodeForm(PlainWords, second_step.ReauthenticateForm):  # type: ignore[misc]  # untyped
    """The second step once more."""


class ActivateAppForm(PlainWords, app.ActivateTOTPForm):  # type: ignore[misc]  # untyped
    """The first code of a new app."""


class RenamePasskeyForm(PlainWords, passkey.EditWebAuthnForm):  # type: ignore[misc]  # untyped
    """Another name for a passkey."""
