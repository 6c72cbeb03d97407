"""What somebody chooses when they ask for a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic.ids import new_id
from patients.models import Report


class ReportForm(forms.Form):
    """The edition is asked of staff only: a patient gets the one that is made for patients."""

    edition = forms.ChoiceField(
        label=_("For whom is it?"),
        choices=[
            (Report.Edition.THERAPIST, _("For colleagues: dense, with dates and states")),
            (Report.Edition.PATIENT, _("For the patient: plain words, to hand over")),
        ],
        initial=Report.Edition.THERAPIST,
        widget=forms.RadioSelect,
    )
    large_print = forms.BooleanField(label=_("Large print"), required=False)
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    hide_optional = True

    def __init__(self, *args: Any, is_own: bool, **kwargs: Any) -> None:
        kwargs["auto_id"] = "report_%s"
        super().__init__(*args, **kwargs)
        self.initial.setdefault("request_id", new_id())
        if is_own:
            del self.fields["edition"]

    @property
    def chosen_edition(self) -> str:
        """The edition that was asked for; of a valid form."""
        return str(self.cleaned_data.get("edition", Report.Edition.PATIENT))
