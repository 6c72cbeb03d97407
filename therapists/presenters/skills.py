"""Pacing and goals at a glance, for the page of a patient and for homework."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.goals import GOAL_SHEET
from patients.goals import GoalTrack, read_goals
from patients.models import Enrolment
from patients.pacing import LOG_SHEET, PLAN_SHEET, Track, read_tracks
from patients.presenters.goals import GoalsView, GoalView, goals_view
from patients.presenters.pacing import TrackView, pacing_views

# Sheets that have a panel of their own; their lines are no log of days.
OWN_PANELS = (GOAL_SHEET, PLAN_SHEET)


@dataclass(frozen=True)
class PacingPanel:
    """One plan with what a therapist looks for in it."""

    view: TrackView
    flags: list[str]


@dataclass(frozen=True)
class GoalPanel:
    """One goal with its ratings, the newest first, as (day, level, words)."""

    view: GoalView
    confidence: str
    flags: list[str]
    ratings: list[tuple[date, str, str]]


@dataclass(frozen=True)
class Skills:
    """What the patient's skills come to; empty parts are left out of the page."""

    pacing: list[PacingPanel]
    goals: list[GoalPanel]
    score: GoalsView


def skills(user: User, enrolment: Enrolment, *, slugs: Collection[str] | None = None) -> Skills:
    """Pacing and goals of a patient; `slugs` keeps to what belongs to these worksheets.

    Always the same number of queries.
    """
    today = clock.local_today(enrolment.patient.timezone)
    tracks, read = read_tracks(user, enrolment), read_goals(user, enrolment)
    has_pacing = slugs is None or bool({PLAN_SHEET, LOG_SHEET} & set(slugs))
    has_goals = slugs is None or GOAL_SHEET in slugs
    score = goals_view(read, today, uid="skills-goals")
    return Skills(
        pacing=[
            PacingPanel(view, pacing_flags(view.track))
            for view in (pacing_views(tracks, today, uid="skills-pacing") if has_pacing else [])
        ],
        goals=[_goal_panel(view) for view in (score.goals if has_goals else [])],
        score=score,
    )


def pacing_flags(track: Track) -> list[str]:
    """What the therapist cues of Module 3 ask to look for (clinical reference, 1.4)."""
    trials = track.entry.answers.get("trials") or ()
    by_pain = sum(row.get("stopped_because") == "pain" for row in trials)
    over = sum(week.days_overdone for week in track.weeks)
    flags = []
    if track.plan.is_held:
        flags.append(_("stays at one amount"))
    if by_pain:
        words = ngettext(
            "%(n)d of %(all)d try stopped because of pain",
            "%(n)d of %(all)d tries stopped because of pain",
            len(trials),
        )
        flags.append(words % {"n": by_pain, "all": len(trials)})
    if over:
        flags.append(ngettext("overdid it on %(n)d day", "overdid it on %(n)d days", over) % {"n": over})
    if not track.entry.answers.get("rest_minutes"):
        flags.append(_("no rest planned"))
    return flags


def _goal_panel(view: GoalView) -> GoalPanel:
    confidence = view.track.entry.answers.get("confidence")
    labels = {level.level: level for level in view.levels}
    return GoalPanel(
        view=view,
        confidence="" if confidence is None else str(confidence),
        flags=_goal_flags(view.track),
        ratings=[
            (rating.on_date, labels[rating.level].sign, labels[rating.level].label)
            for rating in reversed(view.track.ratings)
        ],
    )


def _goal_flags(track: GoalTrack) -> list[str]:
    """A goal that its owner does not believe in is too big (clinical reference, 1.3: below 7)."""
    confidence = track.entry.answers.get("confidence")
    return [_("confidence below 7")] if confidence is not None and int(confidence) < 7 else []
