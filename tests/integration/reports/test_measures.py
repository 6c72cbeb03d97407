"""Measures in the progress report: each reader gets their own words."""

from datetime import timedelta

from patients.models import OccasionMissing
from tests.factories.measures import answered, answered_ago, occasion_on
from tests.factories.skills import a_goal, fill, today_of
from tests.integration.reports.rich import Course
from tests.integration.reports.test_making import made, words_of


def test_each_edition_says_change_in_the_words_of_its_reader(lived: Course) -> None:
    answered_ago(lived.enrolment, 6, "baseline", phq_9=16)
    answered(lived.enrolment, phq_9=8)

    own = words_of(made(lived.user, lived.enrolment))
    staff = words_of(made(lived.therapist, lived.enrolment, "therapist"))

    assert "Clearly better" in own
    assert "From 16 on" in own
    assert not any(word in own for word in ("PHQ-9", "Moderate", "Mild", "Recovered"))
    assert "PHQ-9 16" in staff
    assert "Recovered: reliably better" in staff
    assert "Mild" in staff


def test_patient_edition_leads_with_goals_and_ends_in_one_next_step(lived: Course) -> None:
    fill(lived.enrolment, "w2-goal", a_goal(today_of(lived.enrolment)))
    answered_ago(lived.enrolment, 6, "baseline", phq_9=16)
    answered(lived.enrolment, phq_9=8)
    own = words_of(made(lived.user, lived.enrolment))

    assert own.index("Your goals") < own.index("The way you have come")
    assert own.count("Your next step") == 1
    assert own.index("Your next step") > own.index("Samaritans")
    assert "better off dead" not in own
    assert "not answered in full" not in own


def test_clinician_reads_which_time_points_were_missed_and_why(lived: Course) -> None:
    day = today_of(lived.enrolment) - timedelta(days=3)
    answered_ago(lived.enrolment, 6, "baseline", phq_9=16)
    missed = occasion_on(lived.enrolment, day, "extra", ["peg"])
    OccasionMissing.objects.create(
        patient_id=missed.patient_id,
        clinic_id=missed.clinic_id,
        occasion=missed,
        reason="unwell",
        by=lived.therapist,
    )
    staff = words_of(made(lived.therapist, lived.enrolment, "therapist"))

    assert "Time points that were not answered in full" in staff
    assert "added by a therapist 16 March 2026 was too unwell" in staff
