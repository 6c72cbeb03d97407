"""A patient's goals (W2) with the ratings given to them, read together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from painclinic.accounts.models import User
from patients.actions.goals import GOAL_SHEET
from patients.models import Enrolment, Entry, GoalRating
from programs.formulas.goals import Goal, Rating, Score, history

WEEK = timedelta(days=7)
LEVEL_FIELDS = {2: "gas_plus2", 1: "gas_plus1", 0: "gas_0", -1: "gas_minus1", -2: "gas_minus2"}


@dataclass(frozen=True)
class GoalTrack:
    """One goal: its sheet as it stands, where it began, its ratings (the oldest first)."""

    entry: Entry
    goal: Goal
    ratings: tuple[GoalRating, ...]

    @property
    def text(self) -> str:
        return str(self.entry.answers.get("goal", ""))

    @property
    def newest(self) -> GoalRating | None:
        return self.ratings[-1] if self.ratings else None

    @property
    def level(self) -> int:
        """Where the goal stands: its newest rating, else where it began."""
        return self.newest.level if self.newest else self.goal.baseline

    def is_due(self, today: date) -> bool:
        """Whether a week has passed since the last rating, or since the goal began."""
        last = self.newest.on_date if self.newest else None
        return last is None or today - last >= WEEK

    def words(self, level: int) -> str:
        """How the patient described a level; empty when they left it out."""
        return str(self.entry.answers.get(LEVEL_FIELDS[level], ""))


@dataclass(frozen=True)
class GoalsRead:
    """All goals of a patient, the first made first, and what they come to together."""

    tracks: tuple[GoalTrack, ...]
    scores: tuple[Score, ...]


def read_goals(user: User, enrolment: Enrolment) -> GoalsRead:
    """The live goals and their ratings, in two queries."""
    rows = Entry.objects.visible_to(user).filter(enrolment=enrolment).of(GOAL_SHEET)
    ratings = GoalRating.objects.visible_to(user).filter(enrolment=enrolment)
    if user.pk != enrolment.patient.user_id:
        rows, ratings = rows.filter(is_shared=True), ratings.filter(goal__is_shared=True)
    versions = list(rows.select_related("worksheet", "superseded_by").order_by("submitted_at"))
    return goals_of(versions, ratings.order_by("rated_at") if versions else ())


def goals_of(versions: Iterable[Entry], ratings: Iterable[GoalRating]) -> GoalsRead:
    """Goals out of every version of their sheets; a goal keeps the ratings of its earlier versions."""
    roots: dict[UUID, UUID] = {}
    newest: dict[UUID, Entry] = {}
    for entry in versions:
        roots[entry.pk] = roots.get(entry.supersedes_id, entry.pk) if entry.supersedes_id else entry.pk
        newest[roots[entry.pk]] = entry
    by_goal: dict[UUID, list[GoalRating]] = {}
    for rating in ratings:
        by_goal.setdefault(roots.get(rating.goal_id, rating.goal_id), []).append(rating)
    tracks = tuple(
        GoalTrack(entry, _goal(root, entry), tuple(by_goal.get(root, ())))
        for root, entry in newest.items()
        if not entry.is_withdrawn
    )
    scored = [
        Rating(track.goal.key, rating.on_date, rating.level) for track in tracks for rating in track.ratings
    ]
    return GoalsRead(tracks, history([track.goal for track in tracks], scored))


def _goal(root: UUID, entry: Entry) -> Goal:
    answers = entry.answers
    start = date.fromisoformat(answers["start"]) if answers.get("start") else entry.submitted_at.date()
    return Goal(
        key=str(root),
        baseline=int(answers.get("baseline_level") or -1),
        weight=int(answers.get("weight") or 1),
        start=start,
    )
