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
