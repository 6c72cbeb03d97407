"""Turning the sleep-window tools on and off."""

from django import forms
from django.utils.translation import gettext_lazy

from patients.models import SleepWindow
from programs.formulas.sleep_window import DEFAULT_MINIMUM, LEAST_MINIMUM

MINIMUMS = (
    (LEAST_MINIMUM, gettext_lazy("5 hours 30 minutes")),
    (DEFAULT_MINIMUM, gettext_lazy("6 hours")),
    (390, gettext_lazy("6 hours 30 minutes")),
    (420, gettext_lazy("7 hours")),
)


class WindowOffForm(forms.Form):
    """Why it is turned off."""

    reason = forms.CharField(
        label=gettext_lazy("Why? The patient reads this"),
        max_length=SleepWindow.MAX_REASON,
        error_messages={"required": gettext_lazy("Write in a few words why; the patient reads it.")},
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": SleepWindow.MAX_REASON}),
    )


class WindowOnForm(WindowOffForm):
    """Every stop ruled out, the shortest window, and why."""

    ruled_out = forms.MultipleChoiceField(
        label=gettext_lazy("I have asked about each of these, and it does not apply"),
        help_text=gettext_lazy("Tick every line. If one of them applies, the tools stay off."),
        choices=SleepWindow.Stop.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick each line that you have asked about. All of them are needed.")
        },
    )
    minimum = forms.ChoiceField(
        label=gettext_lazy("Never less time in bed than"),
        choices=MINIMUMS,
        initial=DEFAULT_MINIMUM,
    )

    field_order = ("ruled_out", "minimum", "reason")

    def clean_ruled_out(self) -> list[str]:
        ruled_out: list[str] = self.cleaned_data["ruled_out"]
        if set(ruled_out) != set(SleepWindow.Stop.values):
            raise forms.ValidationError(
                gettext_lazy("A line is not ticked. While one of these applies, the tools stay off.")
            )
        return ruled_out
