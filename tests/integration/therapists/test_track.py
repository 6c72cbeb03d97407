"""Who gets worse, and who is not on track: found on Today and in the caseload without being told."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.measures import submit_response
from patients.deadlines import Span
from patients.measures.on_track import days_of_treatment, track_standings
from patients.models import Entry, ModuleProgress, Respite, WorseSeen
from programs.formulas.on_track import Sign, State
from programs.models import ProgrammeVersion
from tests.factories.cast import Cast
from tests.factories.measures import answered, answered_ago, raw_of
from tests.integration.therapists.conftest import Course, signed_in
from tests.integration.therapists.test_worklist import enrolled
from therapists.presenters.measures import measures_panel
from therapists.presenters.standing import Kind
from therapists.presenters.worklist import WorkItem, worklist

pytestmark = pytest.mark.django_db


def worsened(cast: Cast, version: ProgrammeVersion, name: str) -> Course:
    course = enrolled(cast, version, name, days_ago=6)
    answered_ago(course.enrolment, 5, "baseline", phq_9=6, peg=5)
    answered(course.enrolment, phq_9=12, peg=5)
    return course


def test_worklist_names_who_is_reliably_worse(cast: Cast, real: ProgrammeVersion) -> None:
    worsened(cast, real, "Wera Worse")

    item = next(one for one in worklist(cast.therapist).items if one.name == "Wera Worse")

    assert item.kind is Kind.WORSE
    assert item.why == "Reliably worse: PHQ-9 6 → 12"
    assert item.url.endswith("#how-it-goes")


def test_worklist_is_silent_about_ordinary_ups_and_downs(cast: Cast, real: ProgrammeVersion) -> None:
    course = enrolled(cast, real, "Sam Same", days_ago=6)
    answered_ago(course.enrolment, 5, "baseline", phq_9=6)
    answered(course.enrolment, phq_9=11)

    item = next(one for one in worklist(cast.therapist).items if one.name == "Sam Same")

    assert item.kind is Kind.ON_TRACK


def test_later_score_never_stands_in_for_a_missing_start(cast: Cast, real: ProgrammeVersion) -> None:
    course = enrolled(cast, real, "Mia Missing", days_ago=6)
    answered_ago(course.enrolment, 5, phq_9=2)
    answered(course.enrolment, phq_9=20)

    item = next(one for one in worklist(cast.therapist).items if one.name == "Mia Missing")

    assert item.kind is Kind.ON_TRACK


def test_corrected_response_counts_and_the_old_one_does_not(cast: Cast, real: ProgrammeVersion) -> None:
    course = worsened(cast, real, "Cora Corrected")
    old = course.enrolment.responses.filter(occasion__kind="weekly").get(
        instrument_version__instrument__slug="phq-9"
    )
    submit_response(
        by=course.user,
        enrolment=course.enrolment,
        occasion=old.occasion,
        slug="phq-9",
        raw=raw_of("phq-9", 7),
        submission_id=uuid4(),
        supersedes=old,
    )

    item = next(one for one in worklist(cast.therapist).items if one.name == "Cora Corrected")

    assert item.kind is Kind.ON_TRACK


def test_week_four_without_change_and_with_little_done_is_not_on_track(
    cast: Cast, real: ProgrammeVersion
) -> None:
    course = enrolled(cast, real, "Nora Nottrack", days_ago=28)
    answered_ago(course.enrolment, 27, "baseline", phq_9=12, peg=6)
    answered(course.enrolment, phq_9=11, peg=6)

    item = next(one for one in worklist(cast.therapist).items if one.name == "Nora Nottrack")

    assert item.kind is Kind.NOT_ON_TRACK
    assert item.why == (
        "Not on track: pain is not 10% lower than at the start, mood is not 2 points better than at the "
        "start, few weeks of the course done, little practice"
    )


def test_caseload_finds_who_gets_worse(cast: Cast, real: ProgrammeVersion) -> None:
    worsened(cast, real, "Wera Worse")
    enrolled(cast, real, "Sam Same", days_ago=1)
    anna = signed_in(cast.therapist)

    page = anna.get(reverse("therapists:caseload") + "?state=worse")

    assert [row.item.name for row in page.context["page_obj"]] == ["Wera Worse"]
    assert "Reliably worse: PHQ-9 6 → 12" in page.content.decode()
    first = anna.get(reverse("therapists:caseload") + "?sort=worse").context["page_obj"][0]
    assert first.item.name == "Wera Worse"


def test_caseload_costs_the_same_with_more_answers(cast: Cast, real: ProgrammeVersion) -> None:
    worsened(cast, real, "Wera One")
    anna = signed_in(cast.therapist)

    # The first request of a session also remembers it.
    _queries(anna)
    few = _queries(anna)
    for number in range(3):
        worsened(cast, real, f"Wera More{number}")

    assert _queries(anna) == few


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("therapists:caseload"))
    return len(seen)


def item_of(cast: Cast, name: str) -> WorkItem:
    return next(one for one in worklist(cast.therapist).items if one.name == name)


def mark(cast: Cast, course: Course, note: str = "Called her: a bad week at home.") -> Client:
    client = signed_in(cast.therapist)
    address = reverse("therapists:worse-seen", args=[course.enrolment.patient_id])
    response = client.post(address, {"act": "patient", "note": note})
    assert response.status_code == 302, response.content.decode()
    return client


def test_worsening_that_was_marked_leaves_the_head_of_today_with_its_note_on_the_person(
    cast: Cast, real: ProgrammeVersion
) -> None:
    course = worsened(cast, real, "Wera Worse")
    client = mark(cast, course)

    assert item_of(cast, "Wera Worse").kind is not Kind.WORSE
    page = client.get(reverse("therapists:patient-detail", args=[course.enrolment.patient_id]))
    body = page.content.decode()
    assert "Called her: a bad week at home." in body
    assert "talked about it with the patient" in body
    assert "Mark the worsening as seen" not in body
    # It is dealt with, not forgotten: the figures and what to do still stand there.
    assert "Reliably worse: PHQ-9 6 → 12" in body
    assert "check for risk" in body
    event = AuditEvent.objects.get(verb="worse-seen")
    assert (event.actor_id, event.subject_id) == (cast.therapist.pk, course.enrolment.patient_id)
    # Free text of the record is sealed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT note::text FROM patients_worseseen")
        assert "bad week" not in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("later", "comes_back"),
    [
        # Not worse than what was seen: stays away.
        ([("phq_9", 12)], False),
        # Worse than what was seen.
        ([("phq_9", 13)], True),
        # Better in between, and as bad again.
        ([("phq_9", 7), ("phq_9", 12)], True),
        # Another questionnaire, which was not seen.
        ([("peg", 9)], True),
    ],
)
def test_worsening_comes_back_when_it_gets_worse_again(
    cast: Cast, real: ProgrammeVersion, later: list[tuple[str, int]], comes_back: bool
) -> None:
    course = enrolled(cast, real, "Wera Worse", days_ago=12)
    answered_ago(course.enrolment, 11, "baseline", phq_9=6, peg=5)
    with clock.moved(timedelta(days=-5)):
        answered(course.enrolment, phq_9=12, peg=5)
        mark(cast, course)
    for days, (slug, score) in zip((3, 1), later, strict=False):
        answered_ago(course.enrolment, days, **{slug: score})

    assert (item_of(cast, "Wera Worse").kind is Kind.WORSE) is comes_back


def test_marking_twice_keeps_one_mark_and_nothing_is_kept_without_a_word(
    cast: Cast, real: ProgrammeVersion
) -> None:
    course = worsened(cast, real, "Wera Worse")
    address = reverse("therapists:worse-seen", args=[course.enrolment.patient_id])
    client = signed_in(cast.therapist)
    assert "PHQ-9 6 → 12" in client.get(address).content.decode()
    refused = client.post(address, {"act": "patient", "note": " "})
    assert refused.status_code == 422
    assert not WorseSeen.objects.exists()
    mark(cast, course)
    mark(cast, course, "again")
    assert [one.note for one in WorseSeen.objects.all()] == ["Called her: a bad week at home."]


def test_worse_in_the_first_week_has_reasons_and_what_to_do(cast: Cast, real: ProgrammeVersion) -> None:
    course = worsened(cast, real, "Wera Worse")
    panel = measures_panel(cast.therapist, course.enrolment)

    assert panel.state == "Getting worse"
    assert panel.reasons == ["Reliably worse: PHQ-9 6 → 12"]
    assert panel.actions[0] == "Talk soon about what got harder, and check for risk."


def test_one_rest_is_taken_out_once_however_many_weeks_it_moved() -> None:
    start = date(2026, 1, 5)
    rest, pause = Span(date(2026, 1, 12), date(2026, 1, 18)), Span(date(2026, 1, 15), date(2026, 1, 20))
    assert days_of_treatment(start, date(2026, 2, 2), []) == 28
    assert days_of_treatment(start, date(2026, 2, 2), [rest]) == 21
    # Days of both count once; days to come, and those before the start, not at all.
    assert days_of_treatment(start, date(2026, 2, 2), [rest, pause]) == 19
    assert days_of_treatment(start, date(2026, 1, 15), [rest]) == 7
    assert days_of_treatment(start, date(2026, 2, 2), [Span(date(2025, 12, 1), date(2026, 1, 6))]) == 26
    assert days_of_treatment(start, date(2026, 2, 2), [Span(date(2026, 2, 2), date(2026, 2, 9))]) == 28


def test_week_four_comes_a_week_later_after_a_week_of_rest_with_several_weeks_open(
    cast: Cast, real: ProgrammeVersion
) -> None:
    course = enrolled(cast, real, "Rita Rest", days_ago=28)
    answered_ago(course.enrolment, 27, "baseline", phq_9=12, peg=6)
    answered(course.enrolment, phq_9=11, peg=6)
    row = {"patient_id": course.enrolment.patient_id, "clinic": cast.clinic, "enrolment": course.enrolment}
    for module in course.enrolment.programme_version.modules.filter(number__in=(1, 2, 3)):
        ModuleProgress.objects.update_or_create(
            enrolment=course.enrolment, module=module, defaults={**row, "moved_days": 7}
        )
    now = clock.now()
    Respite.objects.create(
        **row, kind="pause", started_by=cast.therapist, days=7, started_at=now - timedelta(days=15),
        ends_at=now - timedelta(days=8), ended_at=now - timedelta(days=8),
    )  # fmt: skip
    track = track_standings(cast.therapist, [course.enrolment], {course.enrolment.pk: []})
    assert track[course.enrolment.pk].check.state is State.BEHIND
    with clock.moved(timedelta(days=9)):
        later = track_standings(cast.therapist, [course.enrolment], {course.enrolment.pk: []})
    assert later[course.enrolment.pk].check.state is State.NOT_ON_TRACK


def test_confidence_is_what_was_said_last_and_not_what_was_said_at_the_start(
    cast: Cast, real: ProgrammeVersion
) -> None:
    course = enrolled(cast, real, "Connie Confident", days_ago=28)
    sheet = course.enrolment.programme_version.worksheets.get(slug="w2-goal")
    row = {"patient_id": course.enrolment.patient_id, "clinic": cast.clinic, "enrolment": course.enrolment}

    def signs() -> tuple[Sign, ...]:
        answered_ = track_standings(cast.therapist, [course.enrolment], {})[course.enrolment.pk]
        return answered_.check.signs

    answered_ago(course.enrolment, 27, "baseline", phq_9=12, peg=6)
    answered(course.enrolment, phq_9=11, peg=6)
    for days, confidence in ((20, 8), (2, 3)):
        Entry.objects.create(
            **row, worksheet=sheet, submission_id=uuid4(), values={"confidence": confidence}, texts={},
            on_date=clock.now().date() - timedelta(days=days), locale="en-gb", created_by=course.user,
            submitted_at=clock.now() - timedelta(days=days), is_shared=True,
        )  # fmt: skip
        assert (Sign.LOW_CONFIDENCE in signs()) is (confidence == 3)
