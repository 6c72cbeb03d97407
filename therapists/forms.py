"""What a therapist fills in: a reply to homework, a reason, a lookup in an emergency."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from painclinic import clock
from painclinic.widgets import CountedTextarea, DateInput
from patients.models import CourseChange, EmergencyAccess, Entry, ModuleHold, Patient, Review
from patients.presenters.homework import in_full

RemarkKey = tuple[UUID, str]


class ReviewForm(forms.Form):
    """A word on the whole, and one on each answer; the button pressed is the outcome."""

    COMMENT_LENGTH = 5000
    REMARK_LENGTH = 1000

    comment = forms.CharField(
        label=gettext_lazy("Your reply"),
        required=False,
        max_length=COMMENT_LENGTH,
        widget=CountedTextarea(maxlength=COMMENT_LENGTH, rows=12),
    )
    outcome = forms.ChoiceField(choices=Review.Outcome.choices, widget=forms.HiddenInput)

    def __init__(self, *args: Any, entries: Iterable[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        self._keys: dict[str, tuple[Entry, str]] = {}
        known = list(entries)
        full = in_full(known)
        for entry in known:
            for field, label in _answers_of(entry, is_in_full=entry.pk in full):
                name = f"remark-{entry.pk}-{field}"
                self._keys[name] = (entry, field)
                self.fields[name] = forms.CharField(
                    label=_("Your remark on: %(answer)s") % {"answer": label},
                    required=False,
                    max_length=self.REMARK_LENGTH,
                    widget=forms.Textarea(attrs={"rows": 2, "maxlength": self.REMARK_LENGTH}),
                )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("outcome") == Review.Outcome.ANOTHER_LOOK and not data.get("comment", "").strip():
            self.add_error("comment", _("Write what you would like them to look at again."))
        return data

    @property
    def labels(self) -> dict[str, str]:
        """The fields' labels by name."""
        return {name: str(field.label or "") for name, field in self.fields.items()}

    def bound_remarks(self) -> dict[RemarkKey, forms.BoundField]:
        """The box of each answer, by entry and field; the field is empty for an entry as a whole."""
        return {(entry.pk, field): self[name] for name, (entry, field) in self._keys.items()}

    def remarks(self) -> list[tuple[Entry, str, str]]:
        """What was written on single answers."""
        written = ((key, self.cleaned_data.get(name, "")) for name, key in self._keys.items())
        return [(entry, field, body) for (entry, field), body in written if body.strip()]


def _answers_of(entry: Entry, *, is_in_full: bool) -> list[tuple[str, str]]:
    """What can be remarked on: each answer of a worksheet, a line of a log as a whole."""
    definition = entry.worksheet.definition
    if not is_in_full:
        return [("", entry.worksheet.title)]
    return [(field["name"], field["label"]) for field in definition["fields"]]


class ReasonForm(forms.Form):
    """Why the course is steered by hand."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy(
            "A few words for your colleagues. Please write nothing about their health here."
        ),
        max_length=ModuleHold._meta.get_field("reason").max_length,
        error_messages={"required": gettext_lazy("Write in a few words why.")},
        widget=forms.TextInput,
    )


class ToldReasonForm(ReasonForm):
    """Why, for colleagues, and what the patient shall read."""

    told = forms.CharField(
        label=gettext_lazy("What the patient reads about it"),
        help_text=gettext_lazy(
            "Your reason in words to them. It stands on their course page with your name."
        ),
        max_length=CourseChange.MAX_REASON,
        error_messages={"required": gettext_lazy("Write to the patient why, in a few words.")},
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": CourseChange.MAX_REASON}),
    )


class ToldForm(ToldReasonForm):
    """One reason for everybody: the patient reads it, and so do colleagues."""

    reason = None  # type: ignore[assignment]  # the way to leave an inherited field out


class EmergencyForm(forms.Form):
    """Whose record, and why. Name and date of birth have to fit exactly; nothing is searched for."""

    name = forms.CharField(
        label=gettext_lazy("Full name of the patient"),
        help_text=gettext_lazy("Exactly as it was written when they were enrolled."),
        max_length=Patient._meta.get_field("name").max_length,
        error_messages={"required": gettext_lazy("Write the patient’s full name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        error_messages={
            "required": gettext_lazy("Give the date of birth."),
            "invalid": gettext_lazy("Give the date as day, month and year."),
        },
        widget=DateInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why do you need the record now?"),
        help_text=gettext_lazy(
            "At least 20 letters. The patient and the clinic’s administration will read this."
        ),
        max_length=1000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write why you need the record now.")},
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if len(reason) < EmergencyAccess.MIN_REASON:
            raise forms.ValidationError(
                _("Write a little more: at least %(n)s letters.") % {"n": EmergencyAccess.MIN_REASON}
            )
        return reason

    def clean_date_of_birth(self) -> Any:
        born = self.cleaned_data["date_of_birth"]
        if born > clock.now().date():
            raise forms.ValidationError(_("This day has not come yet."))
        return born
