"""Forms of the register of adverse events: an assessment, and that something was entered in error."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic.widgets import DateInput
from patients.models import AdverseVersion
from patients.safety.effects import MAX_NOTE, MAX_TEXT, MAX_TITLE, Assessment

_CHOOSE = {"required": _("Choose one.")}


def _choice(label: Any, choices: Any, *, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=[("", _("Choose…")), *choices],
        error_messages=_CHOOSE,
    )


def _words(label: Any, longest: int, *, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        help_text=help_text,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": longest}),
    )


class AssessmentForm(forms.Form):
    """What the team makes of an event; nothing is chosen beforehand that was not chosen before."""

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("The event in a few words"),
        max_length=MAX_TITLE,
        error_messages={"required": _("Write what happened, in a few words.")},
    )
    category = _choice(_("Kind"), AdverseVersion.Category.choices)
    description = _words(_("Description"), MAX_TEXT)
    onset_on = forms.DateField(label=_("Began on"), required=False, widget=DateInput())
    grade = forms.TypedChoiceField(
        label=_("How severe was it at worst?"),
        coerce=int,
        choices=AdverseVersion.Grade.choices,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    criteria = forms.MultipleChoiceField(
        label=_("What makes it serious, if anything"),
        help_text=_(
            "Any of these makes it serious, however mild it felt. Then the clinical lead assesses it too."
        ),
        required=False,
        choices=AdverseVersion.Criterion.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    relation = _choice(
        _("How far is it due to the treatment?"),
        AdverseVersion.Relation.choices,
        help_text=_(
            "Think of the time between the two, other causes, and what happened when something was changed."
        ),
    )
    is_expected = forms.TypedChoiceField(
        label=_("Is it known to happen in this treatment?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Yes, expected")), ("no", _("No, unexpected"))],
        widget=forms.RadioSelect(attrs={"class": "choices-inline"}),
        error_messages=_CHOOSE,
    )
    outcome = _choice(_("How is it now?"), AdverseVersion.Outcome.choices)
    ended_on = forms.DateField(label=_("Ended on, if it is over"), required=False, widget=DateInput())
    taken = _choice(_("What was done with the treatment?"), AdverseVersion.Taken.choices)
    note = _words(_("Why do you see it like this, and what is agreed?"), MAX_NOTE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True

    def found(self) -> Assessment:
        """What was filled in; for a valid form."""
        left_out = {"based_on", "known_on"}
        return Assessment(
            **{name: value for name, value in self.cleaned_data.items() if name not in left_out}
        )


class NewEventForm(AssessmentForm):
    """An event that staff were told of, or saw."""

    field_order = ("known_on", "title")

    known_on = forms.DateField(
        label=_("When did somebody of the team first know of it?"),
        widget=DateInput(),
        error_messages={"required": _("Enter the day.")},
    )
    submission_id = forms.UUIDField(widget=forms.HiddenInput)

    def found(self) -> Assessment:
        self.cleaned_data.pop("submission_id", None)
        return super().found()


class ErrorForm(forms.Form):
    """What was wrong with an event that should not be in the register."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("What was wrong?"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": MAX_NOTE}),
        error_messages={"required": _("Write what was wrong, for colleagues who read it later.")},
    )


def initial_of(version: AdverseVersion, title: str) -> dict[str, Any]:
    """What the form begins with: the last version, or the words of a report."""
    names = (
        "category",
        "description",
        "onset_on",
        "ended_on",
        "grade",
        "criteria",
        "relation",
        "outcome",
        "taken",
    )
    expected = {True: "yes", False: "no"}.get(version.is_expected)  # type: ignore[arg-type]  # or None
    values = {name: getattr(version, name) for name in names}
    return values | {
        "based_on": version.number,
        "title": version.title or title[:MAX_TITLE],
        "is_expected": expected,
    }
