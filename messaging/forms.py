import re
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import NUDGE_KINDS, QUIET_FROM, QUIET_UNTIL, Message, ReminderPreference
from painclinic.widgets import CountedTextarea


class MessageForm(forms.Form):
    body = forms.CharField(
        label=_("Your message"),
        max_length=Message.MAX_LENGTH,
        widget=CountedTextarea(maxlength=Message.MAX_LENGTH, rows=6),
        error_messages={"required": _("Write a few words before you send.")},
    )


KIND_CHOICES = [
    ("module_available", _("a new week is open")),
    ("homework_due", _("practice is due to be handed in")),
    ("questions_due", _("questions wait for my answers")),
    ("inactive", _("I have not been here for some days")),
    ("unread_message", _("a message is waiting for me")),
    ("feedback_ready", _("there is an answer to what I handed in")),
]
MOST_CHOICES = [(1, _("once")), (2, _("at most twice")), (3, _("at most three times"))]


def _hours(first: int, last: int) -> list[tuple[str, str]]:
    return [(f"{hour:02d}:00", f"{hour:02d}:00") for hour in range(first, last + 1)]


class PreferencesForm(forms.Form):
    """What a patient is reminded of. Quiet hours can be made longer than the night, never shorter."""

    hide_optional = True

    kinds = forms.MultipleChoiceField(
        label=_("Send me a mail when"),
        choices=KIND_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to get no reminders at all."),
    )
    most_per_cause = forms.TypedChoiceField(
        label=_("Remind me of the same thing"), choices=MOST_CHOICES, coerce=int, widget=forms.RadioSelect
    )
    quiet_from = forms.TypedChoiceField(
        label=_("Quiet in the evening from"), choices=_hours(15, 22), coerce=time.fromisoformat
    )
    quiet_until = forms.TypedChoiceField(
        label=_("Quiet in the morning until"), choices=_hours(7, 12), coerce=time.fromisoformat
    )

    @staticmethod
    def initial_from(preference: ReminderPreference | None) -> dict[str, Any]:
        """What the form begins with; without a preference, everything, three times, not at night."""
        off = preference.off_kinds if preference else []
        return {
            "kinds": [kind for kind in NUDGE_KINDS if kind not in off],
            "most_per_cause": preference.most_per_cause if preference else ReminderPreference.MOST,
            "quiet_from": f"{preference.quiet_from if preference else QUIET_FROM:%H:%M}",
            "quiet_until": f"{preference.quiet_until if preference else QUIET_UNTIL:%H:%M}",
        }

    def off_kinds(self) -> list[str]:
        """The kinds that were not chosen."""
        return [kind for kind in NUDGE_KINDS if kind not in self.cleaned_data["kinds"]]


class DeviceForm(forms.Form):
    """What a browser gives when it subscribes to web push; filled in by the page's script."""

    endpoint = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=100, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=40, widget=forms.HiddenInput)


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        help_text=_("With the country's number in front, such as +44 7700 900123."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": _("Write the number to which the code is sent.")},
    )

    def clean_number(self) -> str:
        """The number as E.164 has it: a plus and 8 to 15 digits, of which the first is no zero."""
        given: str = self.cleaned_data["number"]
        number = re.sub(r"[\s().\-/]", "", given)
        number = f"+{number[2:]}" if number.startswith("00") else number
        if not number.startswith("+"):
            raise forms.ValidationError(
                _("Begin with a plus and the country's number, such as +44 7700 900123.")
            )
        if not re.fullmatch(r"\+[1-9][0-9]{7,14}", number):
            raise forms.ValidationError(
                _("This is not a whole number: after the plus come 8 to 15 digits. Please look at it again.")
            )
        return number


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code from the text message"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("Write the six digits from the text message.")},
    )

    def clean_code(self) -> str:
        """The digits, however they were grouped."""
        return re.sub(r"\s", "", str(self.cleaned_data["code"]))
