"""Goals and pacing in the progress report."""

from datetime import timedelta

from painclinic import clock
from patients.actions.goals import rate_goal
from tests.factories.skills import a_day, a_goal, a_plan, fill, today_of
from tests.integration.reports.rich import Course
from tests.integration.reports.test_making import made, words_of


def practise(course: Course) -> None:
    """A goal that was rated after a week, and a week of pacing with one day too much."""
    enrolment = course.enrolment
    with clock.moved(timedelta(days=-10)):
        fill(enrolment, "w4-pacing-plan", a_plan(today_of(enrolment)))
        goal = fill(enrolment, "w2-goal", a_goal(today_of(enrolment)))
    for number, done in enumerate(("12", "12", "12", "25", "12")):
        with clock.moved(timedelta(days=number - 10)):
            raw = a_day(
                today_of(enrolment), done=done, kept_to_plan="" if done == "25" else "stopped-on-plan"
            )
            fill(enrolment, "w4b-pacing-log", raw)
    with clock.moved(timedelta(days=-3)):
        rate_goal(by=course.user, goal=goal, level=1)


def test_both_editions_hold_goals_and_pacing_in_their_own_words(lived: Course) -> None:
    practise(lived)
    own = words_of(made(lived.user, lived.enrolment))
    staff = words_of(made(lived.therapist, lived.enrolment, "therapist"))

    for said in (own, staff):
        assert "Walk to the library" in said
        assert "Pacing: Walking" in said
        assert "13 minutes" in said
    assert "further than you expected" in own
    assert "T score" not in own
    assert "T score 40.0 at the start, 60.0 now" in staff


def test_report_without_goals_or_plans_says_nothing_of_them(begun: Course) -> None:
    said = words_of(made(begun.therapist, begun.enrolment, "therapist"))

    assert "T score" not in said
    assert "Pacing:" not in said
