"""Goals and pacing on paper, read as their reader may see them."""

from dataclasses import dataclass

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.goals import GOAL_SHEET
from patients.goals import read_goals
from patients.models import Enrolment
from patients.pacing import PLAN_SHEET, read_tracks
from patients.presenters.goals import GoalsView, goals_view
from patients.presenters.pacing import TrackView, pacing_views

# Sheets that stand here, and not among the logs.
OWN_PARTS = (GOAL_SHEET, PLAN_SHEET)


@dataclass(frozen=True)
class SkillsPart:
    """What the goals and pacing plans come to on the day of the report."""

    goals: GoalsView
    pacing: list[TrackView]


def skills_part(reader: User, enrolment: Enrolment) -> SkillsPart:
    """Goals and pacing plans; both may be empty."""
    today = clock.local_today(enrolment.patient.timezone)
    return SkillsPart(
        goals=goals_view(read_goals(reader, enrolment), today, uid="report-goals"),
        pacing=pacing_views(read_tracks(reader, enrolment), today, uid="report-pacing"),
    )
