"""Two at the same moment: what is asked and what is done are one step, so that one of them wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from clinics.actions import LastAdminError, end_staff_membership
from painclinic.accounts.actions import InvitationError, accept_invitation, invite
from painclinic.accounts.models import Membership, Role
from patients.actions.consent import give_consent, publish_consent_text
from patients.actions.emergency import open_in_emergency
from patients.actions.enrolment import change_therapist
from patients.models import Assignment, Consent, EmergencyAccess
from tests.factories.cast import Cast, make_staff

pytestmark = [pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What came of each act, started together on connections of their own; a refusal is its exception."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return act()
        except (InvitationError, LastAdminError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_an_invitation_is_used_once(cast: Cast) -> None:
    invitation = invite(
        by=cast.admin, clinic=cast.clinic, role=Role.THERAPIST, email="ivy@lakeside.test", name="Ivy"
    )
    outcomes = at_once(
        *[
            lambda word=word: accept_invitation(invitation=invitation, password=f"a-long-password-{word}")
            for word in "abc"
        ]
    )
    assert sum(isinstance(outcome, InvitationError) for outcome in outcomes) == 2
    assert Membership.objects.filter(user=invitation.user).count() == 1


def test_two_hand_overs_leave_one_therapist(cast: Cast) -> None:
    third = make_staff(cast.clinic, Role.THERAPIST, "third@lakeside.test", "Third One")
    at_once(
        *[
            lambda to=to: change_therapist(by=cast.admin, enrolment=cast.enrolment, therapist=to)
            for to in (cast.unassigned_therapist, third)
        ]
    )
    assert Assignment.objects.running().filter(enrolment=cast.enrolment).count() == 1


def test_an_emergency_is_opened_once(cast: Cast) -> None:
    outcomes = at_once(
        *[
            lambda: open_in_emergency(
                by=cast.unassigned_therapist, patient=cast.patient, reason="Called, sounded confused"
            )
        ]
        * 3
    )
    assert len({access.pk for access in outcomes}) == 1
    assert EmergencyAccess.objects.count() == 1


def test_two_admins_who_end_each_other_leave_one(cast: Cast) -> None:
    other = make_staff(cast.clinic, Role.CLINIC_ADMIN, "second@lakeside.test", "Second Admin")
    outcomes = at_once(
        *[
            lambda by=by, whom=whom: end_staff_membership(
                by=by, membership=whom.memberships.get(), successor=None
            )
            for by, whom in ((cast.admin, other), (other, cast.admin))
        ]
    )
    assert sum(isinstance(outcome, LastAdminError) for outcome in outcomes) == 1
    assert Membership.objects.active().filter(clinic=cast.clinic, role=Role.CLINIC_ADMIN).count() == 1


def test_consent_pressed_twice_is_given_once(cast: Cast) -> None:
    text = publish_consent_text(
        by=cast.admin, clinic=cast.clinic, language="en-gb", title="New", body="Other."
    )
    at_once(*[lambda: give_consent(by=cast.patient.user, patient=cast.patient, text=text)] * 3)
    assert Consent.objects.filter(patient=cast.patient, text=text).count() == 1
