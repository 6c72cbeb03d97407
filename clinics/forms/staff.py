"""Inviting staff and ending a role."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.forms.choices import TherapistChoiceField, working_therapists
from painclinic.accounts.models import Clinic, Membership, Role, User


class InviteStaffForm(forms.Form):
    name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        help_text=_("Patients see this name."),
        error_messages={"required": _("Enter the person's name.")},
    )
    email = forms.EmailField(
        label=_("Work e-mail"),
        max_length=200,
        error_messages={
            "required": _("Enter an e-mail address."),
            "invalid": _("Enter a whole e-mail address, like name@example.com."),
        },
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Role.THERAPIST, _("Therapist: treats the patients assigned to them")),
            (Role.SUPERVISOR, _("Supervisor: reads every patient's course at this clinic, writes to none")),
            (Role.CLINIC_ADMIN, _("Clinic admin: enrols, keeps staff and settings; reads no therapy")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what this person does at the clinic.")},
    )


class EndMembershipForm(forms.Form):
    """Ending a role; a therapist's patients need somebody else first."""

    successor = TherapistChoiceField(
        label=_("Who takes over their patients"),
        queryset=User.objects.none(),
        empty_label=_("Choose a therapist"),
        error_messages={"required": _("Choose who takes over. No patient may be without a therapist.")},
    )

    def __init__(
        self, *args: Any, clinic: Clinic, membership: Membership, patients: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if patients:
            others = working_therapists(clinic).exclude(pk=membership.user_id)
            self.fields["successor"].queryset = others  # type: ignore[attr-defined]  # a model choice
        else:
            del self.fields["successor"]
