"""What a therapist does with questionnaires: asks for something in between, says why one is missing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from painclinic import clock
from painclinic.widgets import DateInput
from patients.actions.measures import EXTRA_WITHIN, MAX_REASON
from patients.actions.seen import MAX_NOTE
from patients.models import Enrolment, OccasionMissing, WorseSeen
from programs.instruments.library import definition_of
from programs.models import InstrumentVersion

LENGTHS = (3, 7, 14, 28)
USUAL_LENGTH = 7


class OccasionForm(forms.Form):
    """Questionnaires that one patient is asked besides the schedule, and the word that goes with it."""

    instruments = forms.MultipleChoiceField(
        label=gettext_lazy("What do you ask?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one questionnaire.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you ask?"),
        help_text=gettext_lazy("The patient reads this above the questions."),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": MAX_REASON}),
        error_messages={"required": gettext_lazy("Write a sentence to the patient.")},
    )
    due_on = forms.DateField(label=gettext_lazy("From which day?"), widget=DateInput)
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long can it be answered?"), coerce=int, initial=USUAL_LENGTH
    )

    def __init__(
        self, *args: Any, enrolment: Enrolment, versions: Mapping[str, InstrumentVersion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today = clock.local_today(enrolment.patient.timezone)
        self.fields["due_on"].initial = self._today
        self.fields["instruments"].choices = [  # type: ignore[attr-defined]
            (slug, _label(version)) for slug, version in versions.items()
        ]
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, ngettext("%(n)d day", "%(n)d days", days) % {"n": days}) for days in LENGTHS
        ]

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if not self._today <= day <= self._today + timedelta(days=EXTRA_WITHIN):
            raise forms.ValidationError(
                _("Choose a day from today on, within the next %(n)d days.") % {"n": EXTRA_WITHIN}
            )
        return day


def _label(version: InstrumentVersion) -> str:
    definition = definition_of(version)
    minutes = max(1, round(definition.minutes))
    length = ngettext("about %(n)d minute", "about %(n)d minutes", minutes) % {"n": minutes}
    return f"{definition.title} ({length})"


class MissingForm(forms.Form):
    """Why a time point was not answered."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why is it missing?"),
        choices=OccasionMissing.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    note = forms.CharField(
        label=gettext_lazy("In a few words"),
        required=False,
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": MAX_REASON}),
    )


class SeenForm(forms.Form):
    """What was done about a worsening."""

    act = forms.ChoiceField(
        label=gettext_lazy("What did you do?"),
        choices=WorseSeen.Act.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    note = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("For the care team. The patient does not see it."),
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_NOTE}),
        error_messages={"required": gettext_lazy("Write a few words, so that a colleague can follow.")},
    )
