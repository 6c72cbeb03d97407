"""Goals through actions and pages: dates and levels, the weekly rating in one press, the score."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.entries import LogFullError, withdraw_entry
from patients.actions.goals import NotAGoalError, rate_goal
from patients.goals import read_goals
from patients.models import Enrolment, Entry, GoalRating
from programs.models import ProgrammeVersion
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import a_goal, a_plan, fill, skills_version, today_of
from tests.integration.patients.test_practice import BACKEND, post

pytestmark = pytest.mark.django_db
GOAL = "/practice/w2-goal/new/"


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Cast:
    def version() -> ProgrammeVersion:
        return skills_version(tmp_path)

    cast = Cast(on_programme=version)
    for enrolment in (cast.enrolment, cast.other_enrolment):
        open_first_module(enrolment)
    return cast


@pytest.fixture
def enrolment(cast: Cast) -> Enrolment:
    return cast.enrolment


@pytest.fixture
def patient(enrolment: Enrolment, client: Client) -> Client:
    client.force_login(enrolment.patient.user, backend=BACKEND)
    return client


def goal_of(enrolment: Enrolment, **changed: str) -> Entry:
    return fill(enrolment, "w2-goal", a_goal(today_of(enrolment), **changed))


def rate(goal: Entry, level: int) -> GoalRating:
    return rate_goal(by=goal.patient.user, goal=goal, level=level)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"target": "2020-01-01"}, "target", "This day is in the past"),
        ({"start": "2020-01-01"}, "start", "This day is in the past"),
        ({"gas_minus1": ""}, "gas_minus1", "Describe it in a few words"),
        ({"confidence": ""}, "confidence", "Choose an answer"),
    ],
)
def test_fault_of_a_goal_is_beside_its_field_and_the_rest_is_kept(
    enrolment: Enrolment, patient: Client, changed: dict[str, str], field: str, said: str
) -> None:
    response = post(patient, GOAL, a_goal(today_of(enrolment), **changed))

    page = response.content.decode()
    assert response.status_code == 422
    place = page.index(f'id="id-{field}-error"')
    assert said in page[place : place + 200]
    assert "Walk to the library" in page
    assert not Entry.objects.exists()


def test_goal_is_rated_with_one_press_and_shown(enrolment: Enrolment, patient: Client) -> None:
    assert post(patient, GOAL, a_goal(today_of(enrolment))).status_code == 302
    goal = Entry.objects.get()
    page = patient.get("/goals/").content.decode()
    assert "Where are you this week?" in page
    assert "To the library and back" in page

    assert patient.post(f"/goals/{goal.pk}/rate/", {"level": "0"}).status_code == 302

    assert GoalRating.objects.get().level == 0
    assert AuditEvent.objects.filter(verb="goal-rate").count() == 1
    page = patient.get("/goals/").content.decode()
    assert "your last rating" in page
    assert "Where are you this week?" not in page


def test_rating_is_asked_for_again_after_a_week(enrolment: Enrolment, patient: Client) -> None:
    rate(goal_of(enrolment), 0)
    with clock.moved(timedelta(days=7)):
        assert "Where are you this week?" in patient.get("/goals/").content.decode()


def test_pressing_twice_keeps_one_rating_and_another_level_a_second(enrolment: Enrolment) -> None:
    goal = goal_of(enrolment)
    assert rate(goal, 0).pk == rate(goal, 0).pk
    rate(goal, 1)

    assert [rating.level for rating in GoalRating.objects.order_by("rated_at")] == [0, 1]


def test_score_follows_the_published_formula_over_the_weeks(enrolment: Enrolment) -> None:
    """Three goals at -1 give 36.3 by the formula; (1, 0, 1) gives the published 59.13."""
    goals = [goal_of(enrolment, goal=f"Goal {number}") for number in range(3)]
    with clock.moved(timedelta(days=7)):
        for goal, level in zip(goals, (1, 0, 1), strict=True):
            rate(goal, level)
        read = read_goals(enrolment.patient.user, enrolment)

    assert [round(score.t, 2) for score in read.scores] == [36.31, 59.13]
    assert [track.level for track in read.tracks] == [1, 0, 1]


def test_corrected_goal_keeps_its_ratings_and_may_have_begun_in_the_past(enrolment: Enrolment) -> None:
    goal = goal_of(enrolment)
    rate(goal, 0)
    with clock.moved(timedelta(days=21)):
        raw = a_goal(goal.on_date, goal="Walk to the library and the park")
        changed = fill(enrolment, "w2-goal", raw, supersedes=goal)
        rate(changed, 1)
        [track] = read_goals(enrolment.patient.user, enrolment).tracks
        with pytest.raises(NotAGoalError):
            rate(goal, 2)

    assert track.text == "Walk to the library and the park"
    assert [rating.level for rating in track.ratings] == [0, 1]


def test_fourth_goal_is_refused_until_one_is_taken_out(enrolment: Enrolment, patient: Client) -> None:
    goals = [goal_of(enrolment, goal=f"Goal {number}") for number in range(3)]
    with pytest.raises(LogFullError) as refused:
        goal_of(enrolment, goal="One too many")
    assert "3 of these" in refused.value.errors["start"]
    assert "Add a goal" not in patient.get("/goals/").content.decode()
    withdraw_entry(by=enrolment.patient.user, entry=goals[0])

    assert goal_of(enrolment, goal="Now there is room")
    assert len(read_goals(enrolment.patient.user, enrolment).tracks) == 3


@pytest.mark.parametrize("level", ["3", "-3", "", "much"])
def test_level_that_does_not_exist_keeps_nothing(enrolment: Enrolment, patient: Client, level: str) -> None:
    goal = goal_of(enrolment)

    assert patient.post(f"/goals/{goal.pk}/rate/", {"level": level}).status_code == 302
    assert not GoalRating.objects.exists()


def test_only_own_goals_can_be_rated_and_only_goals(cast: Cast, patient: Client) -> None:
    theirs = goal_of(cast.other_enrolment)
    plan = fill(cast.enrolment, "w4-pacing-plan", a_plan(today_of(cast.enrolment)))

    assert patient.post(f"/goals/{theirs.pk}/rate/", {"level": "1"}).status_code == 404
    patient.post(f"/goals/{plan.pk}/rate/", {"level": "1"})
    assert not GoalRating.objects.exists()


def test_rating_cannot_be_changed_in_the_database(enrolment: Enrolment) -> None:
    rating = rate(goal_of(enrolment), 0)

    with pytest.raises(DatabaseError), transaction.atomic():
        GoalRating.objects.filter(pk=rating.pk).update(level=2)
