"""The safety overview against alerts whose times are known, and nothing open is ever missing from it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinics.actions import close_days
from clinics.oversight.page import overview
from clinics.oversight.rounds import Times, What, breaches, times
from clinics.oversight.standing import MOST_OPEN, Band, kinds, marks, open_alerts, rota_gaps, standing
from messaging.actions.alerts import escalate
from messaging.models import Delivery, Reminder
from painclinic import clock
from painclinic.accounts.models import User
from patients.actions import alert_handling as acts
from patients.actions.alerts import flag_risk
from patients.actions.duty import add_shifts
from patients.models import Alert, AlertEvent, AlertStep, AttentionMark, AttentionReading, DutyShift
from patients.models.alerts import Alert as AlertRow
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.outbox import until

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = "/desk/safety/"
MONDAY = "2026-03-02T10:00+00:00"
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until(MONDAY)):
        yield


def later(**span: int) -> Any:
    return clock.moved(timedelta(**span))


def raised(cast: Cast, item: int = 3, *, other: bool = False) -> Alert:
    _, alert = store(cast.other_enrolment if other else cast.enrolment, mood(item))
    assert alert
    return alert


def fresh(alert: Alert) -> Alert:
    return Alert.objects.get(pk=alert.pk)


def take(cast: Cast, alert: Alert, **span: int) -> None:
    with later(**span):
        acts.acknowledge(by=cast.therapist, alert=alert)


def call(cast: Cast, alert: Alert, **span: int) -> None:
    with later(**span):
        acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")


def end(cast: Cast, alert: Alert, **span: int) -> None:
    with later(**span):
        acts.resolve(by=cast.therapist, alert=alert, outcome="safety-plan", note="Agreed.")


def found(cast: Cast, what: What, level: int) -> Times:
    rows = times(cast.clinic, SINCE, UNTIL)
    return next(one for one in rows if one.what == what and one.level == level)


def near(span: timedelta | None, minutes: float) -> bool:
    return span is not None and abs(span.total_seconds() - minutes * 60) < 30


def test_times_of_alerts_with_known_clocks_are_counted_to_the_minute(cast: Cast) -> None:
    # Acknowledged after 10, 14, 20 and 45 minutes; 15 are allowed. Called after 50 minutes each time.
    for day, minutes in enumerate((10, 14, 20, 45)):
        with later(days=day):
            alert = raised(cast)
            take(cast, alert, minutes=minutes)
            call(cast, alert, minutes=50)
            end(cast, alert, minutes=55)
    ack, act = found(cast, What.ACK, 3), found(cast, What.ACT, 3)
    assert (ack.in_time, ack.late, ack.never, ack.share) == (2, 2, 0, 0.5)
    assert near(ack.median, 17)
    # Between the third and the fourth of four values: 20 + 0.7 x (45 - 20).
    assert near(ack.p90, 37.5)
    assert near(ack.longest, 45)
    assert near(ack.longest_over, 30)
    assert (act.in_time, act.late, act.share) == (4, 0, 1.0)
    assert near(act.median, 50)
    # 10 and 14 of 15 minutes are 67% and 93% of the time; 20 are 133%, 45 are 300%.
    assert ack.curve[5:7] == (0.0, 0.25)
    assert ack.curve[9] == 0.5
    assert ack.curve[13] == 0.75
    assert ack.curve[-1] == 0.75


def test_night_counts_as_elapsed_and_not_against_the_clock(cast: Cast) -> None:
    with later(hours=8):
        alert = raised(cast)
    # The clinic opens on Tuesday at 9, and 15 minutes later the alert is due.
    take(cast, alert, hours=23, minutes=10)
    ack = found(cast, What.ACK, 3)
    assert (ack.in_time, ack.late) == (1, 0)
    assert near(ack.longest, 15 * 60 + 10)


def test_weekend_of_a_second_level_is_in_time_on_monday_morning(cast: Cast) -> None:
    with later(days=4, hours=6, minutes=30):
        alert = raised(cast, 2)
    take(cast, alert, days=7)
    ack = found(cast, What.ACK, 2)
    assert (ack.in_time, ack.late) == (1, 0)


def test_each_time_that_an_alert_comes_again_counts_with_its_own_clock(cast: Cast) -> None:
    alert = raised(cast)
    take(cast, alert, minutes=5)
    with later(hours=2):
        assert raised(cast).pk == alert.pk
    take(cast, alert, hours=2, minutes=25)
    ack, act = found(cast, What.ACK, 3), found(cast, What.ACT, 3)
    assert (ack.in_time, ack.late, ack.total) == (1, 1, 2)
    # Nobody had called in the first hour when it came again; the second hour is not over.
    with later(hours=2, minutes=30):
        act = found(cast, What.ACT, 3)
    assert (act.late_again, act.running, act.total) == (1, 1, 2)


def test_level_that_rises_before_it_was_due_is_counted_once_with_the_new_clock(cast: Cast) -> None:
    alert = raised(cast, 1)
    with later(minutes=30):
        assert raised(cast, 3).pk == alert.pk
    take(cast, alert, minutes=40)
    first, second = found(cast, What.ACK, 1), found(cast, What.ACK, 3)
    assert (first.again, first.counted) == (1, 0)
    assert (second.in_time, second.total) == (1, 1)


def test_alert_that_was_sent_back_asks_only_for_another_act(cast: Cast) -> None:
    alert = raised(cast)
    call(cast, alert, minutes=10)
    end(cast, alert, minutes=20)
    with later(minutes=30):
        acts.send_back(by=cast.supervisor, alert=alert, reason="She has not been reached herself.")
    with later(hours=2):
        ack, act = found(cast, What.ACK, 3), found(cast, What.ACT, 3)
    assert (ack.in_time, ack.total) == (1, 1)
    assert (act.in_time, act.never, act.total) == (1, 1, 2)


def test_breach_says_how_late_it_was_and_what_the_chain_did(cast: Cast) -> None:
    alert = raised(cast)
    escalate()
    with later(minutes=16):
        escalate()
    with later(minutes=31):
        escalate()
    take(cast, alert, minutes=40)
    with later(minutes=45):
        (only,) = breaches(cast.clinic, SINCE, UNTIL)
        assert (only.what, only.state, only.level) == (What.ACK, "late", 3)
        assert near(only.over, 25)
        assert set(only.steps[:2]) == {"tell", "duty"}
        assert only.steps[2:] == ("second", "lead")
    with later(minutes=75):
        act, ack = breaches(cast.clinic, SINCE, UNTIL)
        # What is still open comes first.
        assert (act.what, act.state, act.done) == (What.ACT, "never", None)
        assert near(act.over, 15)
        assert ack.what == What.ACK


def test_alert_that_nobody_ever_had_is_in_no_percentile_and_in_the_share(cast: Cast) -> None:
    take(cast, raised(cast), minutes=5)
    raised(cast, other=True)
    with later(minutes=20):
        ack = found(cast, What.ACK, 3)
    assert (ack.in_time, ack.never, ack.share) == (1, 1, 0.5)
    assert near(ack.longest, 5)


def test_other_clinic_and_other_period_are_left_out(cast: Cast) -> None:
    store(cast.elsewhere_enrolment, mood(3))
    take(cast, raised(cast), minutes=5)
    assert found(cast, What.ACK, 3).total == 1
    assert times(cast.clinic, UNTIL, UNTIL + timedelta(days=30)) == []
    assert sum(one.count for one in standing(cast.clinic)) == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["raise", "worse", "take", "call", "note", "lower", "end", "back", "sign", "tell"]),
        st.sampled_from([0, 5, 20, 90, 700, 1500]),
        st.booleans(),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_open_alert_is_missing_and_the_shares_add_up_whatever_was_done(
    cast: Cast, steps: list[tuple[str, int, bool]]
) -> None:
    passed = 0
    with transaction.atomic():
        for name, minutes, is_other in steps:
            passed += minutes
            with later(minutes=passed):
                do(cast, name, is_other)
        with later(minutes=passed):
            check_sums(cast)
            check_clocks(cast)
        transaction.set_rollback(True)


def do(cast: Cast, name: str, is_other: bool) -> None:
    """One act on the newest alert of a patient, if it can be done."""
    enrolment = cast.other_enrolment if is_other else cast.enrolment
    if name in ("raise", "worse"):
        store(enrolment, mood(3 if name == "worse" else 1))
    elif name == "tell":
        escalate()
    else:
        alert = Alert.objects.open().filter(enrolment=enrolment).order_by("-raised_at").first()
        if alert:
            handle(cast, name, alert)


def handle(cast: Cast, name: str, alert: Alert) -> None:
    by, other = cast.therapist, cast.supervisor
    try:
        if name == "take":
            acts.acknowledge(by=by, alert=alert)
        elif name == "call":
            acts.note_contact(by=by, alert=alert, channel="phone", result="no-answer")
        elif name == "note":
            acts.write_risk_note(by=by, alert=alert, note={"action": "Looked at."})
        elif name == "lower":
            acts.downgrade(by=by, alert=alert, level=1, reason="Spoke with her.")
        elif name == "end":
            acts.resolve(by=by, alert=alert, outcome="no-action", note="Spoke with her.")
        elif name == "back":
            acts.send_back(by=other, alert=alert, reason="Call again.")
        else:
            acts.sign_off(by=other, alert=alert)
    except (acts.NotYetError, acts.NotLowerError):
        return


def check_sums(cast: Cast) -> None:
    opened = set(Alert.objects.open().filter(clinic=cast.clinic).values_list("pk", flat=True))
    assert {one.id for one in open_alerts(cast.clinic)} == opened
    assert sum(one.count for one in standing(cast.clinic)) == len(opened)
    late = {one.pk for one in Alert.objects.open().filter(clinic=cast.clinic) if one.is_late()}
    shown = {Band.LATE_ACK, Band.LATE_ACT, Band.LATE_OUTCOME}
    assert {one.id for one in open_alerts(cast.clinic) if one.band in shown} == late
    rows = times(cast.clinic, SINCE, UNTIL)
    listed = breaches(cast.clinic, SINCE, UNTIL)
    assert sum(one.breaches for one in rows) == len(listed)
    for one in rows:
        assert one.total == one.in_time + one.late + one.late_again + one.never + one.running + one.again
        assert list(one.curve) == sorted(one.curve)
        if one.share is not None:
            # What is done by its due time is what is in time.
            assert one.curve[9] == pytest.approx(one.share)
            assert one.curve[-1] <= one.done / one.counted + 1e-9
    started = AlertEvent.objects.filter(clinic=cast.clinic, kind="raised").count()
    assert sum(one.total for one in rows if one.what == What.ACK) >= started


def check_clocks(cast: Cast) -> None:
    """The clocks read from the steps are those of the alert itself, whatever state it is in."""
    now = clock.now()
    late = {(one.alert_id, one.what) for one in breaches(cast.clinic, SINCE, UNTIL) if one.state == "never"}
    for alert in Alert.objects.open().filter(clinic=cast.clinic):
        is_unseen = alert.acknowledged_at is None and alert.ack_due_at <= now
        is_untried = alert.acted_at is None and alert.act_due_at <= now
        assert ((alert.pk, What.ACK) in late) == is_unseen
        assert ((alert.pk, What.ACT) in late) == is_untried


def test_rota_gaps_are_the_days_on_which_the_clinic_works_and_somebody_is_missing(cast: Cast) -> None:
    assert rota_gaps(cast.clinic) == []
    DutyShift.objects.filter(clinic=cast.clinic, weekday=3, order=2).update(ended_at=clock.now())
    DutyShift.objects.filter(clinic=cast.clinic, weekday=5).update(ended_at=clock.now())
    gaps = rota_gaps(cast.clinic)
    assert [(gap.day.isoweekday(), gap.nobody_first, gap.nobody_second) for gap in gaps[:2]] == [
        (3, False, True),
        (5, True, True),
    ]
    assert len(gaps) == 8
    # A closed day is no gap, and a date on the rota fills one.
    close_days(by=cast.admin, clinic=cast.clinic, days={date(2026, 3, 4): "Closed"})
    add_shifts(
        by=cast.admin,
        clinic=cast.clinic,
        user=cast.therapist,
        order=2,
        is_on_call=False,
        weekdays=[],
        first_day=date(2026, 3, 11),
        last_day=date(2026, 3, 11),
    )
    cast.clinic.refresh_from_db()
    days = {gap.day for gap in rota_gaps(cast.clinic)}
    assert not days & {date(2026, 3, 4), date(2026, 3, 11)}
    assert date(2026, 3, 18) in days


def test_same_person_first_and_second_is_a_gap(cast: Cast) -> None:
    DutyShift.objects.filter(clinic=cast.clinic, order=2).update(user=cast.unassigned_therapist)
    assert {(gap.nobody_first, gap.nobody_second) for gap in rota_gaps(cast.clinic)} == {(False, True)}


def test_failed_notices_stand_by_day_of_the_clinic(cast: Cast) -> None:
    alert = raised(cast)
    reminder = Reminder.objects.create(
        dedupe_key="alert:test",
        kind="alert",
        clinic=cast.clinic,
        user=cast.therapist,
        target_id=alert.pk,
        due_at=clock.now(),
        not_after=clock.now(),
    )
    for was_accepted in (False, False, True):
        Delivery.objects.create(reminder=reminder, was_accepted=was_accepted)
    page = overview(cast.admin, cast.clinic, SINCE, UNTIL, sees_all=False)
    assert [(one.day, one.failed, one.tried) for one in page.failed] == [(date(2026, 3, 2), 2, 3)]


def test_marks_that_nobody_has_read_and_the_time_that_reading_took(cast: Cast) -> None:
    row = {"patient": cast.patient, "clinic": cast.clinic, "written": "message", "words_version": "1"}
    for minutes, number in ((30, 1), (90, 2), (0, 3)):
        mark = AttentionMark.objects.create(**row, object_id=f"00000000-0000-4000-8000-00000000000{number}")
        if minutes:
            with later(minutes=minutes):
                AttentionReading.objects.create(
                    patient=cast.patient, clinic=cast.clinic, mark=mark, by=cast.therapist
                )
    found_marks = marks(cast.clinic, SINCE, UNTIL)
    assert (found_marks.unread, found_marks.read) == (1, 2)
    assert near(found_marks.mean, 60)
    assert near(found_marks.longest, 90)


def test_counts_by_rule_level_and_outcome_with_repeats_and_false_alarms(cast: Cast) -> None:
    first = raised(cast)
    with later(minutes=5):
        raised(cast)
    call(cast, first, minutes=10)
    with later(minutes=20):
        acts.resolve(by=cast.therapist, alert=first, outcome="false-alarm", note="Pressed by mistake.")
        acts.sign_off(by=cast.supervisor, alert=first)
    raised(cast, 1, other=True)
    counted = kinds(cast.clinic, SINCE, UNTIL)
    assert (counted.raised, counted.repeats, counted.false_alarms) == (2, 1, 1)
    assert (counted.levels[3], counted.levels[1]) == (1, 1)
    assert (counted.rules["item-3"], counted.rules["item-1"]) == (1, 1)


@pytest.mark.parametrize(("who", "hides"), [("admin", True), ("therapist", True), ("supervisor", False)])
def test_page_names_nobody_and_links_for_those_who_may_open(
    cast: Cast, client: Client, who: str, hides: bool
) -> None:
    alert = raised(cast)
    user: User = getattr(cast, who)
    client.force_login(user, backend=BACKEND)
    with later(minutes=20):
        response = client.get(PAGE)
    page = response.content.decode()
    assert response.status_code == 200
    assert "Maria" not in page
    assert (f"/alerts/{alert.pk}/" in page) == (who != "admin")
    assert ("too few to show" in page) == hides


def test_period_is_chosen_by_days_or_dates_and_a_wrong_one_is_said(cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor, backend=BACKEND)
    for query, days in (("", 90), ("?days=30", 30), ("?days=365", 365), ("?days=9999", 90), ("?days=x", 90)):
        assert client.get(PAGE + query).context["period"].days == days
    chosen = client.get(f"{PAGE}?first=2026-01-05&last=2026-01-31").context["period"]
    assert (chosen.first, chosen.last, chosen.days) == (date(2026, 1, 5), date(2026, 1, 31), 0)
    for wrong in ("first=2026-02-05&last=2026-01-31", "first=2020-01-01&last=2026-01-31", "first=x&last="):
        response = client.get(f"{PAGE}?{wrong}")
        assert response.status_code == 200
        assert response.context["period"].days == 90


def many(cast: Cast, count: int) -> None:
    """So many more open alerts, with events and steps, half of them late and half acknowledged."""
    alert = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=2, reason="What she wrote")
    steps, event = list(alert.steps.filter(round=1)), alert.events.get(number=1)
    made = [_copy(alert, raised_at=alert.raised_at) for _ in range(count)]
    AlertRow.objects.bulk_create(made)
    AlertEvent.objects.bulk_create([_copy(event, alert=one) for one in made])
    AlertStep.objects.bulk_create([_copy(step, alert=one) for one in made for step in steps])
    AlertEvent.objects.bulk_create(
        [_copy(event, alert=one, number=2, kind="acknowledged", by=cast.therapist) for one in made[::2]]
    )


def _copy(row: Any, **changes: Any) -> Any:
    model = type(row)
    kept = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields if one.name != "id"}
    for name, value in changes.items():
        kept.pop(f"{name}_id", None)
        kept[name] = value
    return model(**kept)


def test_thousand_alerts_cost_as_many_queries_as_twenty(cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor, backend=BACKEND)
    many(cast, 20)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    many(cast, 980)
    with CaptureQueriesContext(connection) as lots:
        page = client.get(PAGE).context["page"]
    assert len(lots) == len(few)
    assert page.open_count == Alert.objects.open().filter(clinic=cast.clinic).count() > 1000
    assert (len(page.open_rows), page.more_open) == (MOST_OPEN, page.open_count - MOST_OPEN)
    assert sum(row.count for row in page.standing) == page.open_count
