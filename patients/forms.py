"""What patients fill in besides worksheets."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


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
