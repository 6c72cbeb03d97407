"""Keeping the answers to a questionnaire: once and for good, whole or not at all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.alert_handling import acknowledge
from patients.actions.measures import (
    AnsweredError,
    AnswersInvalidError,
    NotAskedError,
    OccasionClosedError,
    plan_occasions,
    submit_response,
)
from patients.models import Alert, Draft, Enrolment, Occasion, Response, Score
from programs.actions import attest_licence
from programs.models import MeasureSchedule
from programs.schedule import as_data, default_schedule
from tests.factories.cast import Cast, real_version
from tests.factories.instruments import load_builtins, load_pack

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 9, 9, tzinfo=UTC)
MOST_QUERIES = 9
PEG = {"p": "5", "e": "6", "g": "7"}


def phq(**changed: str) -> dict[str, str]:
    return {f"q{number}": "1" for number in range(1, 9)} | {"q9": "0", "difficulty": "1"} | changed


@pytest.fixture
def enrolment(db: None) -> Iterator[Enrolment]:
    with clock.moved(START - clock.now()):
        load_builtins()
        yield Cast(on_programme=real_version).enrolment


def occasion_of(enrolment: Enrolment, slug: str = "baseline", **changed: Any) -> Occasion:
    """A time point that is open today, with PEG and PHQ-9 to answer."""
    plan_occasions(by=enrolment.therapist, enrolment=enrolment)
    occasion = Occasion.objects.get(enrolment=enrolment, slug=slug)
    for name, value in ({"instruments": ["peg", "phq-9"]} | changed).items():
        setattr(occasion, name, value)
    occasion.save()
    return occasion


def submit(occasion: Occasion, slug: str = "peg", raw: Any = None, **more: Any) -> Response:
    enrolment = occasion.enrolment
    return submit_response(
        by=enrolment.patient.user,
        enrolment=enrolment,
        occasion=occasion,
        slug=slug,
        raw=PEG if raw is None else raw,
        **{"submission_id": uuid4()} | more,
    )


def test_answers_become_a_response_with_its_score_and_its_trace(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)

    response = submit(occasion, seconds=41)

    score = Score.objects.get(response=response)
    assert (score.instrument, score.scale, score.value) == ("peg", "total", Decimal("6.000"))
    assert (response.answers, response.texts, response.seconds) == ({"p": 5, "e": 6, "g": 7}, None, 41)
    assert AuditEvent.objects.filter(verb="response-submit", object_ids=[response.pk]).count() == 1
    occasion.refresh_from_db()
    assert occasion.completed_at is None


def test_last_questionnaire_completes_the_occasion(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)

    submit(occasion)
    submit(occasion, "phq-9", phq())

    occasion.refresh_from_db()
    assert occasion.completed_at == clock.now().replace(microsecond=occasion.completed_at.microsecond)


def test_same_submission_twice_is_one_response(enrolment: Enrolment) -> None:
    occasion, submission = occasion_of(enrolment), uuid4()

    first = submit(occasion, submission_id=submission)
    again = submit(occasion, submission_id=submission, raw=PEG | {"p": "9"})

    assert again == first
    assert Score.objects.count() == 1


def test_second_device_is_told_and_changes_nothing(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)
    first = submit(occasion)

    with pytest.raises(AnsweredError) as told:
        submit(occasion, raw=PEG | {"p": "9"})

    assert told.value.response == first
    assert Response.objects.count() == 1


def test_correction_points_to_what_it_takes_the_place_of(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)
    first = submit(occasion)

    second = submit(occasion, raw=PEG | {"p": "2"}, supersedes=first)

    assert second.supersedes == first
    assert list(Response.objects.current()) == [second]
    assert [score.value for score in Score.objects.current()] == [Decimal("5.000")]
    with pytest.raises(AnsweredError):
        submit(occasion, supersedes=first)


@pytest.mark.parametrize(
    "raw", [{"p": "5", "e": "6"}, PEG | {"g": "11"}, PEG | {"g": "x"}, PEG | {"g": "-1"}]
)
def test_answers_outside_the_options_are_refused_whole(enrolment: Enrolment, raw: dict[str, str]) -> None:
    occasion = occasion_of(enrolment)

    with pytest.raises(AnswersInvalidError) as refused:
        submit(occasion, raw=raw)

    assert set(refused.value.errors) == {"g"}
    assert not Response.objects.exists()
    assert not Score.objects.exists()


@pytest.mark.parametrize(("moved", "window"), [(-40, "early"), (-28, ""), (6, ""), (7, "over")])
def test_occasion_is_answered_on_its_days_only(enrolment: Enrolment, moved: int, window: str) -> None:
    occasion = occasion_of(enrolment)
    at_start = occasion.due_on - clock.local_today(enrolment.patient.timezone)

    with clock.moved(at_start + timedelta(days=moved)):
        if window:
            with pytest.raises(OccasionClosedError) as closed:
                submit(occasion)
            assert closed.value.window == window
        else:
            assert submit(occasion)


def test_questionnaire_that_is_not_asked_is_refused(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)

    with pytest.raises(NotAskedError):
        submit(occasion, "gad-7", {f"q{n}": "0" for n in range(1, 8)})


def test_clinic_that_cannot_act_on_item_nine_asks_the_phq_8(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)
    enrolment.clinic.uses_item_nine = False
    enrolment.clinic.save()

    with pytest.raises(NotAskedError):
        submit(occasion, "phq-9", phq())
    response = submit(occasion, "phq-8", phq())

    assert "q9" not in response.answers


def test_risky_answer_and_its_alert_are_stored_together(enrolment: Enrolment) -> None:
    response = submit(occasion_of(enrolment), "phq-9", phq(q9="1"))

    alert = Alert.objects.get(enrolment=enrolment)
    assert alert.level == Alert.Level.R1
    assert response in [event.response for event in alert.events.all()]


def test_alert_that_fails_leaves_no_answer_behind(
    enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("patients.actions.measures.raise_for_response", fails)
    with pytest.raises(RuntimeError):
        submit(occasion_of(enrolment), "phq-9", phq(q9="3"))

    assert not Response.objects.exists()
    assert not Score.objects.exists()


# What the answer to item 9 demands, and whether the day before brought an alert that it is merged into.
@pytest.mark.parametrize("nine", ["0", "1", "2", "3"])
@pytest.mark.parametrize("is_repeat", [False, True], ids=["first", "repeat"])
@pytest.mark.parametrize("with_pack", [False, True], ids=["alone", "before-a-licensed-one"])
def test_submitting_takes_at_most_nine_queries(
    enrolment: Enrolment, nine: str, is_repeat: bool, with_pack: bool
) -> None:
    if is_repeat:
        submit(occasion_of(enrolment, "week-2", opens_on=START.date()), "phq-9", phq(q9="1"))
        acknowledge(by=enrolment.therapist, alert=Alert.objects.get(enrolment=enrolment))
    asked = ["phq-9"]
    if with_pack:
        licensed(enrolment)
        asked.append("probe")
    occasion = occasion_of(enrolment, instruments=asked)
    enrolment = occasion.enrolment
    # As the page has it.
    user, _ = enrolment.patient.user, enrolment.clinic
    draft = draft_of(occasion, "phq-9", phq(q9=nine))

    with CaptureQueriesContext(connection) as taken:
        submit_response(
            by=user,
            enrolment=enrolment,
            occasion=occasion,
            slug="phq-9",
            raw=phq(q9=nine),
            submission_id=draft.pk,
        )

    statements = [one["sql"] for one in taken if "SAVEPOINT" not in one["sql"]]
    print(f"\nitem 9 = {nine}, {'repeat' if is_repeat else 'first'}: {len(statements)} queries")
    assert len(statements) <= MOST_QUERIES, "\n".join(sql[:150] for sql in statements)
    assert Alert.objects.filter(enrolment=enrolment).count() == (is_repeat or nine != "0")
    occasion.refresh_from_db()
    draft.refresh_from_db()
    assert bool(occasion.completed_at) != with_pack
    assert draft.closed_at


def licensed(enrolment: Enrolment) -> None:
    """The clinic may ask the pack `probe`."""
    attest_licence(
        by=enrolment.therapist,
        clinic=enrolment.clinic,
        instrument=load_pack().instrument,
        holder="Lakeside Clinic",
        reference="Contract 7",
        valid_until=START.date() + timedelta(days=300),
        attested_name="Ada Min",
    )


def draft_of(occasion: Occasion, slug: str, data: dict[str, str]) -> Draft:
    return Draft.objects.create(
        patient_id=occasion.patient_id,
        clinic_id=occasion.clinic_id,
        user=occasion.enrolment.patient.user,
        purpose="measure",
        target=f"measure:{occasion.pk}:{slug}",
        data=data,
    )


def test_draft_is_closed_with_the_submission(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)
    draft = Draft.objects.create(
        patient=enrolment.patient,
        clinic=enrolment.clinic,
        user=enrolment.patient.user,
        purpose="measure",
        target=f"measure:{occasion.pk}:peg",
        data=PEG,
    )

    submit(occasion, submission_id=draft.pk)

    draft.refresh_from_db()
    assert draft.closed_at


def test_planning_again_adds_nothing_and_keeps_what_was_planned(enrolment: Enrolment) -> None:
    occasion = occasion_of(enrolment)
    count = Occasion.objects.filter(enrolment=enrolment).count()

    assert plan_occasions(by=enrolment.therapist, enrolment=enrolment) == []
    occasion.refresh_from_db()
    assert (Occasion.objects.filter(enrolment=enrolment).count(), occasion.instruments) == (
        count,
        ["peg", "phq-9"],
    )


def test_days_count_from_the_start_over_a_change_of_the_clocks(enrolment: Enrolment) -> None:
    """The clocks go forward on 29 March 2026 in London: days are days all the same."""
    plan_occasions(by=enrolment.therapist, enrolment=enrolment)

    week_4 = Occasion.objects.get(enrolment=enrolment, slug="week-4")
    assert week_4.due_on == enrolment.starts_on + timedelta(days=21)
    assert (week_4.kind, week_4.closes_on - week_4.opens_on) == ("mid", timedelta(days=6))


def test_clinics_own_schedule_takes_the_place_of_the_programmes(enrolment: Enrolment) -> None:
    points = [point for point in default_schedule("cbt-chronic-pain") if point.kind in {"baseline", "post"}]
    programme = enrolment.programme_version.programme
    MeasureSchedule.objects.create(
        clinic=enrolment.clinic,
        programme=programme,
        number=1,
        plan=as_data(points),
        made_by=enrolment.therapist,
    )
    Occasion.objects.filter(enrolment=enrolment).delete()

    made = plan_occasions(by=enrolment.therapist, enrolment=enrolment)

    assert [one.slug for one in made] == ["baseline", "post"]


@pytest.mark.django_db(transaction=True)
def test_two_devices_at_once_leave_one_response() -> None:
    load_builtins()
    occasion = occasion_of(Cast(on_programme=real_version).enrolment)
    today = clock.local_today(occasion.enrolment.patient.timezone)
    Occasion.objects.filter(pk=occasion.pk).update(opens_on=today, due_on=today, closes_on=today)

    def one_device(pain: int) -> str:
        try:
            submit(Occasion.objects.get(pk=occasion.pk), raw=PEG | {"p": str(pain)})
        except AnsweredError:
            return "told"
        finally:
            connections.close_all()
        return "kept"

    with ThreadPoolExecutor(4) as devices:
        outcomes = sorted(devices.map(one_device, range(4)))

    assert outcomes == ["kept", "told", "told", "told"]
    assert Response.objects.count() == 1
