"""The register of adverse events: nothing reported is lost, nothing serious stays unseen by the lead."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.adverse import (
    ChangedMeanwhileError,
    EventInvalidError,
    InErrorError,
    LeadNeededError,
    add_event,
    assess_event,
    mark_in_error,
    report_effect,
)
from patients.models import AdverseEvent, AdverseVersion, AttentionMark, Draft
from patients.safety.effects import Assessment, faults_of, lead_waits_until
from patients.workdays import deadline
from tests.factories.adverse import SAID, SERIOUS, added, answered_effects, assessed, found, newest, reported
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db
NOW = clock.now()


def test_report_of_a_patient_waits_for_the_team_by_the_clock_of_messages(cast: Cast) -> None:
    event = reported(cast.enrolment)

    version = newest(event)
    assert (event.source, event.reported) == ("patient", SAID)
    assert (version.kind, version.grade, version.lead_due_at) == ("reported", None, None)
    assert version.due_at == deadline(event.at, days=cast.clinic.reply_days, clinic=cast.clinic)
    assert AuditEvent.objects.filter(verb="adverse-report", object_ids=[event.pk]).count() == 1


def test_report_sent_twice_is_one_and_closes_its_draft(cast: Cast) -> None:
    sent = {"by": cast.patient.user, "enrolment": cast.enrolment, "raw": SAID}
    draft = Draft.objects.create(
        user=cast.patient.user,
        patient=cast.patient,
        clinic=cast.clinic,
        purpose="effect",
        target=f"effect:{cast.patient.pk}",
        data=SAID,
    )
    first = report_effect(**sent, submission_id=draft.pk)
    assert report_effect(**sent, submission_id=draft.pk) == first
    draft.refresh_from_db()
    assert draft.closed_at


@pytest.mark.parametrize("raw", [{}, {"what": "Dizzy"}, SAID | {"bother": "9"}, SAID | {"what": " "}])
def test_report_that_says_nothing_is_refused(cast: Cast, raw: dict[str, str]) -> None:
    with pytest.raises(EventInvalidError):
        report_effect(by=cast.patient.user, enrolment=cast.enrolment, raw=raw, submission_id=uuid4())
    assert not AdverseEvent.objects.exists()


def test_report_of_a_hospital_waits_for_the_clinical_lead_too(cast: Cast) -> None:
    event = reported(cast.enrolment, help="hospital")
    due = deadline(event.at, days=1, clinic=cast.clinic)
    assert newest(event).lead_due_at == due
    # What a therapist makes of it ends the clock of the report, and not that of the lead.
    assert assessed(event, cast.therapist).lead_due_at == due
    assert AdverseVersion.objects.to_assess().filter(event=event).exists()
    assert assessed(event, cast.supervisor).lead_due_at is None


def test_report_with_words_of_the_lists_is_marked_to_be_read_soon(cast: Cast) -> None:
    event = reported(cast.enrolment, what="Since then I can’t go on")
    mark = AttentionMark.objects.get()
    assert (mark.written, mark.object_id) == ("effect", event.pk)
    # Whoever assesses it has read it.
    assert AttentionMark.objects.unread().exists()
    assessed(event, cast.therapist)
    assert not AttentionMark.objects.unread().exists()


def test_what_was_written_is_unreadable_in_the_database(cast: Cast) -> None:
    assessed(reported(cast.enrolment), cast.therapist, note="Told by phone")
    with connection.cursor() as cursor:
        rows = ""
        for table in ("patients_adverseevent", "patients_adverseversion", "audit_auditevent"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            rows += " ".join(row[0] for row in cursor.fetchall())
    for words in ("My leg", "two weeks", "More pain in the leg", "After walks", "Told by phone"):
        assert words not in rows
        assert words.encode().hex() not in rows


def test_one_person_can_not_fill_the_register(cast: Cast) -> None:
    for _ in range(20):
        reported(cast.enrolment)
    with pytest.raises(EventInvalidError):
        reported(cast.enrolment)
    with clock.moved(timedelta(days=1, minutes=1)):
        reported(cast.enrolment)


def test_answers_of_more_than_mild_trouble_are_events_to_be_assessed(cast: Cast) -> None:
    response = answered_effects(
        cast.enrolment,
        e1="1", e1impact="1", e1cause="1",
        e3="1", e3impact="2", e3cause="0",
        e7="1", e7what="Numb hands", e7impact="4", e7cause="1",
    )  # fmt: skip
    events = AdverseEvent.objects.filter(response=response)
    assert {(event.item, newest(event).category) for event in events} == {("e3", "mood"), ("e7", "other")}
    assert all(newest(event).kind == "reported" and newest(event).due_at for event in events)


def test_answers_that_do_not_say_how_much_are_events_too(cast: Cast) -> None:
    answered_effects(cast.enrolment, e2="1", e2impact="decline", e2cause="1")
    assert AdverseEvent.objects.filter(item="e2").count() == 1


def test_answers_without_unwanted_effects_make_no_event(cast: Cast) -> None:
    answered_effects(cast.enrolment)
    answered_effects(cast.enrolment, e1="1", e1impact="0", e1cause="0")
    assert not AdverseEvent.objects.exists()


def test_events_of_answers_cost_the_submission_no_query(cast: Cast) -> None:
    def taken(**answers: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answered_effects(cast.enrolment, **answers)
        return len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    taken()
    all_seven = {f"e{n}": "1" for n in range(1, 8)}
    all_seven |= {f"e{n}impact": "4" for n in range(1, 8)} | {f"e{n}cause": "1" for n in range(1, 8)}
    assert taken(**all_seven, e7what="") == taken()
    assert AdverseEvent.objects.count() == 7


def test_answers_whose_event_fails_are_not_stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("patients.actions.measures.report_from_answers", fails)
    with pytest.raises(RuntimeError):
        answered_effects(cast.enrolment, e1="1", e1impact="4", e1cause="1")
    assert not cast.patient.responses.exists()


def test_event_of_staff_is_assessed_at_once_and_sent_twice_is_one(cast: Cast) -> None:
    yesterday = clock.local_today(cast.clinic.timezone) - timedelta(days=1)
    sent = {"by": cast.therapist, "enrolment": cast.enrolment, "known_on": yesterday}
    key = uuid4()
    event = add_event(**sent, found=found(), submission_id=key)
    assert add_event(**sent, found=found(), submission_id=key) == event
    assert newest(event).kind == "assessed"
    assert event.known_at.date() == yesterday


def test_serious_event_waits_for_the_lead_within_a_working_day(cast: Cast) -> None:
    event = added(cast.enrolment, **SERIOUS)
    version = newest(event)
    assert version.lead_due_at == deadline(version.at, days=1, clinic=cast.clinic)
    # Somebody else can neither end that clock nor move it, whatever they write.
    with clock.moved(timedelta(hours=3)):
        assert assessed(event, cast.therapist, criteria=[]).lead_due_at == version.lead_due_at
    lead = assessed(event, cast.supervisor, **SERIOUS)
    assert (lead.kind, lead.lead_due_at) == ("lead", None)
    assert not AdverseVersion.objects.to_assess().exists()


def test_follow_up_asks_the_lead_again_only_when_their_judgement_changed(cast: Cast) -> None:
    event = added(cast.enrolment, by=cast.supervisor, **SERIOUS)
    assert assessed(event, cast.therapist, **SERIOUS, outcome="recovered").lead_due_at is None
    assert assessed(event, cast.therapist, **SERIOUS, relation="unrelated").lead_due_at


def test_lead_is_asked_again_when_something_serious_is_said_to_be_none(cast: Cast) -> None:
    event = added(cast.enrolment, by=cast.supervisor, **SERIOUS)
    assert assessed(event, cast.therapist, criteria=[]).lead_due_at


def test_follow_up_is_a_new_version_and_the_earlier_ones_stay(cast: Cast) -> None:
    event = reported(cast.enrolment)
    assessed(event, cast.therapist)
    assessed(event, cast.therapist, outcome="recovered")
    versions = AdverseVersion.objects.filter(event=event).order_by("number")
    assert [(one.number, one.kind, one.outcome) for one in versions] == [
        (1, "reported", ""),
        (2, "assessed", "recovering"),
        (3, "assessed", "recovered"),
    ]
    assert newest(event).number == 3


def test_second_of_two_colleagues_is_told(cast: Cast) -> None:
    event = reported(cast.enrolment)
    assessed(event, cast.therapist)
    with pytest.raises(ChangedMeanwhileError):
        assess_event(by=cast.supervisor, event=event, based_on=1, found=found())


def test_event_in_error_stays_with_its_reason_and_takes_no_more(cast: Cast) -> None:
    event = added(cast.enrolment)
    with pytest.raises(EventInvalidError):
        mark_in_error(by=cast.therapist, event=event, based_on=1, reason=" ")
    version = mark_in_error(by=cast.therapist, event=event, based_on=1, reason="Another patient's")
    assert (version.kind, version.note, version.title) == (
        "error",
        "Another patient's",
        "More pain in the leg",
    )
    assert not AdverseVersion.objects.open().exists()
    with pytest.raises(InErrorError):
        assessed(event, cast.therapist)


def test_serious_event_is_marked_as_an_error_by_the_lead_only(cast: Cast) -> None:
    event = added(cast.enrolment, **SERIOUS)
    assessed(event, cast.supervisor, criteria=[])
    with pytest.raises(LeadNeededError):
        mark_in_error(by=cast.therapist, event=event, based_on=2, reason="A mistake")
    assert mark_in_error(by=cast.supervisor, event=event, based_on=2, reason="A mistake").is_error


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"grade": 5, "criteria": ["life"]}, "grade"),
        ({"outcome": "fatal"}, "grade"),
        ({"criteria": ["death"]}, "grade"),
        ({"grade": 4}, "criteria"),
        ({"onset_on": NOW.date() + timedelta(days=2)}, "onset_on"),
        ({"ended_on": NOW.date() - timedelta(days=2)}, "ended_on"),
        (
            {
                "outcome": "recovered",
                "onset_on": NOW.date() - timedelta(days=2),
                "ended_on": NOW.date() - timedelta(days=3),
            },
            "ended_on",
        ),
    ],
)
def test_assessment_that_can_not_be_is_refused(cast: Cast, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(EventInvalidError) as refused:
        added(cast.enrolment, **changed)
    assert list(refused.value.errors) == [field]
    assert not AdverseEvent.objects.exists()


@pytest.mark.parametrize(
    "around",
    [
        {"grade": 5, "criteria": ["hospital"], "outcome": "recovering"},
        {"grade": 1, "criteria": ["death"], "outcome": "recovering"},
        {"grade": 4, "criteria": [], "outcome": "recovering"},
        {"grade": None, "criteria": [], "outcome": "recovering"},
        {"grade": 1, "criteria": [], "outcome": "", "relation": ""},
        {"number": 3},
    ],
)
def test_what_can_not_be_is_refused_by_the_database_too(cast: Cast, around: dict[str, Any]) -> None:
    version = newest(added(cast.enrolment))
    fields = [field.attname for field in AdverseVersion._meta.concrete_fields if field.attname != "id"]
    values = {name: getattr(version, name) for name in fields} | {"number": 1, "supersedes_id": None} | around
    event = AdverseEvent.objects.create(
        enrolment=cast.enrolment,
        patient=cast.patient,
        clinic=cast.clinic,
        source="staff",
        known_at=clock.now(),
        by=cast.therapist,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        AdverseVersion.objects.create(**values | {"event_id": event.pk})


ASSESSMENTS = st.builds(
    Assessment,
    category=st.sampled_from(AdverseVersion.Category.values),
    title=st.just("x"),
    description=st.just(""),
    grade=st.sampled_from(AdverseVersion.Grade.values),
    criteria=st.lists(st.sampled_from(AdverseVersion.Criterion.values), unique=True),
    is_expected=st.booleans(),
    relation=st.sampled_from(AdverseVersion.Relation.values),
    outcome=st.sampled_from(AdverseVersion.Outcome.values),
    taken=st.sampled_from(AdverseVersion.Taken.values),
    onset_on=st.none(),
    ended_on=st.none(),
    note=st.just(""),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(ASSESSMENTS, st.booleans()), min_size=1, max_size=6))
def test_whatever_was_serious_waits_until_the_lead_has_assessed_it(
    course: list[tuple[Assessment, bool]],
) -> None:
    """In any order of assessments: something serious stands without a clock only as the lead saw it."""
    before: AdverseVersion | None = None
    seen: Assessment | None = None
    for found_now, is_lead in course:
        if faults_of(found_now, today=NOW.date()):
            continue
        due = lead_waits_until(before, found_now, is_lead=is_lead, in_a_day=NOW)
        if is_lead:
            seen = found_now
            assert due is None
        elif found_now.is_serious and due is None:
            assert seen is not None
            assert (set(seen.criteria), seen.relation, seen.grade) == (
                set(found_now.criteria), found_now.relation, found_now.grade,
            )  # fmt: skip
        before = AdverseVersion(
            kind="lead" if is_lead else "assessed",
            criteria=list(found_now.criteria),
            grade=found_now.grade,
            relation=found_now.relation,
            is_expected=found_now.is_expected,
            lead_due_at=due,
        )


def test_rows_of_other_patients_are_out_of_sight(cast: Cast) -> None:
    event = reported(cast.enrolment)
    for user in (cast.patient.user, cast.therapist, cast.supervisor):
        assert AdverseEvent.objects.visible_to(user).get() == event
        assert AdverseVersion.objects.visible_to(user).count() == 1
    for user in (cast.unassigned_therapist, cast.admin, cast.other_patient.user, cast.elsewhere_therapist):
        assert not AdverseEvent.objects.visible_to(user).exists()
        assert not AdverseVersion.objects.visible_to(user).exists()
    assert AdverseVersion.objects.for_export(cast.admin).exists()
    for user in (cast.elsewhere_admin, cast.therapist, cast.patient.user):
        assert not AdverseVersion.objects.for_export(user).exists()
