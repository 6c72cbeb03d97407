"""Which period the safety overview is about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import Clinic
from painclinic.widgets import DateInput

SPANS = (30, 90, 365)
USUAL = 90
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Period:
    """Whole days of the clinic, first and last included."""

    first: date
    last: date
    since: datetime
    until: datetime
    # The last so many days; 0 for dates that were chosen.
    days: int = 0


def period_of(clinic: Clinic, first: date, last: date, days: int = 0) -> Period:
    """The moments between which the days lie, on the clinic's wall clock."""
    zone = ZoneInfo(clinic.timezone)
    return Period(
        first,
        last,
        datetime.combine(first, time(0), zone),
        datetime.combine(last + timedelta(days=1), time(0), zone),
        days,
    )


def last_days(clinic: Clinic, wanted: str) -> Period:
    """The last 30, 90 or 365 days up to today; 90 for anything else."""
    days = int(wanted) if wanted in map(str, SPANS) else USUAL
    today = clock.local_today(clinic.timezone)
    return period_of(clinic, today - timedelta(days=days - 1), today, days)


class PeriodForm(forms.Form):
    """Two days, at most a year apart."""

    first = forms.DateField(
        label=_("From"), widget=DateInput, error_messages={"required": _("Give the first day.")}
    )
    last = forms.DateField(
        label=_("Until"), widget=DateInput, error_messages={"required": _("Give the last day.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hide_optional = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first."))
        elif first and last and last - first >= LONGEST:
            self.add_error("first", _("Choose a year at most."))
        return data
