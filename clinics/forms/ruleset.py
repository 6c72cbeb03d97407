"""The signature under the rules of alerts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic.accounts.models import User
from patients.safety.timers import LEAST, LONGEST, NAMES, Timers, faults

_LABELS = {
    "r2_ack": _("R2: acknowledged within"),
    "r2_lead": _("R2: the clinical lead is told after"),
    "r3_ack": _("R3: acknowledged within"),
    "r3_lead": _("R3: the clinical lead is told after"),
    "r3_act": _("R3: somebody has called within"),
}


class SignForm(forms.Form):
    """Who signs, with which times, and the password once more."""

    version = forms.CharField(max_length=20, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Your full name"), max_length=120, error_messages={"required": _("Enter your name.")}
    )
    agree = forms.BooleanField(
        label=_("I have read every rule, and the clinic can keep these times."),
        error_messages={"required": _("Read the rules, then tick this.")},
    )
    password = forms.CharField(
        label=_("Your password"),
        help_text=_("Once more, as your signature."),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )

    def __init__(self, *args: Any, user: User, timers: Timers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        self.user = user
        for name in NAMES:
            self.fields[name] = self._minutes(name, getattr(timers, name))
        self.order_fields(["version", *NAMES, "name", "agree", "password"])

    def _minutes(self, name: str, value: int) -> forms.IntegerField:
        longest = getattr(LONGEST, name)
        text = _("Minutes, %(least)d to %(longest)d.") % {"least": LEAST, "longest": longest}
        return forms.IntegerField(
            label=_LABELS[name],
            initial=value,
            help_text=text,
            error_messages={"required": _("Enter the minutes."), "invalid": _("Enter a whole number.")},
        )

    def timers(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in NAMES}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        typed = {name: data[name] for name in NAMES if isinstance(data.get(name), int)}
        for name, fault in faults(typed).items():
            longest = getattr(LONGEST, name)
            words: dict[str, Any] = {
                "range": _("Between %(least)d and %(longest)d minutes.")
                % {"least": LEAST, "longest": longest},
                "order": _("This comes after the time above it."),
            }
            self.add_error(name, words[fault])
        if data.get("password") and not self.user.check_password(data["password"]):
            self.add_error("password", _("This is not your password."))
        return data
