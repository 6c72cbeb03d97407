"""A risky answer and its alert are stored together or not at all."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.alert_handling import acknowledge, note_contact, resolve
from patients.actions.alerts import AnswersMissingError, ReasonNeededError, answer_follow_up, flag_risk
from patients.models import Alert, AlertEvent, AlertStep, Response
from patients.safety.facts import MEDICINE_OPTIONS
from patients.safety.rules import EMERGENCY_SIGNS, ITEM, SOON_SIGNS
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.instruments import builtin

pytestmark = pytest.mark.django_db


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 24)), min_size=1, max_size=4
    )
)
def test_any_course_of_answers_has_an_alert_for_each_risk_and_none_without(
    cast: Cast, answers: list[tuple[int | None, int]]
) -> None:
    """Item 9 declined is None here. Expected levels are worked out from the whole course."""
    with transaction.atomic():
        before: list[tuple[int | None, int]] = []
        for item, rest in answers:
            declined = ["q9"] if item is None else []
            response, alert = store(cast.enrolment, mood(item, rest), declined=declined)
            events = AlertEvent.objects.filter(response=response)
            demanded = _level(item, rest + (item or 0), before)
            assert events.count() == (1 if demanded else 0)
            assert (alert is not None) == bool(demanded)
            if alert:
                assert alert.level >= demanded
            before.append((item, rest + (item or 0)))
        levels = [
            _level(item, rest + (item or 0), [(i, r + (i or 0)) for i, r in answers[:place]])
            for place, (item, rest) in enumerate(answers)
        ]
        stored = Alert.objects.filter(enrolment=cast.enrolment, kind="risk").values_list("level", flat=True)
        assert max(stored, default=0) == max(levels)
        transaction.set_rollback(True)


def _level(item: int | None, total: int, before: list[tuple[int | None, int]]) -> int:
    if item == 3:
        return 3
    last_item, last_total = before[-1] if before else (None, total)
    first_total = before[0][1] if before else total
    rose = item is not None and last_item is not None and item > last_item
    if item == 2 or rose or total >= 20 or total - last_total >= 6 or total - first_total >= 6:
        return 2
    return 1 if item in (1, None) else 0


def test_answer_without_risk_costs_one_query(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as without:
        store(cast.enrolment, {"a": 1}, slug="gad-7")
    with CaptureQueriesContext(connection) as watched:
        _, alert = store(cast.enrolment, mood(0, 3))
    assert alert is None
    # One of them made the instrument.
    assert len(watched) <= len(without) + 1


def test_answer_whose_alert_fails_is_not_stored(cast: Cast) -> None:
    with (
        patch("patients.actions.alerts.AlertEvent", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        store(cast.enrolment, mood(3))
    assert not Response.objects.exists()
    assert not Alert.objects.exists()


def test_alert_keeps_what_triggered_it_without_a_word_of_it(cast: Cast) -> None:
    response, alert = store(cast.enrolment, mood(2, 5))
    assert alert
    assert alert.snapshot["response"] == str(response.pk)
    assert alert.snapshot["rules"] == ["item-2"]
    assert len(alert.snapshot["text_hash"]) == 64
    assert alert.rules_version
    assert AuditEvent.objects.filter(verb="alert-raise", object_ids=[alert.pk]).count() == 1


def test_repeat_within_a_day_is_merged_and_only_ever_raises_the_level(cast: Cast) -> None:
    _, first = store(cast.enrolment, mood(3))
    with clock.moved(timedelta(hours=23)):
        _, second = store(cast.enrolment, mood(1))
    assert first
    assert second
    assert second.pk == first.pk
    assert second.level == 3
    assert [event.kind for event in first.events.all()] == ["raised", "merged"]


def test_repeat_after_a_day_is_an_alert_of_its_own(cast: Cast) -> None:
    _, first = store(cast.enrolment, mood(1))
    with clock.moved(timedelta(hours=25)):
        _, second = store(cast.enrolment, mood(1))
    assert first
    assert second
    assert first.pk != second.pk


def test_repeat_asks_whoever_acknowledged_to_look_again(cast: Cast) -> None:
    _, alert = store(cast.enrolment, mood(2))
    assert alert
    acknowledge(by=cast.therapist, alert=alert)
    steps = AlertStep.objects.count()
    with clock.moved(timedelta(hours=1)):
        _, again = store(cast.enrolment, mood(2))
    assert again
    assert again.acknowledged_at is None
    assert AlertStep.objects.count() > steps


def test_repeat_after_the_outcome_is_not_hidden_in_what_is_over(cast: Cast) -> None:
    _, alert = store(cast.enrolment, mood(1))
    assert alert
    note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")
    resolve(by=cast.therapist, alert=alert, outcome="no-action", note="Talked for long")
    _, again = store(cast.enrolment, mood(1))
    assert again
    assert again.pk != alert.pk


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        (["no", "no", "no", "yes"], 1),
        (["yes", "no", "no", "yes"], 2),
        (["yes", "yes", "no", "yes"], 3),
        (["no", "no", "no", "no"], 3),
        (["no", "no", "no", "decline"], 2),
    ],
)
def test_follow_up_answers_are_kept_and_raise_the_level(cast: Cast, answers: list[str], level: int) -> None:
    _, alert = store(cast.enrolment, mood(1))
    assert alert
    said = dict(zip(("thoughts", "how", "intend", "safe"), answers, strict=True))
    after = answer_follow_up(by=cast.patient.user, alert=alert, answers=said)
    assert Alert.objects.get().level == after.level == level
    event = alert.events.get(kind="follow-up")
    assert event.details == {"answers": said}
    # The highest level has to be read; after the others the pages open again.
    assert (after.patient_read_at is None) == (level == 3)


def test_follow_up_answers_never_lower_the_level(cast: Cast) -> None:
    _, alert = store(cast.enrolment, mood(3))
    assert alert
    calm = {"thoughts": "no", "how": "no", "intend": "no", "safe": "yes"}
    assert answer_follow_up(by=cast.patient.user, alert=alert, answers=calm).level == 3


def test_follow_up_with_a_question_left_out_is_refused(cast: Cast) -> None:
    _, alert = store(cast.enrolment, mood(1))
    assert alert
    with pytest.raises(AnswersMissingError):
        answer_follow_up(by=cast.patient.user, alert=alert, answers={"thoughts": "no"})


def test_risk_marked_by_hand_takes_a_reason(cast: Cast) -> None:
    with pytest.raises(ReasonNeededError):
        flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=2, reason=" ")
    alert = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=2, reason="A worrying message")
    assert (alert.kind, alert.level) == ("flagged", 2)


def test_symptoms_and_medicines_make_alerts_of_their_own(cast: Cast) -> None:
    said = {"saddle": 1, "medchange": 2, "medicine_1": 1}
    _, highest = store(cast.enrolment, said, slug="new-symptoms")
    assert highest
    assert (highest.kind, highest.level) == ("red-flag", 3)
    assert Alert.objects.get(kind="medicine").level == 1


def test_list_of_new_symptoms_asks_for_every_sign_that_the_rules_know() -> None:
    for language in ("en", "es"):
        definition = builtin("new-symptoms", language)
        ticks = {item.code for item in definition.ticks}
        assert ticks == {*EMERGENCY_SIGNS, *SOON_SIGNS}
        assert {*MEDICINE_OPTIONS, "medchange", "withdrawal"} <= set(definition.by_code)


def test_item_that_the_rules_watch_is_where_they_look_for_it() -> None:
    definition = builtin("phq-9", "en")
    item = definition.item(ITEM)
    assert item
    assert "better off dead" in item.text
    assert item.may_decline
    assert {option.value for option in item.options} == {0, 1, 2, 3}
    total = definition.scale()
    assert total
    assert set(total.items) == {f"q{number}" for number in range(1, 10)}


def test_withdrawal_with_low_mood_is_looked_at_the_same_day(cast: Cast) -> None:
    store(cast.enrolment, mood(0, 12))
    said = {"medchange": 1, "withdrawal": 1}
    _, alert = store(cast.enrolment, said, slug="new-symptoms")
    assert alert
    assert (alert.kind, alert.level, alert.rules) == ("medicine", 2, ["withdrawal-low-mood"])


@pytest.mark.parametrize(
    ("answers", "declined"), [(mood(1), []), (mood(3), []), (mood(None), ["q9"])], ids=["1", "3", "declined"]
)
def test_risky_answer_stored_around_the_actions_is_refused_by_the_database(
    cast: Cast, answers: dict[str, int], declined: list[str]
) -> None:
    with pytest.raises(DatabaseError, match="has its alert"):
        _store_around(cast, answers, declined)
    assert not Response.objects.exists()


def test_answer_without_risk_stored_around_the_actions_is_let_be(cast: Cast) -> None:
    with patch("tests.factories.alerts.raise_for_response", return_value=None):
        store(cast.enrolment, mood(0, 3))
        store(cast.enrolment, {"q9": 3}, slug="gad-7")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Response.objects.count() == 2


def _store_around(cast: Cast, answers: dict[str, int], declined: list[str]) -> None:
    without = patch("tests.factories.alerts.raise_for_response", return_value=None)
    with without, transaction.atomic(), connection.cursor() as cursor:
        store(cast.enrolment, answers, declined=declined)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
