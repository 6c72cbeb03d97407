"""Sleep-window tools: off unless a therapist rules out every stop, never below the minimum, off again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.sleep import (
    StopNotRuledOutError,
    WindowReasonNeededError,
    WindowTooShortError,
    turn_off_sleep_window,
    turn_on_sleep_window,
)
from patients.models import Enrolment, SleepWindow
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import a_night, fill, skills_version, today_of
from tests.integration.therapists.conftest import signed_in
from tests.integration.therapists.test_skills import seen

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STOPS = SleepWindow.Stop.values
GIVEN = {"act": "on", "ruled_out": STOPS, "minimum": "360", "reason": "Your nights are long and broken"}


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Iterator[Cast]:
    with clock.moved(START - clock.now()):
        cast = Cast(on_programme=lambda: skills_version(tmp_path))
        open_first_module(cast.enrolment)
        yield cast


def sleep_like_this(enrolment: Enrolment, nights: int, **changed: str) -> None:
    for back in range(nights):
        fill(enrolment, "w9-sleep-diary", a_night(today_of(enrolment) - timedelta(days=back), **changed))


def page_of(cast: Cast) -> str:
    return seen(signed_in(cast.patient.user).get("/sleep/"))


def ask(cast: Cast, **changed: Any) -> Any:
    url = reverse("therapists:sleep-window", args=[cast.patient.pk])
    return signed_in(cast.therapist).post(url, GIVEN | changed)


def test_tools_are_off_until_a_therapist_turns_them_on(cast: Cast) -> None:
    sleep_like_this(cast.enrolment, 7)
    fill(cast.enrolment, "w10-sleep-plan", {"rise_time": "06:30"})

    assert "My earliest bed time" not in page_of(cast)


def test_patient_sees_the_time_the_reason_and_who(cast: Cast) -> None:
    sleep_like_this(cast.enrolment, 3, waso_min="0")
    fill(cast.enrolment, "w10-sleep-plan", {"rise_time": "06:30"})

    assert ask(cast).status_code == 302

    # Asleep 405 minutes on average: 6 hours 45 before 06:30.
    page = page_of(cast)
    assert "23:45" in page
    assert "Your nights are long and broken" in page
    assert cast.therapist.name in page


def test_short_sleep_never_makes_the_window_shorter_than_the_minimum(cast: Cast) -> None:
    sleep_like_this(cast.enrolment, 3, waso_min="300")
    fill(cast.enrolment, "w10-sleep-plan", {"rise_time": "06:30"})
    ask(cast)

    assert "00:30" in page_of(cast)


def test_window_without_three_nights_or_a_rise_time_says_what_is_missing(cast: Cast) -> None:
    ask(cast)
    assert "As soon as three nights" in page_of(cast)
    sleep_like_this(cast.enrolment, 3)
    assert "a time to get up" in page_of(cast)


@pytest.mark.parametrize("missing", STOPS)
def test_each_stop_keeps_the_tools_off(cast: Cast, missing: str) -> None:
    response = ask(cast, ruled_out=[stop for stop in STOPS if stop != missing])

    assert response.status_code == 422
    assert "the tools stay off" in response.content.decode()
    assert "Your nights are long" in response.content.decode()
    assert not SleepWindow.objects.exists()


@pytest.mark.parametrize("changed", [{"reason": "  "}, {"minimum": "300"}, {"ruled_out": []}])
def test_form_without_a_reason_or_with_a_short_minimum_is_refused(
    cast: Cast, changed: dict[str, Any]
) -> None:
    assert ask(cast, **changed).status_code == 422
    assert not SleepWindow.objects.exists()


def test_action_refuses_what_the_form_would(cast: Cast) -> None:
    given: dict[str, Any] = {"by": cast.therapist, "enrolment": cast.enrolment}
    with pytest.raises(StopNotRuledOutError):
        turn_on_sleep_window(**given, reason="Why", ruled_out=STOPS[1:])
    with pytest.raises(WindowTooShortError):
        turn_on_sleep_window(**given, reason="Why", ruled_out=STOPS, minimum=329)
    with pytest.raises(WindowReasonNeededError):
        turn_on_sleep_window(**given, reason=" ", ruled_out=STOPS)


def test_database_refuses_a_window_with_a_stop_or_below_the_minimum(cast: Cast) -> None:
    row = {
        "enrolment": cast.enrolment,
        "patient": cast.patient,
        "clinic": cast.clinic,
        "reason": "Why",
        "by": cast.therapist,
    }
    for wrong in ({"minimum": 360, "ruled_out": STOPS[1:]}, {"minimum": 200, "ruled_out": STOPS}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SleepWindow.objects.create(**row, is_on=True, **wrong)


def test_on_and_off_are_appended_once_each_and_in_the_audit(cast: Cast) -> None:
    for _press in range(2):
        ask(cast)
    url = reverse("therapists:sleep-window", args=[cast.patient.pk])
    for _press in range(2):
        off = {"act": "off", "reason": "You are drowsy by day"}
        assert signed_in(cast.therapist).post(url, off).status_code == 302

    assert list(SleepWindow.objects.order_by("at").values_list("is_on", flat=True)) == [True, False]
    verbs = AuditEvent.objects.filter(verb__startswith="sleep-window").order_by("pk")
    assert [event.verb for event in verbs] == ["sleep-window-on", "sleep-window-off"]
    page = page_of(cast)
    assert "My earliest bed time" not in page
    assert "You are drowsy by day" in page


def test_turning_off_what_is_off_changes_nothing(cast: Cast) -> None:
    assert turn_off_sleep_window(by=cast.therapist, enrolment=cast.enrolment, reason="Why") is None
    assert not SleepWindow.objects.exists()
