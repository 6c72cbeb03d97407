"""Who gets worse, and who is not on track: found on Today and in the caseload without being told."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.actions.measures import submit_response
from programs.models import ProgrammeVersion
from tests.factories.cast import Cast
from tests.factories.measures import answered, answered_ago, raw_of
from tests.integration.therapists.conftest import Course, signed_in
from tests.integration.therapists.test_worklist import enrolled
from therapists.presenters.standing import Kind
from therapists.presenters.worklist import worklist

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
