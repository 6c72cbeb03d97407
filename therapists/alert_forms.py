"""Forms of the alert page: each is one thing that the team does, appended to the alert."""

from typing import Any

from django import forms
from django.utils.text import format_lazy as text_format
from django.utils.translation import gettext, gettext_lazy

from patients.models import Alert
from patients.safety.words import CHANNELS, RESULTS, SHOWS

MOST = 2000


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", gettext_lazy("Choose…")), *choices],
        error_messages={"required": gettext_lazy("Choose one.")},
    )


def _words(label: Any, *, required: str | Any = "", rows: int = 2, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(required),
        help_text=help_text,
        max_length=MOST,
        error_messages={"required": required},
        widget=forms.Textarea(attrs={"rows": rows, "maxlength": MOST}),
    )


class ContactForm(forms.Form):
    """Somebody tried to reach the person."""

    channel = _choice(gettext_lazy("How did you try?"), CHANNELS)
    result = _choice(gettext_lazy("What came of it?"), RESULTS)
    note = _words(gettext_lazy("In a few words"))


class RiskNoteForm(forms.Form):
    """The assessment, part by part (clinical reference, 4.1)."""

    ideation = _words(gettext_lazy("Thoughts: how often, how strong, since when"))
    plan = _words(gettext_lazy("Plan"))
    intent = _words(gettext_lazy("Intent"))
    means = _words(gettext_lazy("Means within reach"))
    protective = _words(gettext_lazy("What protects them"))
    action = _words(
        gettext_lazy("What you did and agreed on"), required=gettext_lazy("Write what you did and agreed on.")
    )


class DowngradeForm(forms.Form):
    """A lower level, and why."""

    field_order = ("level", "reason")

    reason = _words(
        gettext_lazy("Why?"), required=gettext_lazy("Write why, for colleagues who read it later.")
    )

    def __init__(self, *args: Any, alert: Alert, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lower = [choice for choice in Alert.Level.choices if choice[0] < alert.level]
        self.fields["level"] = forms.TypedChoiceField(
            label=gettext_lazy("Lower it to"),
            coerce=int,
            choices=[("", gettext_lazy("Choose…")), *lower],
            error_messages={"required": gettext_lazy("Choose one.")},
        )
        self.order_fields(self.field_order)


class OutcomeForm(forms.Form):
    """How it ended."""

    outcome = _choice(gettext_lazy("Outcome"), Alert.Outcome.choices)
    note = _words(gettext_lazy("Why this outcome?"), required=gettext_lazy("Write why, in a few words."))


class SendBackForm(forms.Form):
    """Why a second person does not agree."""

    reason = _words(
        gettext_lazy("What is still to be done?"), required=gettext_lazy("Write what is still to be done.")
    )


class FlagForm(forms.Form):
    """A risk that somebody read or heard."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("How pressing is it?"),
        coerce=int,
        choices=[
            (2, gettext_lazy("R2: call today or on the next working day")),
            (3, gettext_lazy("R3: in danger now, a plan, intent, means or a recent attempt")),
            (1, gettext_lazy("R1: to be looked at within a working day")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    shows = forms.ChoiceField(
        label=gettext_lazy("What does it show?"),
        required=False,
        choices=[
            ("", gettext_lazy("Choose what fits best…")),
            *((name, text_format("{} (R{})", words, level)) for name, (level, words) in SHOWS.items()),
        ],
    )
    reason = _words(
        gettext_lazy("What did you read or hear?"),
        required=gettext_lazy("Write what worries you."),
        rows=4,
        help_text=gettext_lazy("The team reads this, not the patient."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["shows"] = data.get("shows") or "other"
        least = SHOWS[data["shows"]][0]
        if data.get("level", least) < least:
            words = gettext(
                "What you chose below is at least R%(level)d. It can be lowered later, with a reason."
            )
            self.add_error("level", words % {"level": least})
        return data
