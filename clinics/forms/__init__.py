"""Forms of the admin's desk. They check and never save."""

from clinics.forms.clinic import ClinicForm, ConsentTextForm, CrisisLineFormSet
from clinics.forms.patients import ContactForm, EnrolForm, TherapistForm
from clinics.forms.questionnaires import LicenceForm
from clinics.forms.staff import EndMembershipForm, InviteStaffForm

__all__ = [
    "ClinicForm",
    "ConsentTextForm",
    "ContactForm",
    "CrisisLineFormSet",
    "EndMembershipForm",
    "EnrolForm",
    "InviteStaffForm",
    "LicenceForm",
    "TherapistForm",
]
