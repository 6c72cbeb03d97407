"""The clinic's own settings: hours, crisis numbers, consent text."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic.accounts.choices import timezone_choices
from painclinic.accounts.models import Clinic, CrisisLine
from painclinic.widgets import TimeInput

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
# White text stands on the clinic's colour: WCAG 1.4.3 asks for 4.5 to 1.
MIN_CONTRAST = 4.5


def contrast_with_white(colour: str) -> float:
    """The contrast of white text on `#rrggbb`, from 1 to 21 (WCAG 2.2, relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = ((c / 12.92) if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


class ClinicForm(forms.ModelForm):
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)
    work_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day on which messages are read.")},
    )

    class Meta:
        model = Clinic
        fields = (
            "name",
            "phone",
            "emergency_number",
            "timezone",
            "work_days",
            "work_start",
            "work_end",
            "reply_days",
            "review_days",
            "primary_colour",
        )
        widgets = {"work_start": TimeInput(), "work_end": TimeInput()}
        labels = {"emergency_number": _("Emergency number")}
        help_texts = {
            "phone": _("Shown on Help now."),
            "emergency_number": _("The number that patients call when life is in danger."),
            "reply_days": _("Patients see by when they get an answer."),
            "primary_colour": _("As #rrggbb, dark enough for white text. Leave empty for ours."),
        }

    def clean_emergency_number(self) -> str:
        number: str = self.cleaned_data["emergency_number"]
        if not re.fullmatch(r"\+?[\d\s-]{2,20}", number):
            raise forms.ValidationError(_("Enter a number that can be dialled, like 999 or 112."))
        return number

    def clean_primary_colour(self) -> str:
        colour: str = self.cleaned_data["primary_colour"]
        if colour and contrast_with_white(colour) < MIN_CONTRAST:
            raise forms.ValidationError(_("White text cannot be read on this colour. Choose a darker one."))
        return colour

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("work_start"), cleaned.get("work_end")
        if start and end and start >= end:
            self.add_error("work_end", _("The day must end after it starts."))
        return cleaned


class CrisisLineForm(forms.ModelForm):
    class Meta:
        model = CrisisLine
        fields = ("label", "number", "note")

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if not re.fullmatch(r"\+?[\d\s()-]{2,30}", number):
            raise forms.ValidationError(_("Enter a number that can be dialled."))
        return number


CrisisLineFormSet = forms.formset_factory(
    CrisisLineForm, extra=1, max_num=8, can_delete=True, validate_max=True
)


class ConsentTextForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120)
    body = forms.CharField(
        label=_("Text"),
        help_text=_(
            "Plain text; an empty line starts a new paragraph. Patients are asked again when it changes."
        ),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
