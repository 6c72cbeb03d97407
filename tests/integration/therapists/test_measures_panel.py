"""A person's measures for their therapist: the change, every item, what was missed, what to do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from painclinic import clock
from patients.measures import expected
from patients.models import Enrolment, Occasion
from programs.models import ProgrammeVersion
from tests.factories.cast import Cast, a_person, make_patient
from tests.factories.measures import answered, answered_ago, occasion_on
from tests.integration.therapists.conftest import Course, signed_in
from tests.integration.therapists.test_worklist import enrolled
from therapists.presenters.measures import measures_panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def worse(cast: Cast, real: ProgrammeVersion) -> Course:
    course = enrolled(cast, real, "Wera Worse", days_ago=30)
    answered_ago(course.enrolment, 29, "baseline", phq_9=6, peg=6)
    answered_ago(course.enrolment, 8, phq_9=10, peg=4)
    answered(course.enrolment, phq_9=15, peg=3)
    return course


def test_panel_says_change_response_and_what_to_do(cast: Cast, worse: Course) -> None:
    panel = measures_panel(cast.therapist, worse.enrolment)

    peg, phq = panel.panels
    assert (phq.moved, phq.tone, phq.band) == ("PHQ-9 6 → 15", "danger", "Moderately severe")
    assert phq.change == "Reliably worse, and a case now (reliable from 6 points)"
    assert peg.response == "−50% since the start, response of 50% or more"
    assert panel.state == "Not on track"
    assert panel.actions[0].startswith("Talk soon")


def test_panel_shows_item_nine_to_the_therapist(cast: Cast, worse: Course) -> None:
    page = signed_in(cast.therapist).get(
        reverse("therapists:patient-detail", args=[worse.enrolment.patient_id])
    )

    text = page.content.decode()
    assert "better off dead" in text
    assert 'id="how-it-goes"' in text


def test_missed_time_point_is_listed_with_its_reason(cast: Cast, worse: Course) -> None:
    day = clock.local_today(worse.enrolment.patient.timezone) - timedelta(days=3)
    occasion_on(worse.enrolment, day, "weekly", ["peg"])

    missed = measures_panel(cast.therapist, worse.enrolment).missed

    assert (day, "reason not known") in [(one.due_on, one.reason) for one in missed]


def test_too_few_finished_patients_are_counted_and_not_drawn(cast: Cast, worse: Course) -> None:
    panel = measures_panel(cast.therapist, worse.enrolment)

    assert panel.expected.endswith("have finished: 0 so far.")
    assert not any("chart-corridor" in one.figure.wide for one in panel.panels)


def test_enough_finished_patients_give_the_expected_course(
    cast: Cast, real: ProgrammeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expected, "LEAST", 3)
    for number, fall in enumerate((2, 4, 6)):
        person = a_person(f"Early {number}", f"early-{number}@example.org")
        with clock.moved(timedelta(days=-100)):
            earlier = make_patient(cast.clinic, cast.admin, cast.therapist, person, real)
            _answer(earlier, "baseline", "baseline", 14)
        with clock.moved(timedelta(days=-90)):
            _answer(earlier, "weekly", "week-x", 14 - fall)
        Enrolment.objects.filter(pk=earlier.pk).update(state=Enrolment.State.COMPLETED)
    course = enrolled(cast, real, "Nina New", days_ago=10)

    found = expected.expected_course(course.enrolment)

    assert found.finished == 3
    assert found.steps["phq-9"]["week-x"] == expected.Step(Decimal(-5), Decimal(-3), 3)


def _answer(enrolment: Enrolment, kind: str, slug: str, score: int) -> None:
    (response,) = answered(enrolment, kind, phq_9=score)
    Occasion.objects.filter(pk=response.occasion_id).update(slug=f"{slug}-" if slug == "baseline" else slug)
