"""The life of an alert under any order of what people do: nothing gets lost, lowered or closed unduly."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from messaging.actions.alerts import escalate
from painclinic import clock
from patients.actions import alert_handling as acts
from patients.actions.alerts import answer_follow_up, mark_read
from patients.models import Alert, AlertEvent, AlertStep
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
REFUSALS = (acts.AlertClosedError, acts.NotYetError, acts.SecondPersonNeededError, acts.NotLowerError)


def machine_for(cast: Cast) -> type[RuleBasedStateMachine]:
    team = (cast.therapist, cast.unassigned_therapist, cast.supervisor)
    people = st.sampled_from(team)

    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()
            self.shift = clock.moved(timedelta(0))
            self.shift.__enter__()
            self.risky = 0

        def teardown(self) -> None:
            self.shift.__exit__(None, None, None)
            transaction.savepoint_rollback(self.point)

        def newest(self) -> Alert | None:
            return Alert.objects.order_by("-raised_at", "-pk").first()

        def attempt(self, act: Any, **values: Any) -> None:
            alert = self.newest()
            if alert:
                try:
                    act(alert=alert, **values)
                except REFUSALS:
                    return

        @rule(item=st.integers(0, 3), rest=st.integers(0, 24))
        def answer(self, item: int, rest: int) -> None:
            _, alert = store(cast.enrolment, mood(item, rest))
            assert alert is not None or item == 0
            self.risky += alert is not None

        @rule(hours=st.integers(1, 40))
        def time_passes(self, hours: int) -> None:
            self.shift.__exit__(None, None, None)
            self.hours = getattr(self, "hours", 0) + hours
            self.shift = clock.moved(timedelta(hours=self.hours))
            self.shift.__enter__()

        @rule()
        def planner_comes_round(self) -> None:
            escalate()
            assert not AlertStep.objects.due().exists()
            now = clock.now()
            for alert in Alert.objects.unacknowledged().filter(ack_due_at__lte=now):
                # Whoever should have acknowledged has not: somebody else was told after that moment.
                told = alert.events.filter(kind=AlertEvent.Kind.ESCALATED, at__gte=alert.ack_due_at)
                assert told.exists()

        @rule(by=people)
        def acknowledge(self, by: Any) -> None:
            self.attempt(acts.acknowledge, by=by)

        @rule(by=people)
        def contact(self, by: Any) -> None:
            self.attempt(acts.note_contact, by=by, channel="phone", result="reached")

        @rule(by=people, level=st.integers(1, 3))
        def lower(self, by: Any, level: int) -> None:
            self.attempt(acts.downgrade, by=by, level=level, reason="Spoke with her")

        @rule(by=people)
        def end(self, by: Any) -> None:
            self.attempt(acts.resolve, by=by, outcome="safety-plan", note="Agreed")

        @rule(by=people)
        def agree(self, by: Any) -> None:
            self.attempt(acts.sign_off, by=by)

        @rule(by=people)
        def disagree(self, by: Any) -> None:
            self.attempt(acts.send_back, by=by, reason="Call once more")

        @rule(answers=st.lists(st.sampled_from(["yes", "no", "decline"]), min_size=4, max_size=4))
        def follow_up(self, answers: list[str]) -> None:
            said = dict(zip(("thoughts", "how", "intend", "safe"), answers, strict=True))
            self.attempt(answer_follow_up, by=cast.patient.user, answers=said)

        @rule()
        def read(self) -> None:
            self.attempt(mark_read, by=cast.patient.user)

        @invariant()
        def every_risky_answer_has_its_event(self) -> None:
            assert AlertEvent.objects.filter(kind__in=["raised", "merged"]).count() == self.risky

        @invariant()
        def what_is_closed_was_handled_by_those_it_takes(self) -> None:
            for alert in Alert.objects.exclude(closed_at=None):
                assert alert.acknowledged_by_id
                assert alert.acted_at
                assert alert.outcome
                if alert.peak_level == 3:
                    assert alert.signed_off_by_id not in (None, alert.resolved_by_id)

        @invariant()
        def levels_are_those_of_the_history(self) -> None:
            for alert in Alert.objects.all():
                events = list(alert.events.order_by("number"))
                assert [event.number for event in events] == list(range(1, alert.event_count + 1))
                assert events[-1].level == alert.level
                assert max(event.level for event in events) == alert.peak_level
                for before, after in pairwise(events):
                    assert after.level >= before.level or after.kind == "downgraded"

        @invariant()
        def open_alert_has_a_clock_that_runs(self) -> None:
            waiting = Q(resolved_at__isnull=False) | Q(acknowledged_at=None)
            for alert in Alert.objects.open().filter(waiting):
                assert alert.steps.filter(done_at=None).exists()

    return Life


def test_alert_in_any_order_of_acts_is_never_lost_lowered_or_closed_unduly(cast: Cast) -> None:
    run_state_machine_as_test(
        machine_for(cast),
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
