"""The page of closed days, and what follows from it for patients and for who is on call."""

from datetime import date, timedelta

import pytest
from django.test import Client

from clinics.actions import close_days
from messaging.presenters import reading_hours
from painclinic import clock
from painclinic.accounts.models import Clinic
from painclinic.audit.models import AuditEvent
from patients.actions.duty import add_shifts
from patients.safety import duty
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = "/desk/closed-days/"


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin, backend=BACKEND)
    return client


def coming(weekday: int = 0) -> date:
    """A day of the week, at least a week from now."""
    today = clock.now().date()
    return today + timedelta(days=14 + weekday - today.weekday())


def closed(cast: Cast) -> dict[str, str]:
    return Clinic.objects.get(pk=cast.clinic.pk).closed_days


def test_public_holidays_are_offered_chosen_and_added_in_one_press(cast: Cast, desk: Client) -> None:
    offered = desk.get(PAGE).context["offered"]
    chosen = list(offered.found)
    assert chosen
    assert desk.post(PAGE, {"holidays": [day.isoformat() for day in chosen[1:]]}).status_code == 302
    assert closed(cast) == {day.isoformat(): offered.found[day] for day in chosen[1:]}
    page = desk.get(PAGE)
    assert list(page.context["offered"].found) == chosen[:1]
    assert [row.day for row in page.context["rows"]] == chosen[1:]


def test_own_days_are_added_without_those_on_which_the_clinic_is_closed_anyway(
    cast: Cast, desk: Client
) -> None:
    friday = coming(4)
    desk.post(PAGE, {"first_day": friday, "last_day": friday + timedelta(days=3), "name": "Moving house"})
    assert set(closed(cast)) == {friday.isoformat(), (friday + timedelta(days=3)).isoformat()}


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (timedelta(days=-1), None, "This day is over"),
        (timedelta(days=3), timedelta(days=1), "must not be before the first"),
        (timedelta(days=3), timedelta(days=40), "more than 16 days in a row"),
        (timedelta(days=700), None, "too far ahead"),
    ],
)
def test_days_that_cannot_be_are_refused_beside_the_field_and_keep_what_was_typed(
    cast: Cast, desk: Client, first: timedelta, last: timedelta | None, says: str
) -> None:
    today = clock.local_today(cast.clinic.timezone)
    sent = {"first_day": today + first, "last_day": today + last if last else "", "name": "Moving house"}
    response = desk.post(PAGE, sent)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert "Moving house" in response.content.decode()
    assert closed(cast) == {}


def test_day_taken_out_is_a_working_day_again(cast: Cast, desk: Client) -> None:
    day = coming()
    close_days(by=cast.admin, clinic=cast.clinic, days={day: "Moving house"})
    assert desk.post(f"{PAGE}{day.isoformat()}/remove/").status_code == 302
    assert closed(cast) == {}
    assert desk.post(f"{PAGE}{day.isoformat()}/remove/").status_code == 404
    assert desk.post(f"{PAGE}nonsense/remove/").status_code == 404


def test_patient_reads_of_a_closed_day_a_week_before(cast: Cast) -> None:
    day = coming()
    close_days(by=cast.admin, clinic=cast.clinic, days={day: "Moving house"})
    clinic = Clinic.objects.get(pk=cast.clinic.pk)
    words = f"but not on Monday {day.day} {day:%B}"
    now = clock.now()
    with clock.moved((day - now.date()) - timedelta(days=3)):
        assert words in reading_hours(clinic, clinic.timezone)
    with clock.moved((day - now.date()) - timedelta(days=9)):
        assert words not in reading_hours(clinic, clinic.timezone)


def test_weekday_on_call_does_not_count_on_a_closed_day_unless_the_date_is_on_the_rota(cast: Cast) -> None:
    day = coming()
    add_shifts(
        by=cast.admin, clinic=cast.clinic, user=cast.supervisor, order=2, weekdays=[1], is_on_call=True
    )
    noon = clock.now() + (day - clock.now().date())
    assert duty.is_on_call(cast.clinic, noon)
    close_days(by=cast.admin, clinic=cast.clinic, days={day: "Moving house"})
    assert not duty.is_on_call(cast.clinic, noon)
    add_shifts(
        by=cast.admin,
        clinic=cast.clinic,
        user=cast.therapist,
        order=1,
        first_day=day,
        last_day=day,
        is_on_call=True,
    )
    assert duty.is_on_call(cast.clinic, noon)


def test_closing_a_day_leaves_the_trace_of_who_did_it(cast: Cast, desk: Client) -> None:
    desk.post(PAGE, {"first_day": coming(), "last_day": "", "name": "Moving house"})
    event = AuditEvent.objects.get(verb="clinic-close-days")
    assert event.actor_id == cast.admin.pk
