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


class ClinicForm(forms.ModelForm):
    timezone = forms.ChoiceField(label=_("Time zone"), choices=timezone_choices)
    work_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day on which messages are read.")},
    )

    uses_item_nine = forms.TypedChoiceField(
        label=_("Thoughts of being better off dead"),
        choices=[
            ("yes", _("Ask (PHQ-9). An answer that is a risk raises an alert at once.")),
            ("no", _("Do not ask (PHQ-8). Then no questionnaire tells you of such thoughts.")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=_(
            "Ask only where somebody can act on the answer. It counts from the next time somebody answers."
        ),
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
            "flare_up_days_least",
            "flare_up_days_most",
            "pause_days_most",
            "uses_item_nine",
        )
        widgets = {"work_start": TimeInput(), "work_end": TimeInput()}
        labels = {"emergency_number": _("Emergency number")}
        help_texts = {
            "phone": _("Shown on Help now."),
            "emergency_number": _("The number that patients call when life is in danger."),
            "reply_days": _("Patients see by when they get an answer."),
            "flare_up_days_least": _("In a flare-up nothing is asked, and deadlines move by these days."),
            "pause_days_most": _("They can ask again. Therapists can pause a course for longer."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["uses_item_nine"] = "yes" if self.instance.uses_item_nine else "no"

    def clean_emergency_number(self) -> str:
        number: str = self.cleaned_data["emergency_number"]
        if not re.fullmatch(r"\+?[\d\s-]{2,20}", number):
            raise forms.ValidationError(_("Enter a number that can be dialled, like 999 or 112."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("work_start"), cleaned.get("work_end")
        if start and end and start >= end:
            self.add_error("work_end", _("The day must end after it starts."))
        least, most = cleaned.get("flare_up_days_least"), cleaned.get("flare_up_days_most")
        if least and most and least > most:
            self.add_error("flare_up_days_most", _("The most must not be fewer than the fewest."))
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
