"""An invitation: single use, expires, can be sent again or withdrawn (issue: the loop, part 2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from painclinic import clock
from painclinic.accounts.actions import (
    AlreadyMemberError,
    InvitationError,
    accept_invitation,
    end_membership,
    invite,
    renew_invitation,
    withdraw_invitation,
)
from painclinic.accounts.models import Invitation, Role
from tests.factories.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def _invite(cast: Cast, role: Role = Role.THERAPIST) -> Invitation:
    return invite(by=cast.admin, clinic=cast.clinic, role=role, email="new@example.org", name="Nia New")


def _link(invitation: Invitation) -> str:
    return reverse("accounts:invitation-accept", args=[invitation.token])


def test_invitation_followed_sets_password_and_signs_in(cast: Cast, client: Client) -> None:
    link = _link(_invite(cast))
    assert "Nia New" in client.get(link).content.decode()
    response = client.post(link, {"password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"] == reverse("mfa_index")
    assert client.session["_auth_user_id"]


def test_invitation_second_use_is_refused(cast: Cast, client: Client) -> None:
    link = _link(_invite(cast))
    client.post(link, {"password": PASSWORD})
    again = Client().post(link, {"password": "another-long-password-8"})
    assert again.status_code == 410
    assert "already" in again.content.decode()


@pytest.mark.parametrize("password", ["", "short", "password1234", "a" * 201])
def test_invitation_weak_password_is_explained_and_uses_nothing_up(
    cast: Cast, client: Client, password: str
) -> None:
    invitation = _invite(cast)
    response = client.post(_link(invitation), {"password": password})
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.state == "open"


def test_invitation_after_seven_days_is_refused(cast: Cast, client: Client) -> None:
    link = _link(_invite(cast))
    with clock.moved(Invitation.VALID_FOR + timedelta(seconds=1)):
        assert client.get(link).status_code == 410


def test_invitation_renewed_kills_the_older_link(cast: Cast, client: Client) -> None:
    invitation = _invite(cast)
    old = _link(invitation)
    renewed = renew_invitation(by=cast.admin, invitation=invitation)
    assert client.get(old).status_code == 410
    assert client.get(_link(renewed)).status_code == 200


def test_invitation_withdrawn_is_refused(cast: Cast, client: Client) -> None:
    invitation = _invite(cast)
    withdraw_invitation(by=cast.admin, invitation=invitation)
    assert client.get(_link(invitation)).status_code == 410
    with pytest.raises(InvitationError):
        accept_invitation(invitation=invitation, password=PASSWORD)


@pytest.mark.parametrize("token", ["x", "A" * 54, "%00", "..", "ü" * 54])
def test_invitation_made_up_token_is_refused(client: Client, token: str) -> None:
    assert client.get(reverse("accounts:invitation-accept", args=[token])).status_code == 410


def test_invitation_token_is_not_in_the_database(cast: Cast) -> None:
    invitation = _invite(cast)
    stored = " ".join(str(getattr(invitation, f.attname)) for f in invitation._meta.concrete_fields)
    assert invitation.token not in stored


def test_invite_address_of_a_member_is_refused(cast: Cast) -> None:
    with pytest.raises(AlreadyMemberError):
        invite(by=cast.admin, clinic=cast.clinic, role=Role.THERAPIST, email="ANNA@lakeside.test", name="x")


def test_passkey_instead_of_password_signs_in_and_leads_to_the_passkey_page(
    cast: Cast, client: Client
) -> None:
    invitation = _invite(cast, Role.PATIENT)
    response: Any = client.post(_link(invitation), {"passkey": "1"})
    assert response["Location"] == reverse("mfa_add_webauthn")


def test_membership_ended_ends_every_session_at_once(cast: Cast, client: Client) -> None:
    client.post(reverse("account_login"), {"login": cast.patient.email, "password": PASSWORD})
    assert client.get(reverse("patients:record-access")).status_code == 200
    end_membership(by=cast.admin, membership=cast.patient.user.memberships.get())
    assert client.get(reverse("patients:record-access")).status_code == 302
