"""The rota, and what a clinic needs before anybody may be enrolled."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from clinics.actions import ClinicNotReadyError, enrol_and_invite
from painclinic import clock
from painclinic.accounts.models import Membership
from patients.actions.duty import CannotHandleError, NoDaysError, add_shifts, end_shift
from patients.models import DutyShift, Patient
from patients.safety import duty
from tests.factories.cast import Cast, a_person

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE, ENROL = "/desk/duty/", "/desk/patients/enrol/"


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin, backend=BACKEND)
    return client


def enrol(cast: Cast) -> None:
    enrol_and_invite(
        by=cast.admin,
        clinic=cast.clinic,
        request_id=uuid4(),
        person=a_person("Grace Obi", "grace@example.org"),
        programme_version=cast.version,
        therapist=cast.therapist,
        starts_on=clock.now().date(),
    )


def test_enrol_with_crisis_numbers_and_two_on_the_rota_is_open(cast: Cast, desk: Client) -> None:
    assert desk.get(ENROL).status_code == 200
    enrol(cast)
    assert Patient.objects.filter(email="grace@example.org").exists()


@pytest.mark.parametrize("missing", ["rota", "crisis-lines", "rules"])
def test_enrol_without_what_a_crisis_needs_is_closed(
    cast: Cast, desk: Client, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "rota":
        # One person on every day of the week is not two.
        DutyShift.objects.filter(user=cast.therapist).delete()
    elif missing == "rules":
        monkeypatch.setattr("patients.safety.rules.VERSION", "2099-01-a")
        monkeypatch.setattr("patients.safety.ruleset.RELEASED", clock.now().date() - timedelta(days=15))
    else:
        cast.clinic.crisis_lines.all().delete()
    response = desk.get(ENROL)
    assert response.status_code == 409
    link = {"rota": PAGE, "crisis-lines": "/desk/settings/", "rules": "/clinic/rules/"}[missing]
    assert f'href="{link}"' in response.content.decode()
    with pytest.raises(ClinicNotReadyError) as error:
        enrol(cast)
    assert error.value.missing == [missing]
    assert not Patient.objects.filter(email="grace@example.org").exists()


def test_rota_of_people_who_have_left_counts_for_nothing(cast: Cast, desk: Client) -> None:
    Membership.objects.filter(user=cast.therapist).update(ended_at=clock.now())
    assert desk.get(ENROL).status_code == 409


def test_shift_added_and_taken_off_on_the_page(cast: Cast, desk: Client) -> None:
    DutyShift.objects.all().delete()
    form = {"user": str(cast.supervisor.pk), "order": "2", "weekdays": ["1", "5"], "is_on_call": "on"}
    assert desk.post(PAGE, form).status_code == 302
    shifts = list(duty.rota(cast.clinic.pk))
    assert [(one.weekday, one.order, one.is_on_call) for one in shifts] == [(1, 2, True), (5, 2, True)]
    assert "Sue Visor" in desk.get(PAGE).content.decode()
    desk.post(f"{PAGE}{shifts[0].pk}/end/")
    assert [one.weekday for one in duty.rota(cast.clinic.pk)] == [5]
    assert DutyShift.objects.count() == 2


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"weekdays": ["1"], "first_day": "2026-12-24", "last_day": "2026-12-26"},
        {"first_day": "2026-12-26", "last_day": "2026-12-24"},
        {"first_day": "2026-12-26"},
    ],
)
def test_shift_without_clear_days_is_refused(cast: Cast, desk: Client, days: dict[str, object]) -> None:
    before = DutyShift.objects.count()
    response = desk.post(PAGE, {"user": str(cast.therapist.pk), "order": "1", **days})
    assert response.status_code == 422
    assert DutyShift.objects.count() == before


def test_shift_for_somebody_who_may_not_handle_alerts_is_refused(cast: Cast) -> None:
    for user in (cast.admin, cast.patient.user, cast.elsewhere_therapist):
        with pytest.raises(CannotHandleError):
            add_shifts(by=cast.admin, clinic=cast.clinic, user=user, order=1, weekdays=[6])
    with pytest.raises(NoDaysError):
        add_shifts(by=cast.admin, clinic=cast.clinic, user=cast.therapist, order=1)


def test_dates_come_before_the_usual_week(cast: Cast) -> None:
    day = date(2026, 12, 24)
    usual = duty.shifts_on(cast.clinic, day)
    add_shifts(
        by=cast.admin,
        clinic=cast.clinic,
        user=cast.supervisor,
        order=1,
        first_day=day,
        last_day=day + timedelta(days=2),
    )
    changed = {one.order: one.user for one in duty.shifts_on(cast.clinic, day)}
    assert changed[1] == cast.supervisor
    assert changed[2] == next(one.user for one in usual if one.order == 2)


def test_shift_twice_is_there_once(cast: Cast) -> None:
    for _ in range(2):
        add_shifts(by=cast.admin, clinic=cast.clinic, user=cast.supervisor, order=1, weekdays=[7])
    shift = duty.rota(cast.clinic.pk).get(weekday=7)
    end_shift(by=cast.admin, shift=shift)
    end_shift(by=cast.admin, shift=shift)
    assert not duty.rota(cast.clinic.pk).filter(weekday=7).exists()
