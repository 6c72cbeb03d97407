"""Enrolling a patient and keeping their contact details."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clinics.forms.choices import (
    ProgrammeChoiceField,
    TherapistChoiceField,
    newest_versions,
    working_therapists,
)
from painclinic import clock
from painclinic.accounts.choices import timezone_choices
from painclinic.accounts.models import Clinic, User
from painclinic.widgets import DateInput
from patients.actions.enrolment import Person
from patients.models import Enrolment, Patient
from programs.models import ProgrammeVersion

# Eligibility: adults (clinical.md 4.4).
ADULT = 18
OLDEST = 120


def _phone(value: str) -> str:
    digits = re.sub(r"\D", "", value)
    if not 6 <= len(digits) <= 15 or not re.fullmatch(r"[\d\s()+./-]+", value):
        raise forms.ValidationError(_("Enter a phone number, like 07700 900123 or +44 7700 900123."))
    return value


def _years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February counts as 28 in other years."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class ContactForm(forms.Form):
    """Who a patient is and how to reach them and their people."""

    name = forms.CharField(
        label=_("Full name"), max_length=120, error_messages={"required": _("Enter the patient's full name.")}
    )
    date_of_birth = forms.DateField(
        label=_("Date of birth"),
        widget=DateInput(),
        error_messages={
            "required": _("Enter the date of birth."),
            "invalid": _("Enter a real date, like 1979-04-12."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The invitation goes here, and it is what the patient signs in with."),
        max_length=200,
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter a whole e-mail address, like name@example.com."),
        },
    )
    mobile = forms.CharField(
        label=_("Mobile phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
        error_messages={"required": _("Enter a mobile number. We call it if we worry about the patient.")},
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Where the patient lives: reminders never come at night there."),
        choices=timezone_choices,
        error_messages={"required": _("Choose the patient's time zone.")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    address = forms.CharField(
        label=_("Where the patient lives"),
        help_text=_("Street, place and postcode: where help is sent in an emergency."),
        max_length=300,
        error_messages={"required": _("Enter the address. In an emergency, help is sent there.")},
    )
    emergency_contact_name = forms.CharField(
        label=_("Emergency contact"),
        max_length=120,
        error_messages={"required": _("Enter whom we call in an emergency.")},
    )
    emergency_contact_phone = forms.CharField(
        label=_("Emergency contact's phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
        error_messages={"required": _("Enter the emergency contact's phone number.")},
    )
    gp_name = forms.CharField(
        label=_("GP"), max_length=120, error_messages={"required": _("Enter the patient's GP or practice.")}
    )
    gp_contact = forms.CharField(
        label=_("How to reach the GP"),
        help_text=_("Phone number or address of the practice."),
        max_length=200,
        error_messages={"required": _("Enter how to reach the GP.")},
    )

    PERSON_FIELDS = (
        "name",
        "date_of_birth",
        "email",
        "mobile",
        "timezone",
        "language",
        "address",
        "emergency_contact_name",
        "emergency_contact_phone",
        "gp_name",
        "gp_contact",
    )

    def clean_date_of_birth(self) -> date:
        born: date = self.cleaned_data["date_of_birth"]
        today = clock.local_today("UTC")
        if born > today:
            raise forms.ValidationError(_("The date of birth lies in the future."))
        if born < _years_before(today, OLDEST):
            raise forms.ValidationError(_("Check the year of birth."))
        if born > _years_before(today, ADULT):
            raise forms.ValidationError(_("The programme is for people of 18 and over."))
        return born

    def clean_mobile(self) -> str:
        return _phone(self.cleaned_data["mobile"])

    def clean_emergency_contact_phone(self) -> str:
        return _phone(self.cleaned_data["emergency_contact_phone"])

    def person(self) -> Person:
        """What was entered, once the form is valid."""
        return Person(**{name: self.cleaned_data[name] for name in self.PERSON_FIELDS})


class EnrolForm(ContactForm):
    """Everything it takes to enrol: the person, and their treatment."""

    programme = ProgrammeChoiceField(
        label=_("Programme"),
        queryset=ProgrammeVersion.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose a programme."),
            "invalid_choice": _("Choose a programme from the list."),
        },
    )
    therapist = TherapistChoiceField(
        label=_("Therapist"),
        queryset=User.objects.none(),
        empty_label=_("Choose a therapist"),
        error_messages={"required": _("Choose who treats the patient.")},
    )
    starts_on = forms.DateField(
        label=_("Start date"),
        help_text=_("The first week opens on this day, where the patient lives."),
        widget=DateInput(),
        error_messages={
            "required": _("Enter the day the programme starts."),
            "invalid": _("Enter a real date, like 2026-03-04."),
        },
    )
    guidance = forms.ChoiceField(
        label=_("Guidance"),
        help_text=_("The clinic's results can be looked at by it. It does not change what the patient gets."),
        choices=Enrolment.Guidance.choices,
        initial=Enrolment.Guidance.REGULAR,
        required=False,
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput())
    # Asked only when a patient of the same name and date of birth is there already.
    is_somebody_else = forms.BooleanField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        defaults = {
            "request_id": uuid4(),
            "timezone": clinic.timezone,
            "language": clinic.language,
            "starts_on": clock.local_today(clinic.timezone),
        }
        super().__init__(*args, **kwargs | {"initial": defaults})
        self.clinic = clinic
        self.fields["programme"].queryset = newest_versions()  # type: ignore[attr-defined]  # a model choice
        self.fields["therapist"].queryset = working_therapists(clinic)  # type: ignore[attr-defined]  # likewise
        self.namesake: Patient | None = None

    def clean_guidance(self) -> str:
        return self.cleaned_data["guidance"] or Enrolment.Guidance.REGULAR

    def clean_starts_on(self) -> date:
        starts: date = self.cleaned_data["starts_on"]
        today = clock.local_today(self.clinic.timezone)
        if not today - timedelta(days=30) <= starts <= today + timedelta(days=180):
            raise forms.ValidationError(_("Choose a day from a month ago to half a year ahead."))
        return starts

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        name, born = cleaned.get("name"), cleaned.get("date_of_birth")
        if name and born and not cleaned.get("is_somebody_else"):
            same = Patient.objects.filter(clinic=self.clinic, name__iexact=name.strip(), date_of_birth=born)
            self.namesake = same.exclude(
                enrolment_request_id=cleaned.get("request_id") or UUID(int=0)
            ).first()
        if self.namesake:
            self.fields["is_somebody_else"] = forms.BooleanField(
                label=_("This is another person with the same name and date of birth"), required=True
            )
            message = _(
                "Somebody of this name and birthday is enrolled. If this is another person, say so below."
            )
            self.add_error("name", message)
        return cleaned


class TherapistForm(forms.Form):
    """Handing a patient over."""

    therapist = TherapistChoiceField(
        label=_("New therapist"),
        queryset=User.objects.none(),
        empty_label=_("Choose a therapist"),
        error_messages={"required": _("Choose who treats the patient from now on.")},
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["therapist"].queryset = working_therapists(clinic)  # type: ignore[attr-defined]  # a model choice
