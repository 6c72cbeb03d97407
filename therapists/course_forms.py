"""Forms of "Change the course": each is one change, with the reason that the patient reads."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions.changes import MAX_DAYS
from patients.actions.respite import STAFF_PAUSE_MOST
from patients.models import CourseChange
from programs.models import Module, Step, Worksheet


def week_choices(modules: Iterable[Module]) -> list[tuple[str, str]]:
    """Weeks by number, for a list to choose from."""
    return [
        (
            str(module.number),
            _("Week %(number)s, %(title)s") % {"number": module.number, "title": module.title},
        )
        for module in modules
    ]


class ChangeForm(forms.Form):
    """Why the course is changed; the patient reads it beside what was changed."""

    reason = forms.CharField(
        label=gettext_lazy("Why? The patient reads this"),
        help_text=gettext_lazy("In words to them, like “because you asked for more time with pacing”."),
        max_length=CourseChange.MAX_REASON,
        error_messages={"required": gettext_lazy("Write in a few words why; the patient reads it.")},
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": CourseChange.MAX_REASON}),
    )

    field_order: Sequence[str] = ("module", "other", "step", "worksheet", "days", "ending", "reason")


def _choice(label: Any, choices: Sequence[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", gettext_lazy("Choose…")), *choices],
        error_messages={
            "required": gettext_lazy("Choose one."),
            "invalid_choice": gettext_lazy("This cannot be chosen any more. Choose another."),
        },
    )


class WeekForm(ChangeForm):
    """A week, and why."""

    def __init__(self, *args: Any, modules: Sequence[Module], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"] = _choice(gettext_lazy("Which week?"), week_choices(modules))
        self.order_fields(self.field_order)


class SwapForm(WeekForm):
    """Two weeks that change places."""

    def __init__(self, *args: Any, modules: Sequence[Module], **kwargs: Any) -> None:
        super().__init__(*args, modules=modules, **kwargs)
        self.fields["other"] = _choice(gettext_lazy("Change places with"), week_choices(modules))
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("module") and data.get("module") == data.get("other"):
            self.add_error("other", _("Choose another week than the first."))
        return data


class DaysField(forms.IntegerField):
    """A number of days; what is wrong is said with the limits."""

    def __init__(self, *, most: int, label: Any) -> None:
        said = gettext_lazy("Give a number of days from 1 to %(most)s.") % {"most": most}
        names = ("required", "invalid", "min_value", "max_value")
        super().__init__(label=label, min_value=1, max_value=most, error_messages=dict.fromkeys(names, said))


class DaysForm(ChangeForm):
    """More days for the course."""

    days = DaysField(most=MAX_DAYS, label=gettext_lazy("How many days more?"))


class WeekDaysForm(WeekForm):
    """More days for the homework of a week."""

    days = DaysField(most=MAX_DAYS, label=gettext_lazy("How many days more?"))


class PauseForm(ChangeForm):
    """For how long the course rests."""

    days = DaysField(most=STAFF_PAUSE_MOST, label=gettext_lazy("For how many days?"))


class StepForm(ChangeForm):
    """One step, by week."""

    def __init__(self, *args: Any, steps: Iterable[tuple[Module, Step]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for module, step in steps:
            name = _("Week %(number)s, %(title)s") % {"number": module.number, "title": module.title}
            groups.setdefault(name, []).append((str(step.pk), step.title))
        self.fields["step"] = _choice(gettext_lazy("Which step?"), list(groups.items()))
        self.order_fields(self.field_order)


class WorksheetForm(ChangeForm):
    """One worksheet, and by when."""

    days = DaysField(most=MAX_DAYS, label=gettext_lazy("Within how many days?"))

    def __init__(self, *args: Any, worksheets: Iterable[Worksheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(sheet.slug, f"{sheet.code} {sheet.title}") for sheet in worksheets]
        self.fields["worksheet"] = _choice(gettext_lazy("Which worksheet?"), choices)
        self.order_fields(self.field_order)


class EndForm(ChangeForm):
    """How the treatment ended. The patient reads the reason alone."""

    ending = _choice(
        gettext_lazy("How did it end? The patient does not see this"), CourseChange.Ending.choices
    )
