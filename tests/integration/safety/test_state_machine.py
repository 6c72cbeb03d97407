"""The life of alerts under any order of what people do: nothing gets lost, lowered, closed or unseen unduly.

Real database, real triggers, moved clock. `pytest --hypothesis-profile=long` looks much longer.
"""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from messaging.actions import send_message
from messaging.actions.alerts import escalate
from painclinic import clock
from patients.actions import alert_handling as acts
from patients.actions.alerts import MERGED_WITHIN, answer_follow_up, flag_risk, mark_read
from patients.actions.attention import note_read
from patients.actions.ruleset import sign_rules
from patients.models import Alert, AlertEvent, AlertStep, AttentionMark, DutyShift
from patients.safety.rules import VERSION, Facts, findings
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from therapists.presenters.alerts import alert_lines

pytestmark = pytest.mark.django_db
REFUSALS = (acts.AlertClosedError, acts.NotYetError, acts.SecondPersonNeededError, acts.NotLowerError)
DONE = {"contact-attempt", "risk-note"}
ASKED_AGAIN = {"raised", "merged", "sent-back"}


SYMPTOMS: dict[str, tuple[str, dict[str, int]]] = {
    "emergency": ("red-flag", {"saddle": 1, "medchange": 0}),
    "soon": ("red-flag", {"fever": 1, "medchange": 0}),
    "nothing": ("red-flag", {"medchange": 0}),
    "medicine": ("medicine", {"medicine_1": 1, "medchange": 2}),
}
SINGLE: dict[str, tuple[Any, dict[str, Any]]] = {
    "acknowledge": (acts.acknowledge, {}),
    "contact": (acts.note_contact, {"channel": "phone", "result": "reached"}),
    "risk-note": (acts.write_risk_note, {"note": {"action": "Agreed on a call"}}),
    "lower": (acts.downgrade, {"reason": "Spoke with her"}),
    "end": (acts.resolve, {"outcome": "safety-plan", "note": "Agreed"}),
    "agree": (acts.sign_off, {}),
    "disagree": (acts.send_back, {"reason": "Call once more"}),
}


def machine_for(cast: Cast) -> type[RuleBasedStateMachine]:
    team = (cast.therapist, cast.unassigned_therapist, cast.supervisor)
    people = st.sampled_from(team)
    which = st.sampled_from([0, 0, 0, 1, 2, 3])
    mostly = st.sampled_from([True, True, False])
    slugs = st.sampled_from(["phq-9", "phq-9", *SYMPTOMS])
    four = st.lists(st.sampled_from(["yes", "no", "decline"]), min_size=4, max_size=4)

    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()
            self.shift = clock.moved(timedelta(0))
            self.shift.__enter__()
            self.hours = 0
            self.risky = self.marked = self.read_texts = 0

        def teardown(self) -> None:
            self.shift.__exit__(None, None, None)
            transaction.savepoint_rollback(self.point)

        @initialize(
            item=st.integers(1, 3), by=people, second=people, so_far=st.integers(0, 4), agrees=st.booleans()
        )
        def begins_with_an_alert(self, item: int, by: Any, second: Any, so_far: int, agrees: bool) -> None:
            """Somewhere on its way: what comes next is what every life is about."""
            self.answer(item, 0, "phq-9")
            self.go_through(by, second, 0, so_far, agrees)

        # -- what the patient does

        @rule(item=st.integers(0, 3) | st.none(), rest=st.sampled_from([0, 5, 19, 24]), slug=slugs)
        def answer(self, item: int | None, rest: int, slug: str) -> None:
            if slug == "phq-9":
                declined = ["q9"] if item is None else []
                self.expect_merge("risk", lambda: store(cast.enrolment, mood(item, rest), declined=declined))
            else:
                kind, said = SYMPTOMS[slug]
                self.expect_merge(kind, lambda: store(cast.enrolment, said, slug="new-symptoms"))

        @rule(body=st.sampled_from(["I want to die", "No puedo más", "I walked for ten minutes"]))
        def write(self, body: str) -> None:
            before = AttentionMark.objects.count()
            send_message(by=cast.patient.user, patient=cast.patient, body=body, submission_id=uuid4())
            added = AttentionMark.objects.count() - before
            assert added == (not body.startswith("I walked"))
            self.marked += added

        @rule(at=which, answers=st.none() | four)
        def see_support_page(self, at: int, answers: list[str] | None) -> None:
            if answers is None:
                self.attempt(at, mark_read, by=cast.patient.user)
                return
            said = dict(zip(("thoughts", "how", "intend", "safe"), answers, strict=True))
            alert = self.one(at)
            if alert and alert.closed_at and findings(Facts(follow_up=said)):
                # Sent when it was closed already: a risk of its own.
                self.risky += 1
            self.attempt(at, answer_follow_up, by=cast.patient.user, answers=said)

        # -- what the team does

        @rule(by=people, level=st.integers(1, 3), shows=st.sampled_from(["other", "thoughts", "plan"]))
        def mark_by_hand(self, by: Any, level: int, shows: str) -> None:
            def flag() -> tuple[None, Alert]:
                made = flag_risk(by=by, enrolment=cast.enrolment, level=level, reason="Heard", shows=shows)
                return None, made

            alert = self.expect_merge("flagged", flag)
            assert alert is not None
            assert alert.level >= max(level, {"other": 1, "thoughts": 2, "plan": 3}[shows])

        @rule(by=people, at=which, act=st.sampled_from(sorted(SINGLE)), level=st.integers(1, 3))
        def act(self, by: Any, at: int, act: str, level: int) -> None:
            does, values = SINGLE[act]
            more = {"level": level} if does is acts.downgrade else {}
            self.attempt(at, does, by=by, **values, **more)

        @rule(by=people, second=people, at=which, so_far=st.integers(1, 4), agrees=st.booleans())
        def go_through(self, by: Any, second: Any, at: int, so_far: int, agrees: bool) -> None:
            """The usual way, as far as people get today; one by one it would seldom come to its end."""
            alert = self.one(at)
            way: list[tuple[Any, dict[str, Any]]] = [
                (acts.acknowledge, {"by": by}),
                (acts.note_contact, {"by": by, "channel": "phone", "result": "reached"}),
                (acts.resolve, {"by": by, "outcome": "gp-informed", "note": "Agreed"}),
                (acts.sign_off, {"by": second})
                if agrees
                else (acts.send_back, {"by": second, "reason": "Call once more"}),
            ]
            for act, values in way[:so_far] if alert else ():
                self.attempt_on(alert, act, **values)

        @rule(by=people)
        def read_text(self, by: Any) -> None:
            mark = AttentionMark.objects.unread().first()
            if mark:
                note_read(by=by, written=mark.written, object_id=mark.object_id)
                self.read_texts += 1

        @rule(minutes=st.integers(5, 15), is_on_call=st.booleans())
        def clinic_changes(self, minutes: int, is_on_call: bool) -> None:
            """Shorter times are signed; from now on nobody is on the rota, or somebody day and night."""
            timers = {"r3_ack": minutes, "r2_ack": 60}
            sign_rules(by=cast.supervisor, clinic=cast.clinic, name="Sue", version=VERSION, timers=timers)
            DutyShift.objects.filter(clinic=cast.clinic).update(ended_at=clock.now())
            if is_on_call:
                today = clock.now().date()
                DutyShift.objects.create(
                    clinic=cast.clinic,
                    user=cast.supervisor,
                    first_day=today,
                    last_day=today + timedelta(days=2),
                    is_on_call=True,
                )

        @rule(
            at=which,
            changes=st.sampled_from(
                [
                    {"level": 1},
                    {"peak_level": 1},
                    {"rules_version": "other"},
                    {"acknowledged_at": "now", "acknowledged_by": cast.therapist},
                    {"acted_at": "now"},
                    {"resolved_at": "now", "resolved_by": cast.therapist, "outcome": "no-action"},
                    {"closed_at": "now"},
                    {"closed_at": "now", "signed_off_by": cast.therapist},
                    {},
                ]
            ),
        )
        def go_around(self, at: int, changes: dict[str, Any]) -> None:
            """Somebody tries it with a statement of their own; no `changes` deletes."""
            alert = self.one(at)
            if alert is None or _says_nothing_new(alert, changes):
                return
            values = {name: clock.now() if value == "now" else value for name, value in changes.items()}
            rows = Alert.objects.filter(pk=alert.pk)
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(**values) if values else rows.delete()

        # -- what time and the planner do

        @rule(minutes=st.sampled_from([20, 130, 900, 3000, 6000]), is_planned=mostly)
        def time_passes(self, minutes: int, is_planned: bool) -> None:
            self.shift.__exit__(None, None, None)
            self.hours += minutes
            self.shift = clock.moved(timedelta(minutes=self.hours))
            self.shift.__enter__()
            if is_planned:
                self.planner_comes_round()

        def planner_comes_round(self) -> None:
            escalate()
            assert not AlertStep.objects.due().exists()
            now = clock.now()
            for alert in Alert.objects.unacknowledged().filter(resolved_at=None, ack_due_at__lte=now):
                # Whoever should have acknowledged has not: somebody was told after that moment.
                told = alert.events.filter(kind=AlertEvent.Kind.ESCALATED, at__gte=alert.ack_due_at)
                assert told.exists()
            for alert in Alert.objects.open().filter(resolved_at=None, acted_at=None, act_due_at__lte=now):
                late = alert.steps.filter(step="act", done_at__gte=alert.act_due_at, was_needless=False)
                assert late.exists()
            for alert in Alert.objects.open().filter(resolved_at=None, outcome_due_at__lte=now):
                asked = alert.steps.filter(step="outcome", done_at__gte=alert.outcome_due_at)
                assert asked.filter(was_needless=False).exists()
            shown = {line.alert.pk: line for line in alert_lines(cast.supervisor)}
            assert set(shown) == set(Alert.objects.open().values_list("pk", flat=True))
            for line in shown.values():
                assert line.tone == "danger" or not line.alert.is_late()

        # -- what always holds

        @invariant()
        def every_risk_has_its_event(self) -> None:
            assert AlertEvent.objects.filter(kind__in=["raised", "merged"]).count() == self.risky

        @invariant()
        def every_marked_text_waits_until_it_is_read(self) -> None:
            assert AttentionMark.objects.count() == self.marked
            assert AttentionMark.objects.unread().count() == self.marked - self.read_texts

        @invariant()
        def what_is_closed_was_handled_by_those_it_takes(self) -> None:
            for alert in Alert.objects.exclude(closed_at=None):
                events = list(alert.events.order_by("number"))
                since = max(one.number for one in events if one.kind in ASKED_AGAIN)
                after = [one for one in events if one.number > since]
                assert alert.acknowledged_by_id
                assert {one.kind for one in after} & DONE
                outcome = next(one for one in after if one.kind == "outcome")
                if alert.peak_level == 3:
                    signed = next(one for one in after if one.kind == "signed-off")
                    assert signed.by_id not in (None, outcome.by_id)

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
            """Of the kind that the alert waits for: nothing that is open ever has only what is over."""
            for alert in Alert.objects.open():
                steps = set(alert.steps.filter(done_at=None).values_list("step", flat=True))
                if alert.resolved_at:
                    assert "sign-off" in steps
                elif alert.acknowledged_at is None:
                    assert steps & {"lead", "everybody"}
                else:
                    assert ("outcome" if alert.acted_at else "act") in steps

        # -- helpers

        def one(self, at: int) -> Alert | None:
            """The open ones come first."""
            alerts = list(Alert.objects.order_by("-closed_at", "raised_at", "pk"))
            return alerts[at % len(alerts)] if alerts else None

        def attempt(self, at: int, act: Any, **values: Any) -> None:
            alert = self.one(at)
            if alert:
                self.attempt_on(alert, act, **values)

        def attempt_on(self, alert: Alert | None, act: Any, **values: Any) -> None:
            try:
                with transaction.atomic():
                    act(alert=alert, **values)
            except REFUSALS:
                return

        def expect_merge(self, kind: str, raises: Any) -> Alert | None:
            """A repeat within a day goes to the alert that is in hand; everything else is a new one."""
            known = set(Alert.objects.values_list("pk", flat=True))
            recent = Alert.objects.open().filter(
                kind=kind, resolved_at=None, last_raised_at__gt=clock.now() - MERGED_WITHIN
            )
            there = recent.order_by("-raised_at").first()
            alert: Alert | None = raises()[1]
            if alert is None:
                return None
            self.risky += 1
            assert alert.kind == kind
            assert alert.pk == there.pk if there else alert.pk not in known
            return alert

    return Life


def _says_nothing_new(alert: Alert, changes: dict[str, Any]) -> bool:
    """Whether a statement would leave the alert as it is, or only say again what its events say."""
    if alert.closed_at:
        return False
    done = {
        "acknowledged_at": alert.acknowledged_at,
        "acted_at": alert.acted_at,
        "resolved_at": alert.resolved_at,
    }
    if any(done.get(name) for name in changes):
        return True
    return all(getattr(alert, name) == value for name, value in changes.items()) and bool(changes)


def test_alert_in_any_order_of_acts_is_never_lost_lowered_or_closed_unduly(cast: Cast) -> None:
    # Less than what the profile asks of other tests: 25 lives, or 500 with `long`.
    lives = max(settings.default.max_examples // 4, 1)
    run_state_machine_as_test(
        machine_for(cast),
        settings=settings(
            max_examples=lives,
            stateful_step_count=25,
            deadline=None,
            # A failure says its steps; making them fewer takes many minutes.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
