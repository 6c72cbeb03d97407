"""What patients fill in besides worksheets."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.safety.rules import DECLINED, NO, YES


class DaysForm(forms.Form):
    """For how many days; the limits are the clinic's."""

    days = forms.IntegerField(
        label=gettext_lazy("For how many days?"), widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )

    def __init__(self, *args: Any, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["days"]
        said = _("Choose a number from %(least)s to %(most)s.") % {"least": least, "most": most}
        field.help_text = _("From %(least)s to %(most)s.") % {
            "least": least,
            "most": most,
        }
        field.error_messages |= {"required": said, "invalid": said}
        self._limits, self._said = (least, most), said

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        if not self._limits[0] <= days <= self._limits[1]:
            raise forms.ValidationError(self._said)
        return days


_ANSWERS = [
    (YES, gettext_lazy("Yes")),
    (NO, gettext_lazy("No")),
    (DECLINED, gettext_lazy("I would rather not say")),
]


def _question(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=_ANSWERS,
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        error_messages={"required": gettext_lazy("Choose an answer. “I would rather not say” is one.")},
    )


class FollowUpForm(forms.Form):
    """Four questions after a risky answer; own words, no score (clinical reference, 4.1)."""

    hide_optional = True

    thoughts = _question(gettext_lazy("In the last week, have you thought about ending your life?"))
    how = _question(gettext_lazy("Have you thought about how you would do it?"))
    intend = _question(gettext_lazy("Do you intend to act on it?"))
    safe = _question(gettext_lazy("Can you keep yourself safe today?"))
