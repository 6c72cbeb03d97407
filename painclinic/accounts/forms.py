from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from painclinic.accounts.models import User


class SetUpForm(forms.Form):
    """How an invited person will sign in: with a password now, or with a passkey in the next step."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_(
            "At least 12 characters. Three or four words that only you would put together are easy to "
            "remember and hard to guess."
        ),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password, or press “Use a passkey instead”.")},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password
