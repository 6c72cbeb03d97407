"""Who looks after alerts, and on which days."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from painclinic.accounts.models import Clinic, User
from painclinic.widgets import DateInput
from patients.models import DutyShift
from patients.safety.duty import HANDLING


def people_for(clinic: Clinic) -> QuerySet[User]:
    """Who may be on the rota of a clinic."""
    of_clinic = User.objects.filter(
        memberships__clinic=clinic, memberships__role__in=HANDLING, memberships__ended_at=None
    )
    return of_clinic.filter(is_active=True).distinct().order_by("name")


class PersonChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class DutyForm(forms.Form):
    """One person, first or second, on weekdays or on dates."""

    user = PersonChoiceField(
        label=_("Who"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        error_messages={"required": _("Choose a colleague.")},
    )
    order = forms.TypedChoiceField(
        label=_("As what"),
        coerce=int,
        choices=[
            (DutyShift.Order.FIRST, _("On duty: told of every urgent alert at once")),
            (DutyShift.Order.SECOND, _("Second: told when the first does not answer")),
        ],
        initial=DutyShift.Order.FIRST,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Every week on"),
        required=False,
        coerce=int,
        choices=DutyShift.Weekday.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-inline"}),
    )
    first_day = forms.DateField(
        label=_("Or on every day from"),
        required=False,
        help_text=_("For holidays and changes. On these days it comes before the usual week."),
        widget=DateInput(),
    )
    last_day = forms.DateField(label=_("to"), required=False, widget=DateInput())
    is_on_call = forms.BooleanField(
        label=_("Answers at any hour of these days, nights included"),
        required=False,
        help_text=_("Leave this empty unless it is really so: patients are told that somebody is there."),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True
        self.fields["user"].queryset = people_for(clinic)  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if bool(data.get("weekdays")) == bool(first or last):
            self.add_error("weekdays", _("Choose days of the week, or dates; not both."))
        elif (first or last) and not (first and last and first <= last):
            self.add_error("last_day", _("Enter a first and a last day, in this order."))
        return data
