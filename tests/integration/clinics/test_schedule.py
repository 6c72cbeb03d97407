"""A clinic's own schedule of questionnaires: what is changed, for whom it counts, what stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from painclinic import clock
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions.measures import plan_occasions, submit_response
from patients.actions.schedule import KeptPointError, plan_missing, set_schedule
from patients.models import Enrolment, Occasion
from programs.models import MeasureSchedule, Programme
from programs.schedule import Point, ScheduleInvalidError, default_schedule, schedule_for
from tests.access.world import BACKEND
from tests.factories.cast import Cast, a_person, make_patient, real_version
from tests.factories.instruments import load_builtins, load_pack

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    with clock.moved(START - clock.now()):
        load_builtins()
        made = Cast(on_programme=real_version)
        plan_occasions(by=made.therapist, enrolment=made.enrolment)
        yield made


@pytest.fixture
def desk(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.admin, backend=BACKEND)
    return client


def programme_of(cast: Cast) -> Programme:
    return cast.version.programme


def points_of(cast: Cast) -> list[Point]:
    return list(schedule_for(cast.clinic, programme_of(cast)))


def address(cast: Cast, name: str, *more: str) -> str:
    return reverse(f"clinics:{name}", args=[programme_of(cast).slug, *more])


def slugs(enrolment: Enrolment) -> set[str]:
    return set(Occasion.objects.filter(enrolment=enrolment).values_list("slug", flat=True))


def put(cast: Cast, points: list[Point] | None) -> MeasureSchedule:
    return set_schedule(by=cast.admin, clinic=cast.clinic, programme=programme_of(cast), points=points)


def changed(cast: Cast, slug: str, **values: Any) -> list[Point]:
    return [replace(one, **values) if one.slug == slug else one for one in points_of(cast)]


# --- the pages ---


def test_schedule_is_shown_in_words_with_minutes(cast: Cast, desk: Client) -> None:
    page = desk.get(address(cast, "schedule-detail")).content.decode()
    assert "Day 70 (week 11)" in page
    assert "from 7 days before to 21 days after" in page
    assert "the schedule that came with the programme" in page
    assert desk.get(reverse("clinics:schedule-list")).url == address(cast, "schedule-detail")


def test_time_point_is_changed_on_its_page(cast: Cast, desk: Client) -> None:
    form = {"kind": "weekly", "day": "8", "opens": "1", "closes": "4", "instruments": ["gad-7", "peg"]}
    response = desk.post(address(cast, "schedule-point", "week-2"), form, follow=True)

    point = next(one for one in points_of(cast) if one.slug == "week-2")
    # The order of the schedule stays: what was asked first is asked first.
    assert (point.day, point.opens, point.closes, point.instruments) == (8, 1, 4, ("peg", "gad-7"))
    page = response.content.decode()
    assert "your clinic's own schedule" in page.replace("&#x27;", "'")
    assert "Who changed it when" in page
    assert AuditEvent.objects.filter(verb="schedule-set").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("day", "", "required"),
        ("day", "-1", "greater than or equal to 0"),
        ("day", "5000", "less than or equal to 1100"),
        ("closes", "200", "less than or equal to 120"),
        ("instruments", [], "Choose at least one questionnaire."),
        ("instruments", ["made-up"], "Select a valid choice"),
        ("kind", "post", "Select a valid choice"),
    ],
)
def test_wrong_values_are_refused_beside_the_field_and_keep_the_rest(
    cast: Cast, desk: Client, field: str, value: Any, error: str
) -> None:
    form = {"kind": "weekly", "day": "8", "opens": "1", "closes": "4", "instruments": ["peg"]}
    response = desk.post(address(cast, "schedule-point-add"), form | {field: value})

    assert response.status_code == 422
    assert error in response.content.decode()
    assert field == "opens" or 'value="1"' in response.content.decode()
    assert not MeasureSchedule.objects.exists()


def test_time_point_is_added_with_a_name_of_its_own(cast: Cast, desk: Client) -> None:
    form = {"kind": "follow-up", "day": "300", "opens": "14", "closes": "30", "instruments": ["peg"]}
    for _ in range(2):
        assert desk.post(address(cast, "schedule-point-add"), form).status_code == 302
    assert {"follow-up-day-300", "follow-up-day-300-2"} <= {one.slug for one in points_of(cast)}
    assert {"follow-up-day-300", "follow-up-day-300-2"} <= slugs(cast.enrolment)


def test_start_and_end_cannot_be_taken_out(cast: Cast, desk: Client) -> None:
    for slug in ("baseline", "post"):
        page = desk.post(address(cast, "schedule-point-remove", slug), follow=True).content.decode()
        assert "always asked" in page
    assert not MeasureSchedule.objects.exists()
    page = desk.get(address(cast, "schedule-point", "post")).content.decode()
    assert "Take this time point out" not in page


def test_clinic_goes_back_to_the_programmes_own(cast: Cast, desk: Client) -> None:
    desk.post(address(cast, "schedule-point-remove", "week-5"))
    assert "week-5" not in slugs(cast.enrolment)
    desk.post(address(cast, "schedule-reset"))
    assert points_of(cast) == list(default_schedule(programme_of(cast).slug))
    assert "week-5" in slugs(cast.enrolment)


def test_questionnaire_without_licence_stays_in_the_schedule_and_is_told(cast: Cast, desk: Client) -> None:
    pack = load_pack().instrument.slug
    put(cast, changed(cast, "week-5", instruments=("peg", pack)))
    assert f"without a licence: {pack}" in desk.get(address(cast, "schedule-detail")).content.decode()
    form = {"kind": "weekly", "day": "28", "opens": "0", "closes": "6", "instruments": ["gad-7", "peg"]}
    desk.post(address(cast, "schedule-point", "week-5"), form)
    point = next(one for one in points_of(cast) if one.slug == "week-5")
    assert point.instruments == ("peg", "gad-7", pack)


# --- for whom it counts ---


def test_change_counts_for_time_points_that_open_after_tomorrow(cast: Cast) -> None:
    enrolment = cast.enrolment
    put(cast, changed(cast, "week-2", instruments=("gad-7",), day=9, closes=3))
    later = Occasion.objects.get(enrolment=enrolment, slug="week-2")
    assert (later.instruments, later.due_on, later.closes_on) == (
        ["gad-7"],
        enrolment.starts_on + timedelta(days=9),
        enrolment.starts_on + timedelta(days=12),
    )


def test_what_can_be_answered_already_stays_as_it_is(cast: Cast) -> None:
    before = Occasion.objects.get(enrolment=cast.enrolment, slug="baseline")
    put(cast, changed(cast, "baseline", instruments=("peg",)))
    before_tomorrow = changed(cast, "week-2", instruments=("gad-7",))
    with clock.moved(timedelta(days=6)):
        put(cast, before_tomorrow)
    with clock.moved(timedelta(days=30)):
        put(cast, [one for one in points_of(cast) if one.slug != "week-3"])

    after = Occasion.objects.get(pk=before.pk)
    assert after.instruments == before.instruments
    assert Occasion.objects.get(enrolment=cast.enrolment, slug="week-2").instruments != ["gad-7"]
    assert "week-3" in slugs(cast.enrolment)


def test_nothing_is_moved_to_a_day_that_has_come(cast: Cast) -> None:
    with clock.moved(timedelta(days=20)):
        put(cast, changed(cast, "week-5", day=10))
    moved = Occasion.objects.get(enrolment=cast.enrolment, slug="week-5")
    assert moved.due_on == cast.enrolment.starts_on + timedelta(days=28)


def test_answered_and_added_time_points_stay(cast: Cast) -> None:
    enrolment = cast.enrolment
    ahead = Occasion.objects.get(enrolment=enrolment, slug="week-5")
    with clock.moved(timedelta(days=28)):
        submit_response(
            by=cast.patient.user,
            enrolment=enrolment,
            occasion=ahead,
            slug="peg",
            raw={"p": "1", "e": "1", "g": "1"},
            submission_id=uuid4(),
        )
    extra = Occasion.objects.create(
        enrolment=enrolment,
        patient=cast.patient,
        clinic=cast.clinic,
        kind="extra",
        slug="extra-1",
        instruments=["peg"],
        opens_on=enrolment.starts_on + timedelta(days=40),
        due_on=enrolment.starts_on + timedelta(days=40),
        closes_on=enrolment.starts_on + timedelta(days=46),
    )
    put(cast, [one for one in points_of(cast) if one.kind in {"baseline", "post"}])
    left = slugs(enrolment)
    assert {"baseline", "post", "week-5", extra.slug} == left


def test_schedule_of_another_clinic_changes_nothing_here(cast: Cast) -> None:
    before = slugs(cast.elsewhere_enrolment)
    other = Occasion.objects.filter(enrolment=cast.elsewhere_enrolment)
    put(cast, [one for one in points_of(cast) if one.kind in {"baseline", "post"}])
    assert slugs(cast.elsewhere_enrolment) == before == set(other.values_list("slug", flat=True))


def test_changing_costs_the_same_for_many_patients(cast: Cast) -> None:
    def count(day: int) -> int:
        with CaptureQueriesContext(connection) as taken:
            put(cast, changed(cast, "week-6", day=day))
        return len(taken)

    few = count(36)
    for number in range(8):
        person = a_person(f"Patient {number}", f"p{number}@example.org")
        enrolment = make_patient(cast.clinic, cast.admin, cast.therapist, person, cast.version)
        plan_occasions(by=cast.therapist, enrolment=enrolment)
    assert count(37) <= few


def test_schedule_without_start_or_end_is_refused_by_the_action(cast: Cast) -> None:
    for kind in ("post", "baseline"):
        with pytest.raises(KeptPointError):
            put(cast, [one for one in points_of(cast) if one.kind != kind])
    with pytest.raises(ScheduleInvalidError):
        put(cast, changed(cast, "baseline", day=3))
    assert not MeasureSchedule.objects.exists()


# --- people who were enrolled before there were time points ---


def test_enrolments_without_time_points_get_them_once(cast: Cast) -> None:
    planned = slugs(cast.enrolment)
    Occasion.objects.all().delete()
    everybody = Enrolment.objects.filter(programme_version=cast.version).count()

    assert plan_missing(by=System("test")) == everybody
    assert slugs(cast.enrolment) == planned
    assert plan_missing(by=System("test")) == 0


def test_command_says_how_many_got_time_points(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    Occasion.objects.filter(enrolment=cast.enrolment).delete()
    call_command("plan_occasions")
    assert "1 enrolments have got" in capsys.readouterr().out
