"""What was taken away is gone with the next request, in sessions that are open."""

import inspect
from collections.abc import Callable
from datetime import timedelta

import pytest
from celery import current_app
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

from messaging.actions.planning import plan
from messaging.models import Reminder
from painclinic import clock
from painclinic.accounts.actions import end_membership
from painclinic.accounts.models import User
from patients.actions.consent import publish_consent_text, withdraw_consent
from patients.actions.emergency import ReasonTooShortError, end_emergency_access, open_in_emergency
from patients.actions.enrolment import change_therapist
from patients.models import Draft, EmergencyAccess
from tests.access.world import BACKEND
from tests.factories.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return enter


def record_of(cast: Cast) -> str:
    return reverse("therapists:patient-detail", args=[cast.patient.pk])


def test_a_therapist_loses_a_patient_with_the_hand_over(cast: Cast, signed_in: SignedIn) -> None:
    anna = signed_in(cast.therapist)
    tom = signed_in(cast.unassigned_therapist)
    assert (anna.get(record_of(cast)).status_code, tom.get(record_of(cast)).status_code) == (200, 404)
    change_therapist(by=cast.admin, enrolment=cast.enrolment, therapist=cast.unassigned_therapist)
    assert (anna.get(record_of(cast)).status_code, tom.get(record_of(cast)).status_code) == (404, 200)
    assert "Maria" not in anna.get("/today/").content.decode()


def test_a_draft_of_a_former_therapist_can_neither_be_read_nor_added_to(
    cast: Cast, signed_in: SignedIn
) -> None:
    anna = signed_in(cast.therapist)
    target = f"message:{cast.patient.pk}"
    url = reverse("patients:draft-api", args=[Draft.id_for(cast.therapist.pk, target, 0)])
    save = {"base_rev": 0, "data": {"body": "Dear Maria"}, "purpose": "message", "target": target}
    assert anna.put(url, save, content_type="application/json").status_code == 200
    change_therapist(by=cast.admin, enrolment=cast.enrolment, therapist=cast.unassigned_therapist)
    assert anna.get(url).status_code == 404
    again = save | {"base_rev": 1, "data": {"body": "Dear Maria, one more word"}}
    assert anna.put(url, again, content_type="application/json").status_code == 404


def test_whose_last_role_ended_is_signed_out_everywhere(cast: Cast) -> None:
    user = cast.patient.user
    phone, desk = Client(), Client()
    for browser in (phone, desk):
        browser.post("/sign-in/", {"login": user.email, "password": PASSWORD})
        assert browser.get("/home/").status_code == 200
    end_membership(by=cast.admin, membership=user.memberships.get())
    for browser in (phone, desk):
        assert browser.get("/home/")["Location"].startswith("/sign-in/")


def test_a_session_of_somebody_without_a_role_opens_nothing(cast: Cast, signed_in: SignedIn) -> None:
    """Even if a session had outlived the role."""
    end_membership(by=cast.admin, membership=cast.therapist.memberships.get())
    anna = signed_in(cast.therapist)
    assert anna.get(record_of(cast)).status_code == 403
    assert anna.get("/today/").status_code == 403


def test_a_deactivated_account_is_nobody(cast: Cast, signed_in: SignedIn) -> None:
    maria = signed_in(cast.patient.user)
    assert maria.get("/home/").status_code == 200
    User.objects.filter(pk=cast.patient.user_id).update(is_active=False)
    assert maria.get("/home/")["Location"].startswith("/sign-in/")


def test_staff_who_lose_their_second_factor_are_led_to_set_one_up(cast: Cast, signed_in: SignedIn) -> None:
    anna = signed_in(cast.therapist)
    cast.therapist.authenticator_set.all().delete()
    assert anna.get(record_of(cast))["Location"] == reverse("mfa_index")
    assert anna.put("/api/v1/drafts/" + str(cast.patient.pk) + "/").status_code == 403


def test_consent_taken_back_or_asked_anew_stands_before_every_page(cast: Cast, signed_in: SignedIn) -> None:
    maria = signed_in(cast.patient.user)
    assert maria.get("/course/").status_code == 200
    publish_consent_text(by=cast.admin, clinic=cast.clinic, language="en-gb", title="New", body="Other.")
    assert maria.get("/course/")["Location"] == "/consent/"
    maria.post("/consent/", {"version": "2", "agree": "yes"})
    assert maria.get("/course/").status_code == 200
    withdraw_consent(by=cast.patient.user, patient=cast.patient)
    assert maria.get("/course/")["Location"] == "/consent/"
    assert maria.get("/record-access/").status_code == 200


def test_an_admin_of_another_clinic_has_no_way_to_the_staff_of_this_one(
    cast: Cast, signed_in: SignedIn
) -> None:
    al = signed_in(cast.elsewhere_admin)
    url = reverse("clinics:staff-end", args=[cast.therapist.memberships.get().pk])
    assert al.post(url, {"successor": str(cast.elsewhere_therapist.pk)}).status_code == 404
    assert cast.therapist.memberships.get().ended_at is None


def test_an_emergency_access_ends_after_its_hour(cast: Cast, signed_in: SignedIn) -> None:
    tom = signed_in(cast.unassigned_therapist)
    open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason="Called, sounded confused")
    with clock.moved(timedelta(minutes=59)):
        assert tom.get(record_of(cast)).status_code == 200
    with clock.moved(timedelta(minutes=61)):
        # The session has run out by then too; what counts is the row.
        assert signed_in(cast.unassigned_therapist).get(record_of(cast)).status_code == 404


def test_an_emergency_access_that_was_ended_is_over(cast: Cast, signed_in: SignedIn) -> None:
    tom = signed_in(cast.unassigned_therapist)
    access = open_in_emergency(
        by=cast.unassigned_therapist, patient=cast.patient, reason="Called, sounded confused"
    )
    assert tom.get(record_of(cast)).status_code == 200
    end_emergency_access(by=cast.unassigned_therapist, access=access)
    assert tom.get(record_of(cast)).status_code == 404


def test_an_emergency_tells_every_admin_of_the_clinic_and_nobody_else(cast: Cast) -> None:
    open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason="Called, sounded confused")
    plan()
    told = Reminder.objects.filter(kind=Reminder.Kind.EMERGENCY_NOTICE)
    assert [reminder.user_id for reminder in told] == [cast.admin.pk]


@pytest.mark.parametrize("reason", ["", "urgent", " " * 40, "x" * (EmergencyAccess.MIN_REASON - 1)])
def test_an_emergency_without_a_reason_opens_nothing(cast: Cast, reason: str) -> None:
    with pytest.raises(ReasonTooShortError):
        open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason=reason)
    assert not EmergencyAccess.objects.exists()


def test_an_emergency_of_one_gives_nothing_to_another(cast: Cast, signed_in: SignedIn) -> None:
    open_in_emergency(by=cast.unassigned_therapist, patient=cast.patient, reason="Called, sounded confused")
    assert signed_in(cast.elsewhere_therapist).get(record_of(cast)).status_code == 404


def test_tasks_take_no_ids_so_that_nobody_can_hand_them_foreign_ones() -> None:
    """What a task works on are rows; a forged or an old message in the queue names nothing."""
    autodiscover_modules("jobs", "tasks")
    ours = {
        name: task
        for name, task in current_app.tasks.items()
        if not name.startswith("celery.") and task.__module__.partition(".")[0] != "celery"
    }
    assert len(ours) >= 5
    for name, task in ours.items():
        assert not inspect.signature(task.run).parameters, f"{name} takes arguments"
