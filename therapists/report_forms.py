"""What a therapist chooses for a letter to the referrer or GP, and for reports on several patients."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from painclinic.ids import new_id
from patients.actions.report_batches import MadeFor
from patients.addressee import MAX_ADDRESS, MAX_ADDRESS_LINES, MAX_NAME, MAX_NOTE, Letter
from patients.models import Patient
from patients.reports.words import short_day


class LetterForm(forms.Form):
    """Whom it is to, and what is said besides what every letter says."""

    name = forms.CharField(
        label=gettext_lazy("Who reads it"),
        help_text=gettext_lazy("The GP on file. Change it for this letter if it goes to somebody else."),
        max_length=MAX_NAME,
        error_messages={"required": gettext_lazy("Enter who reads the letter.")},
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=MAX_ADDRESS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_ADDRESS}),
    )
    note = forms.CharField(
        label=gettext_lazy("A short paragraph of your own"),
        help_text=gettext_lazy("The patient can read it. Quote no message and no diary."),
        max_length=MAX_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MAX_NOTE}),
    )
    tells_safety = forms.BooleanField(
        label=gettext_lazy("Say how safety was looked after"),
        help_text=gettext_lazy("What was done and when; never what the patient answered."),
        required=False,
        initial=True,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    hide_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["auto_id"] = "letter_%s"
        super().__init__(*args, **kwargs)
        self.initial.setdefault("request_id", new_id())

    def clean_address(self) -> str:
        address = "\n".join(
            line.strip() for line in self.cleaned_data["address"].splitlines() if line.strip()
        )
        if len(address.splitlines()) > MAX_ADDRESS_LINES:
            raise forms.ValidationError(gettext_lazy("Please write the address in six lines at most."))
        return address

    def clean_note(self) -> str:
        return " ".join(self.cleaned_data["note"].split())

    @property
    def letter(self) -> Letter:
        """What was asked for; of a valid form."""
        said = self.cleaned_data
        return Letter(said["name"], said["address"], said["note"], bool(said["tells_safety"]))


class BatchForm(forms.Form):
    """Which reports, for whom, on whom. Only those on the list can be chosen."""

    made_for = forms.ChoiceField(
        label=gettext_lazy("Which report, and who reads it?"),
        choices=MadeFor.choices,
        initial=MadeFor.THERAPIST,
        widget=forms.RadioSelect,
    )
    everybody = forms.BooleanField(label=gettext_lazy("Everybody on this list"), required=False)
    people = forms.MultipleChoiceField(
        label=gettext_lazy("On whom?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput)

    hide_optional = True

    def __init__(self, *args: Any, people: Sequence[Patient], **kwargs: Any) -> None:
        kwargs["auto_id"] = "batch_%s"
        super().__init__(*args, **kwargs)
        self.initial.setdefault("request_id", new_id())
        self.fields["people"].choices = [(str(one.pk), _named(one)) for one in people]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "people" in cleaned and not (cleaned.get("everybody") or cleaned["people"]):
            self.add_error("people", gettext_lazy("Choose at least one person."))
        return cleaned

    @property
    def chosen(self) -> list[UUID]:
        """Ids of whom it is about; of a valid form."""
        if self.cleaned_data["everybody"]:
            return [UUID(pk) for pk, _name in self.fields["people"].choices]  # type: ignore[attr-defined]
        return [UUID(pk) for pk in self.cleaned_data["people"]]


def _named(patient: Patient) -> str:
    """With the birthday, by which namesakes are told apart."""
    said = {"name": patient.name, "day": short_day(patient.date_of_birth)}
    return _("%(name)s, born %(day)s") % said
