"""A named person's word that the clinic may use a licensed questionnaire."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic.widgets import DateInput

# A slip of the keyboard, rather than a licence, is any longer.
LONGEST_YEARS = 25


class LicenceForm(forms.Form):
    """Everything is needed. `today` is the day in the clinic's time zone."""

    holder = forms.CharField(
        label=_("Who holds the licence"),
        help_text=_("The clinic or the organisation that was given it."),
        max_length=200,
        error_messages={"required": _("Enter who holds the licence.")},
    )
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("The number or the date of the contract or letter, so that it can be found."),
        max_length=200,
        error_messages={"required": _("Enter where the licence can be found.")},
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        help_text=_("The last day. A month before, this desk says so; after it, nobody is asked any more."),
        widget=DateInput(),
        error_messages={
            "required": _("Enter the last day of the licence."),
            "invalid": _("Enter a real date, like 2026-03-04."),
        },
    )
    attested_name = forms.CharField(
        label=_("Your full name"),
        max_length=120,
        help_text=_("Type it, as you would sign."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name.")},
    )
    is_sure = forms.BooleanField(
        label=_("I have read the licence. It covers electronic use with this clinic's patients."),
        error_messages={"required": _("Without this the questionnaire cannot be used.")},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_valid_until(self) -> dt.date:
        day: dt.date = self.cleaned_data["valid_until"]
        if day < self.today:
            raise forms.ValidationError(_("This day is over. An expired licence cannot be used."))
        if day.year > self.today.year + LONGEST_YEARS:
            raise forms.ValidationError(
                _("Enter a day within %(years)s years; look at the licence again by then."),
                params={"years": LONGEST_YEARS},
            )
        return day
