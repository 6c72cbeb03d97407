"""One time point of the schedule of questionnaires."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.actions.schedule import KEPT_KINDS
from patients.models import Occasion
from programs.instruments.definition import InstrumentDefinition
from programs.schedule import LAST_DAY, MOST_INSTRUMENTS, WIDEST, Point

# The start and the end are there already, and there is one of each.
ADDED_KINDS = [
    (kind.value, kind.label) for kind in (Occasion.Kind.WEEKLY, Occasion.Kind.MID, Occasion.Kind.FOLLOW_UP)
]


class PointForm(forms.Form):
    """When it is due, how long it can be answered, and what it asks."""

    hide_optional = True

    kind = forms.ChoiceField(
        label=_("What kind of time point is it?"), choices=ADDED_KINDS, widget=forms.RadioSelect
    )
    day = forms.IntegerField(
        label=_("On which day?"),
        help_text=_("Counted from the first day of treatment, which is day 0. A week later is day 7."),
        min_value=0,
        max_value=LAST_DAY,
    )
    opens = forms.IntegerField(
        label=_("Days before, from which it can be answered"), min_value=0, max_value=WIDEST, initial=0
    )
    closes = forms.IntegerField(
        label=_("Days after, until which it can be answered"), min_value=0, max_value=WIDEST, initial=6
    )
    instruments = forms.MultipleChoiceField(
        label=_("What is asked?"),
        help_text=_("They are asked in the order of this list; those that were chosen before come first."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one questionnaire.")},
    )

    def __init__(
        self, *args: Any, known: Mapping[str, InstrumentDefinition], point: Point | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs | {"initial": _initial(point)})
        kept = [slug for slug in (point.instruments if point else ()) if slug in known]
        order = dict.fromkeys([*kept, *known])
        self.fields["instruments"].choices = [  # type: ignore[attr-defined]
            (slug, known[slug].title) for slug in order
        ]
        if point and point.kind in KEPT_KINDS:
            del self.fields["kind"]
        if point and point.kind == Occasion.Kind.BASELINE:
            del self.fields["day"]

    def clean_instruments(self) -> tuple[str, ...]:
        chosen: list[str] = self.cleaned_data["instruments"]
        if len(chosen) > MOST_INSTRUMENTS:
            raise forms.ValidationError(_("These are more than anybody answers. Choose fewer."))
        order = [slug for slug, _label in self.fields["instruments"].choices]  # type: ignore[attr-defined]
        return tuple(sorted(chosen, key=order.index))


def _initial(point: Point | None) -> dict[str, Any]:
    if point is None:
        return {}
    return {
        "kind": point.kind,
        "day": point.day,
        "opens": point.opens,
        "closes": point.closes,
        "instruments": list(point.instruments),
    }
