"""Staff: invited with a second factor to set up, ended with patients in safe hands."""

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import Reminder
from painclinic.accounts.models import Invitation, Membership, Role
from patients.actions.emergency import open_in_emergency
from patients.models import Assignment, EmergencyAccess
from tests.factories.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin, backend=BACKEND)
    return client


def test_invite_therapist_plans_the_mail_and_the_link_leads_to_the_second_factor(
    cast: Cast, desk: Client
) -> None:
    form = {"name": "Nils Ny", "email": "nils@lakeside.test", "role": "therapist"}
    assert desk.post(reverse("clinics:staff-invite"), form).status_code == 302
    invitation = Invitation.objects.get(user__email="nils@lakeside.test")
    assert Reminder.objects.filter(user=invitation.user, kind=Reminder.Kind.STAFF_INVITATION).count() == 1
    assert "Nils Ny" in desk.get(reverse("clinics:staff-list")).content.decode()
    newcomer = Client()
    link = reverse("accounts:invitation-accept", args=[invitation.token])
    newcomer.post(link, {"password": PASSWORD})
    assert newcomer.get("/today/")["Location"] == reverse("mfa_index")


def test_invite_address_of_a_member_is_explained(cast: Cast, desk: Client) -> None:
    form = {"name": "Again", "email": cast.therapist.email, "role": "therapist"}
    response = desk.post(reverse("clinics:staff-invite"), form)
    assert response.status_code == 422
    assert "member or invited already" in response.content.decode()


def test_end_therapist_with_patients_wants_a_successor_who_then_treats(cast: Cast, desk: Client) -> None:
    membership = cast.therapist.memberships.get()
    url = reverse("clinics:staff-end", args=[membership.pk])
    assert desk.post(url).status_code == 422
    assert desk.post(url, {"successor": str(cast.unassigned_therapist.pk)}).status_code == 302
    running = Assignment.objects.running().get(patient=cast.patient)
    assert running.therapist == cast.unassigned_therapist
    assert not Membership.objects.active().filter(pk=membership.pk).exists()


def test_end_last_admin_is_refused(cast: Cast, desk: Client) -> None:
    membership = cast.admin.memberships.get()
    response = desk.post(reverse("clinics:staff-end", args=[membership.pk]))
    assert response.status_code == 422
    assert "last clinic admin" in response.content.decode()


def test_end_staff_of_another_clinic_is_not_found(cast: Cast, desk: Client) -> None:
    membership = cast.elsewhere_therapist.memberships.get(role=Role.THERAPIST)
    assert desk.get(reverse("clinics:staff-end", args=[membership.pk])).status_code == 404


def test_emergency_access_is_shown_to_the_admin_who_notes_it(cast: Cast, desk: Client) -> None:
    access = open_in_emergency(
        by=cast.unassigned_therapist,
        patient=cast.patient,
        reason="The patient called the front desk in distress.",
    )
    page = desk.get(reverse("clinics:access-list")).content.decode()
    assert "called the front desk" in page
    desk.post(reverse("clinics:emergency-review", args=[access.pk]))
    assert EmergencyAccess.objects.get(pk=access.pk).reviewed_by == cast.admin


def test_clinic_settings_fault_is_explained_and_the_rest_kept(cast: Cast, desk: Client) -> None:
    data = {
        "name": "Lakeside Clinic",
        "phone": "0115",
        "emergency_number": "999",
        "timezone": "Europe/London",
        "work_days": ["1", "2"],
        "work_start": "09:00",
        "work_end": "08:00",
        "reply_days": "1",
        "review_days": "2",
        "flare_up_days_least": "1",
        "flare_up_days_most": "7",
        "pause_days_most": "14",
        "uses_item_nine": "no",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        "lines-0-label": "Samaritans",
        "lines-0-number": "116 123",
        "lines-0-note": "",
    }
    response = desk.post(reverse("clinics:clinic-edit"), data)
    assert response.status_code == 422
    assert "must end after it starts" in response.content.decode()
    assert "116 123" in response.content.decode()
    assert desk.post(reverse("clinics:clinic-edit"), data | {"work_end": "17:00"}).status_code == 302
    assert cast.clinic.crisis_lines.get().number == "116 123"
    cast.clinic.refresh_from_db()
    assert cast.clinic.uses_item_nine is False


def test_consent_text_new_version_is_put_in_force(cast: Cast, desk: Client) -> None:
    data = {"title": "Taking part", "body": "Changed words."}
    assert desk.post(reverse("clinics:consent-text-edit"), data).status_code == 302
    assert cast.clinic.consent_texts.count() == 2


@pytest.mark.parametrize(
    "name", ["patient-list", "staff-list", "clinic-edit", "delivery-list", "access-list"]
)
def test_desk_page_opens(cast: Cast, desk: Client, name: str) -> None:
    assert desk.get(reverse(f"clinics:{name}")).status_code == 200
