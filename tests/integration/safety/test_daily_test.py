"""The chain proves itself once a working day, and its silence is an alarm that needs nothing that runs."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import InternalError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from messaging.actions import chain
from messaging.actions.alerts import escalate
from messaging.actions.chain import NotToldError, confirm_arrival, run_daily_tests
from messaging.actions.dispatch import deliver
from messaging.jobs import escalate_alerts
from messaging.models import ChainTest, Reminder
from messaging.presenters.chain import alarms_of
from painclinic import clock
from painclinic.accounts.models import Clinic, Membership, User
from patients.models import DutyShift
from patients.workdays import is_working_day
from tests.access.world import BACKEND
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.outbox import until

pytestmark = pytest.mark.django_db
# A Monday before the clinic opens, which it does at 9.
MONDAY = "2026-03-02T08:00+00:00"
REFUSES = "django.core.mail.backends.locmem.EmailBackend.send_messages"
UNPROVED, STILL = "Alerts may not reach anybody by mail", "Nobody is being told of alerts"
ASKS, FORGOTTEN = "It arrived", "Nobody has said that the daily test"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until(MONDAY)):
        yield


@pytest.fixture
def duty(cast: Cast) -> Cast:
    """The colleague is on duty every weekday. The other clinic of the cast is left out."""
    Clinic.objects.exclude(pk=cast.clinic.pk).update(is_synthetic=True)
    DutyShift.objects.filter(clinic=cast.clinic).delete()
    for weekday in range(1, 6):
        DutyShift.objects.create(clinic=cast.clinic, user=cast.unassigned_therapist, weekday=weekday, order=1)
    return cast


def later(**span: float) -> Any:
    return clock.moved(timedelta(**span))


def run() -> list[str]:
    """What a worker does in a minute; who got a mail in it, by name."""
    mail.outbox.clear()
    run_daily_tests()
    deliver()
    run_daily_tests()
    return sorted(message.to[0].split("@")[0] for message in mail.outbox)


def page(user: User, path: str = "/today/") -> str:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend=BACKEND)
    response = client.get(path)
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def monitor() -> tuple[int, str]:
    answer = Client().get("/healthz/alerts")
    return answer.status_code, answer.content.decode()


def test_test_goes_to_whoever_is_on_duty_when_the_clinic_opens_and_once_only(duty: Cast) -> None:
    assert run() == []
    with later(hours=1):
        assert run() == ["tom"]
        assert run() == []
    with later(hours=9):
        assert run() == []
    with later(days=1, hours=1):
        assert run() == ["tom"]
    assert [test.day for test in ChainTest.objects.all()] == [date(2026, 3, 3), date(2026, 3, 2)]


def test_test_goes_to_everybody_when_nobody_is_on_duty(duty: Cast) -> None:
    DutyShift.objects.all().delete()
    with later(hours=1):
        assert run() == ["anna", "sue", "tom"]


def test_clinic_opens_on_its_own_clock_and_not_on_closed_days(duty: Cast) -> None:
    Clinic.objects.filter(pk=duty.clinic.pk).update(
        timezone="America/New_York", closed_days={"2026-03-03": "Moving house"}
    )
    # 9 in New York is 14 in London.
    with later(hours=5.9):
        assert run() == []
    with later(hours=6):
        assert run() == ["tom"]
    with later(days=1, hours=7):
        assert run() == []
    assert [test.day for test in ChainTest.objects.all()] == [date(2026, 3, 2)]


def test_mail_of_a_test_says_only_that_it_is_one(duty: Cast) -> None:
    with later(hours=1):
        run()
    (message,) = mail.outbox
    text = f"{message.subject} {message.body}".lower()
    assert "daily test" in message.subject.lower()
    for word in ("maria", "lund", "phq", "risk", "alert", "lakeside", "patient", "attention", "now"):
        assert not re.search(rf"\b{word}\b", text), word


def test_day_of_test_is_accepted_confirmed_and_listed(duty: Cast) -> None:
    with later(hours=1):
        run()
        test = ChainTest.objects.get()
        assert test.taken_at
        assert test.accepted_at
        assert Clinic.objects.get(pk=duty.clinic.pk).chain_proved_on == date(2026, 3, 2)
        assert ASKS not in page(duty.therapist)
        assert ASKS in page(duty.unassigned_therapist)
        client = Client()
        client.force_login(duty.unassigned_therapist, backend=BACKEND)
        assert client.post(f"/desk/chain/{test.pk}/arrived/").status_code == 302
        assert ASKS not in page(duty.unassigned_therapist)
        for user in (duty.admin, duty.supervisor, duty.therapist):
            listed = page(user, "/desk/chain/")
            assert "accepted" in listed
            assert "Tom Hale" in listed
    test.refresh_from_db()
    assert test.confirmed_by == duty.unassigned_therapist


def test_only_who_got_it_can_confirm(duty: Cast) -> None:
    with later(hours=1):
        run()
        with pytest.raises(NotToldError):
            confirm_arrival(by=duty.therapist, test=ChainTest.objects.get())
        first = confirm_arrival(by=duty.unassigned_therapist, test=ChainTest.objects.get())
    with later(hours=2):
        again = confirm_arrival(by=duty.unassigned_therapist, test=first)
    assert again.confirmed_at == first.confirmed_at


def test_no_test_after_half_an_hour_is_red_for_all_staff_with_everything_down(duty: Cast) -> None:
    """Nothing runs at all in this test: the alarm is made of what is not there."""
    pages = [
        (duty.therapist, "/today/"),
        (duty.supervisor, "/caseload/"),
        (duty.admin, "/desk/patients/"),
        (duty.admin, "/desk/chain/"),
    ]
    with later(hours=1, minutes=29):
        assert not any(UNPROVED in page(user, path) for user, path in pages)
        assert monitor() == (200, "ok\n")
    broken = patch("celery.app.base.Celery.send_task", side_effect=OSError)
    with later(hours=1, minutes=31), broken, patch("django.core.mail.get_connection", side_effect=OSError):
        assert all(UNPROVED in page(user, path) for user, path in pages)
        assert UNPROVED not in page(duty.patient.user, "/home/")
        assert monitor() == (503, "failed\n")
        assert "not made yet" in page(duty.admin, "/desk/chain/")


def test_mail_server_that_refuses_is_red_until_it_accepts(duty: Cast) -> None:
    with later(hours=1), patch(REFUSES, side_effect=OSError):
        run()
    with later(hours=1, minutes=31):
        assert UNPROVED in page(duty.therapist)
        listed = page(duty.admin, "/desk/chain/")
        assert "Not reached: Tom Hale (e-mail)" in listed
        assert monitor()[0] == 503
    with later(hours=1, minutes=32):
        assert run() == ["tom"]
        assert UNPROVED not in page(duty.therapist)
        assert monitor()[0] == 200
    assert "accepted late" in page(duty.admin, "/desk/chain/")


def test_test_that_reached_one_of_two_is_not_accepted(duty: Cast) -> None:
    DutyShift.objects.create(clinic=duty.clinic, user=duty.therapist, weekday=1, order=2)
    with later(hours=1):
        run_daily_tests()
        tomorrow = clock.now() + timedelta(days=1)
        Reminder.objects.filter(user=duty.therapist, kind="chain_test").update(due_at=tomorrow)
        run()
        assert ChainTest.objects.get().accepted_at is None
        # Another way does not stand in for mail.
        Reminder.objects.create(
            dedupe_key="another",
            kind="chain_test",
            clinic=duty.clinic,
            user=duty.therapist,
            target_id=ChainTest.objects.get().pk,
            channel="sms",
            due_at=clock.now(),
            not_after=clock.now(),
            state="sent",
            sent_at=clock.now(),
        )
        run_daily_tests()
        assert ChainTest.objects.get().accepted_at is None
        assert "Not reached: Anna Berg (e-mail)" in page(duty.admin, "/desk/chain/")
        Reminder.objects.filter(user=duty.therapist, kind="chain_test").update(due_at=clock.now())
        run()
        assert ChainTest.objects.get().accepted_at


def test_test_that_nobody_confirmed_is_a_quieter_notice_when_the_clinic_has_closed(duty: Cast) -> None:
    with later(hours=1):
        run()
    with later(hours=8, minutes=59):
        assert FORGOTTEN not in page(duty.therapist)
    with later(hours=9, minutes=1):
        seen = page(duty.therapist)
        assert FORGOTTEN in seen
        assert UNPROVED not in seen
    with later(days=1, hours=1):
        run()
        assert FORGOTTEN in page(duty.therapist)
        confirm_arrival(by=duty.unassigned_therapist, test=ChainTest.objects.all()[0])
        assert FORGOTTEN not in page(duty.therapist)


def test_days_on_which_everything_was_down_are_written_down_and_today_is_made_up(duty: Cast) -> None:
    with later(hours=1):
        run()
    with later(days=4, hours=6):
        assert run() == ["tom"]
        assert UNPROVED not in page(duty.therapist)
        assert page(duty.admin, "/desk/chain/").count("nothing was sent") == 3
    missed = ChainTest.objects.filter(was_missed=True).values_list("day", flat=True)
    assert sorted(missed) == [date(2026, 3, day) for day in (3, 4, 5)]


def test_test_that_was_made_and_never_taken_is_not_sent_a_day_later(duty: Cast) -> None:
    with later(hours=1), patch("messaging.actions.chain._take"):
        run_daily_tests()
    with later(days=1, hours=1):
        assert run() == ["tom"]
    assert ChainTest.objects.get(day=date(2026, 3, 2)).was_missed


def test_notice_of_yesterdays_test_is_not_sent_today(duty: Cast) -> None:
    with later(hours=1), patch(REFUSES, side_effect=OSError):
        run()
    with later(days=1, hours=1, minutes=1):
        assert run() == ["tom"]
    assert ChainTest.objects.get(day=date(2026, 3, 2)).accepted_at is None


def test_test_is_not_made_on_a_day_on_which_notices_of_alerts_can_not_be_planned(duty: Cast) -> None:
    broken = patch("messaging.actions.alerts.alerts_with_due_steps", side_effect=RuntimeError)
    with later(hours=1), broken, pytest.raises(RuntimeError):
        escalate_alerts()
    assert not ChainTest.objects.exists()


def test_test_never_looks_like_an_alert_and_hides_none(duty: Cast) -> None:
    with later(hours=1):
        run()
        seen = page(duty.unassigned_therapist)
        assert 'class="badge"' not in seen
        assert "Maria" not in seen[: seen.index('class="counts"')]
        _, alert = store(duty.enrolment, mood(3))
        assert alert
        seen = page(duty.unassigned_therapist)
        assert 0 < seen.index(f"/alerts/{alert.pk}/") < seen.index(ASKS)


def test_clinic_in_which_nobody_works_or_is_treated_is_not_tested(duty: Cast) -> None:
    Membership.objects.filter(clinic=duty.clinic).update(ended_at=clock.now())
    with later(hours=2):
        run()
        assert not ChainTest.objects.exists()
        assert monitor()[0] == 200


def test_patients_without_a_team_are_an_alarm(duty: Cast) -> None:
    Membership.objects.filter(clinic=duty.clinic).exclude(role="patient").update(ended_at=clock.now())
    with later(hours=2):
        assert run() == []
        assert monitor()[0] == 503


def test_clinic_whose_test_fails_holds_up_no_other_and_is_red(duty: Cast) -> None:
    Clinic.objects.update(is_synthetic=False)
    plain = chain._make

    def make(by: Any, clinic: Clinic, *rest: Any) -> None:
        if clinic == duty.clinic:
            raise RuntimeError
        plain(by, clinic, *rest)

    with later(hours=1), patch("messaging.actions.chain._make", make):
        run()
    assert {test.clinic for test in ChainTest.objects.all()} == set(Clinic.objects.exclude(pk=duty.clinic.pk))
    with later(hours=1, minutes=31):
        assert UNPROVED in page(duty.therapist)
        assert UNPROVED not in page(duty.elsewhere_therapist)


def test_what_a_test_has_noted_stays(duty: Cast) -> None:
    with later(hours=1):
        run()
    pk = ChainTest.objects.get().pk
    for change in ({"accepted_at": None}, {"taken_at": clock.now()}, {"day": date(2026, 3, 1)}):
        with pytest.raises(InternalError), transaction.atomic():
            ChainTest.objects.filter(pk=pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        ChainTest.objects.filter(pk=pk).delete()


def test_step_that_is_not_taken_is_red_on_every_page_of_the_team_and_for_the_monitor(duty: Cast) -> None:
    store(duty.enrolment, mood(3))
    with later(minutes=4):
        assert STILL not in page(duty.therapist)
        assert monitor() == (200, "ok\n")
    with later(minutes=6):
        for user, path in (
            (duty.therapist, "/today/"),
            (duty.unassigned_therapist, "/caseload/"),
            (duty.supervisor, "/clinic/rules/"),
            (duty.admin, "/desk/patients/"),
        ):
            assert STILL in page(user, path), path
        assert STILL not in page(duty.elsewhere_therapist)
        assert monitor() == (503, "failed\n")
        escalate()
        assert STILL not in page(duty.therapist)
        assert monitor() == (200, "ok\n")


def test_warnings_cost_no_query(duty: Cast) -> None:
    store(duty.enrolment, mood(3))
    with later(hours=2):
        user = User.objects.get(pk=duty.therapist.pk)
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert user.active_memberships
        assert len(taken) == 1
        with CaptureQueriesContext(connection) as taken:
            assert [alarm.title for alarm in alarms_of(user)] == [STILL, UNPROVED]
        assert len(taken) == 0


def test_monitor_says_failed_when_the_database_does_not_answer(duty: Cast) -> None:
    with patch("messaging.views.monitor.overdue_steps", side_effect=OperationalError):
        assert monitor() == (503, "failed\n")


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    hours=st.lists(st.floats(0.1, 40), min_size=1, max_size=12),
    fails=st.lists(st.sampled_from(["", "make", "take", "prove", "mail"]), min_size=12, max_size=12),
)
def test_whatever_stops_and_starts_each_clinic_and_day_has_one_test_and_each_person_one_notice(
    duty: Cast, hours: list[float], fails: list[str]
) -> None:
    """Runs at any moments, some of which break off; what is there afterwards is counted from the calendar."""
    with transaction.atomic():
        _break_off_at(hours, fails)
        with later(hours=sum(hours) + 0.4):
            run()
            _counted(duty)
            assert not alarms_of(User.objects.get(pk=duty.therapist.pk))
        transaction.set_rollback(True)


def _break_off_at(hours: list[float], fails: list[str]) -> None:
    passed = 0.0
    for span, fault in zip(hours, fails, strict=False):
        passed += span
        with later(hours=passed):
            target = REFUSES if fault == "mail" else f"messaging.actions.chain._{fault}"
            if not fault:
                run()
                continue
            with patch(target, side_effect=RuntimeError):
                try:
                    run()
                except RuntimeError:
                    continue


def _counted(duty: Cast) -> None:
    tests = list(ChainTest.objects.filter(clinic=duty.clinic).order_by("day"))
    days = [test.day for test in tests]
    assert len(set(days)) == len(days)
    if days:
        every = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
        assert days == [day for day in every if is_working_day(day, duty.clinic)]
    sent = Counter(Reminder.objects.filter(kind="chain_test").values_list("target_id", "user_id"))
    assert set(sent.values()) <= {1}
    assert {target for target, _user in sent} == {test.pk for test in tests if test.taken_at}


@pytest.mark.django_db(transaction=True)
def test_parallel_planners_make_one_test(duty: Cast) -> None:
    with later(hours=1):
        gate = Barrier(4)

        def plan() -> None:
            gate.wait()
            try:
                for _ in range(random.Random(1).randint(2, 4)):
                    run_daily_tests()
            finally:
                connection.close()

        threads = [Thread(target=plan) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ChainTest.objects.count() == 1
    assert Reminder.objects.filter(kind="chain_test").count() == 1
