"""Measures in the progress report: each reader gets their own words."""

from tests.factories.measures import answered, answered_ago
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
