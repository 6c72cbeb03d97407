"""A pacing plan week by week: the target of each week, what was done, and what follows from it.

The rule [D], from the clinical reference (1.3, W4b): at the end of a week the target advances if
the plan was done on at least all planned days but one and overdone on at most one day; it holds
otherwise; it steps back by 20% after a flare-up day. It never exceeds the goal and is rounded
down. A plan can be held at one amount, for an illness in which effort makes everything worse
(NICE NG206 advises against fixed increments in ME/CFS) or by choice: then it never advances by
itself, and still steps back. Weeks are seven calendar days from the plan's first day, in the
patient's own calendar, so that neither the end of a month nor a change of the clock moves them.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from programs.formulas.pacing import ROUNDING, grown, progression, round_down

STEP_BACK = 0.8
MISSED_AT_MOST, OVERDONE_AT_MOST = 1, 1
# Without an answer to "did you keep to the plan": more than this share of the target is overdoing it [D].
MUCH_MORE = 1.2
DAYS = 7
# Nobody looks further ahead than this: the smallest increment reaches five times the start by then.
MAX_WEEKS = 104


class Kept(StrEnum):
    ON_PLAN = "stopped-on-plan"
    OVERDID = "overdid"
    UNDERDID = "underdid"
    NOT_DONE = "not-done"


class Decision(StrEnum):
    """What happens to the target after a week, and why."""

    ADVANCE = "advance"
    ARRIVED = "arrived"
    HOLD_FEW_DAYS = "hold-few-days"
    HOLD_OVERDONE = "hold-overdone"
    STEP_BACK = "step-back"
    HELD = "held"


@dataclass(frozen=True)
class Hold:
    """A time in which a plan stays at one amount: from a day (None: from its start), until before another."""

    first: dt.date | None = None
    until: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        """Whether the plan is held on the day."""
        return (self.first is None or self.first <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Plan:
    """What a pacing plan (W4) says, as numbers. `baseline` is not rounded.

    `holds` are the times in which it stays at one amount: a choice counts from the day on which it
    was made, so that neither making it nor taking it back changes the weeks before.
    """

    start: dt.date
    unit: str
    tolerance: float
    baseline: float
    goal: float | None = None
    base: str = "current-target"
    increment_pct: float = 10
    days_per_week: int = 5
    holds: tuple[Hold, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether the plan stays at one amount until further notice."""
        return any(hold.until is None for hold in self.holds)

    def holds_on(self, day: dt.date) -> bool:
        """Whether the plan is held on the day."""
        return any(hold.covers(day) for hold in self.holds)


@dataclass(frozen=True)
class Line:
    """One line of the pacing log (W4b)."""

    day: dt.date
    done: float
    kept: str = ""


@dataclass(frozen=True)
class Week:
    """One week of the plan. `exact` is the amount before rounding; `decision` is None while it runs."""

    number: int
    first: dt.date
    exact: float
    target: float
    days_done: int
    days_overdone: int
    has_flare: bool
    decision: Decision | None

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(days=DAYS - 1)


def week_number(start: dt.date, day: dt.date) -> int:
    """Which week of a plan a day lies in, from 1; days before the start belong to week 1."""
    return max(0, (day - start).days // DAYS) + 1


def target_for(plan: Plan, exact: float) -> float:
    """The amount to aim at: rounded down, never above the goal, never nothing.

    A goal that is reached counts as it was set: it is the patient's own figure.
    """
    if plan.goal is not None and exact >= plan.goal - 1e-9:
        return plan.goal
    return max(round_down(exact, plan.unit), _smallest(plan))


def weeks(
    plan: Plan, lines: Iterable[Line], today: dt.date, flare_days: Collection[dt.date] = ()
) -> tuple[Week, ...]:
    """The weeks of a plan from its first to the one that `today` lies in."""
    by_week: dict[int, list[Line]] = {}
    for line in lines:
        if line.day >= plan.start:
            by_week.setdefault(week_number(plan.start, line.day), []).append(line)
    flares = {week_number(plan.start, day) for day in flare_days if day >= plan.start}
    current = min(week_number(plan.start, today), MAX_WEEKS)
    exact, found = _capped(plan, plan.baseline), []
    for number in range(1, current + 1):
        week = _week(plan, number, exact, by_week.get(number, []), number in flares, is_over=number < current)
        found.append(week)
        exact = _after(plan, week)
    return tuple(found)


def decide(
    plan: Plan, *, exact: float, days_done: int, days_overdone: int, has_flare: bool, is_held: bool = False
) -> Decision:
    """The rule at the end of a week, see above. A flare-up day goes before everything else.

    A plan that is held stays however few days were done; overdoing it is still said.
    """
    if has_flare:
        return Decision.STEP_BACK
    if is_held:
        return Decision.HOLD_OVERDONE if days_overdone > OVERDONE_AT_MOST else Decision.HELD
    if days_done < plan.days_per_week - MISSED_AT_MOST:
        return Decision.HOLD_FEW_DAYS
    if days_overdone > OVERDONE_AT_MOST:
        return Decision.HOLD_OVERDONE
    is_there = plan.goal is not None and exact >= plan.goal - 1e-9
    return Decision.ARRIVED if is_there else Decision.ADVANCE


def forecast(plan: Plan, exact: float | None = None, *, most: int = MAX_WEEKS) -> tuple[float, ...]:
    """The targets if every week advances, from `exact` (the baseline) to the week that reaches the goal.

    Without a goal as many as `most`, and so too for a plan that is held, which stays where it is.
    The published example (eTG): tolerance 200 m, start 160 m,
    20 m more each week: 300 m in week 8.
    """
    start = plan.baseline if exact is None else exact
    if plan.is_held:
        return (target_for(plan, _capped(plan, start)),) * most
    amounts = progression(
        start, base=plan.base, increment_pct=plan.increment_pct, tolerance=plan.tolerance, goal=plan.goal
    )
    found: list[float] = []
    for amount in amounts:
        found.append(target_for(plan, amount))
        if len(found) >= most or (plan.goal is not None and amount >= plan.goal - 1e-9):
            break
    return tuple(found)


def is_done(line: Line, target: float) -> bool:
    """Whether a line counts as a day on plan: stopped on plan, or the target reached."""
    if line.done <= 0 or line.kept in (Kept.UNDERDID, Kept.NOT_DONE):
        return False
    return line.kept in (Kept.ON_PLAN, Kept.OVERDID) or line.done >= target


def is_overdone(line: Line, target: float) -> bool:
    """Whether a line says, or shows, clearly more than the plan."""
    return line.kept == Kept.OVERDID or (not line.kept and line.done > MUCH_MORE * target)


def _week(
    plan: Plan, number: int, exact: float, lines: list[Line], has_flare: bool, *, is_over: bool
) -> Week:
    target = target_for(plan, exact)
    days_done = len({line.day for line in lines if is_done(line, target)})
    days_overdone = len({line.day for line in lines if is_overdone(line, target)})
    first = plan.start + dt.timedelta(days=DAYS * (number - 1))
    decision = decide(
        plan,
        exact=exact,
        days_done=days_done,
        days_overdone=days_overdone,
        has_flare=has_flare,
        is_held=plan.holds_on(first + dt.timedelta(days=DAYS - 1)),
    )
    return Week(
        number, first, exact, target, days_done, days_overdone, has_flare, decision if is_over else None
    )


def _after(plan: Plan, week: Week) -> float:
    if week.decision == Decision.ADVANCE:
        return _capped(
            plan,
            grown(week.exact, base=plan.base, increment_pct=plan.increment_pct, tolerance=plan.tolerance),
        )
    return _capped(plan, week.exact * STEP_BACK) if week.decision == Decision.STEP_BACK else week.exact


def _smallest(plan: Plan) -> float:
    step = ROUNDING.get(plan.unit, 1.0)
    return step if plan.goal is None else min(step, plan.goal)


def _capped(plan: Plan, exact: float) -> float:
    """Never above the goal, and never below the smallest amount that can be done."""
    least = max(exact, _smallest(plan))
    return least if plan.goal is None else min(least, plan.goal)
