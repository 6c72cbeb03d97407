"""Days on which the clinic is closed."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.closed_days import AHEAD, LONGEST, ClosedTooLongError, TooManyDaysError, check, public_holidays
from painclinic.accounts.models import Clinic
from painclinic.dates import written_day
from painclinic.widgets import DateInput

TOO_LONG = _(
    "That would close the clinic for more than %(days)d days in a row. Alerts cannot wait that long."
)
TOO_MANY = _("These are more days than can be kept. Take out some that are not needed.")


class _DaysForm(forms.Form):
    """What both forms share: days that the clinic may be closed on as well."""

    first_field = ""

    def __init__(self, *args: Any, clinic: Clinic, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic, self.today, self.hide_optional = clinic, today, True

    def days(self) -> dict[date, str]:
        """The days to close on, with their names."""
        raise NotImplementedError

    def _check(self) -> None:
        try:
            check(self.clinic, self.days())
        except ClosedTooLongError:
            self.add_error(self.first_field, TOO_LONG % {"days": LONGEST.days})
        except TooManyDaysError:
            self.add_error(self.first_field, TOO_MANY)


class HolidaysForm(_DaysForm):
    """The coming public holidays, all chosen."""

    first_field = "holidays"

    holidays = forms.MultipleChoiceField(
        label=_("Public holidays"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one day."),
            "invalid_choice": _("Choose from the days in the list."),
        },
    )

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = public_holidays(self.clinic, region, self.today)
        field: Any = self.fields["holidays"]
        field.choices = [
            (day.isoformat(), f"{written_day(day, 'l j F Y')}: {name}") for day, name in self.found.items()
        ]
        field.initial = [day.isoformat() for day in self.found]

    def days(self) -> dict[date, str]:
        chosen = self.cleaned_data.get("holidays", [])
        return {day: name for day, name in self.found.items() if day.isoformat() in chosen}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._check()
        return data


class OtherDaysForm(_DaysForm):
    """One day, or several in a row, for a reason of the clinic's own."""

    first_field = "last_day"

    first_day = forms.DateField(label=_("First day"), widget=DateInput())
    last_day = forms.DateField(
        label=_("Last day"), required=False, widget=DateInput(), help_text=_("Empty for a single day.")
    )
    name = forms.CharField(
        label=_("Why"), max_length=60, help_text=_("Such as: moving house, summer closing. Staff see it.")
    )

    def days(self) -> dict[date, str]:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if not first or self.errors:
            return {}
        span = ((last or first) - first).days
        all_days = [first + timedelta(days=n) for n in range(span + 1)]
        return {
            day: self.cleaned_data["name"] for day in all_days if day.isoweekday() in self.clinic.work_days
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first: date | None = data.get("first_day")
        last: date | None = data.get("last_day")
        end = last or first
        if first and first < self.today:
            self.add_error("first_day", _("This day is over. Clocks that ran on it stay as they are."))
        elif end and end > self.today + AHEAD:
            self.add_error("last_day", _("This is too far ahead. Enter days of the next 18 months."))
        elif first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        elif first and not self.errors and not self.days():
            self.add_error("first_day", _("The clinic does not work on these days anyway."))
        self._check()
        return data
