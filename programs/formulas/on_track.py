"""Whether treatment goes as it should: a flag in week 2 and a check in week 4.

Source: clinical reference, section 5 [D, after Forsell et al. 2019, where adapting the treatment of
people found not on track in week 4 cut failures, odds ratio 0.33]. The figures are configuration:
a clinic that decides otherwise passes its own `OnTrackRule`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from programs.formulas.change import Number, exact, percent_change


@dataclass(frozen=True, slots=True)
class OnTrackRule:
    """From when on somebody is not on track, and where each figure is from."""

    week_two_from_day: int = 14
    week_four_from_day: int = 28
    # Week 2: the first module is not done, or neither practised nor answered a questionnaire [D].
    modules_by_week_two: int = 1
    # Week 4: pain fell by less than this part of its start, mood by less than so many points ...
    pain_percent: Decimal = Decimal(10)
    mood_points: Decimal = Decimal(2)
    # ... and one of: fewer modules done, practised on fewer days a week, less confident (0 to 10).
    modules_by_week_four: int = 3
    practice_days: Decimal = Decimal(2)
    confidence: int = 5
    source: str = field(
        default="Week 4: Forsell et al. 2019, adapted. Week 2 and all figures: decisions of this programme."
    )


DEFAULT = OnTrackRule()


class State(StrEnum):
    """What the check says. `CANNOT_TELL` when the answers that it needs are not there."""

    TOO_EARLY = "too-early"
    ON_TRACK = "on-track"
    BEHIND = "behind"
    NOT_ON_TRACK = "not-on-track"
    CANNOT_TELL = "cannot-tell"

    @property
    def needs_care(self) -> bool:
        return self in (State.BEHIND, State.NOT_ON_TRACK)


class Sign(StrEnum):
    """One reason; several can hold."""

    WORSE = "worse"
    PAIN_SAME = "pain-same"
    MOOD_SAME = "mood-same"
    FEW_MODULES = "few-modules"
    LITTLE_PRACTICE = "little-practice"
    LOW_CONFIDENCE = "low-confidence"
    NO_ANSWERS = "no-answers"


@dataclass(frozen=True, slots=True)
class Course:
    """The facts of one enrolment. None is not known, which is never taken for a no.

    `days` of treatment so far, without days of a flare-up or a pause. `practice_days` is a mean per week.
    `worse` are the questionnaires on which the score is reliably worse than at the start.
    """

    days: int
    modules_done: int
    practice_days: Decimal | None = None
    confidence: int | None = None
    pain: tuple[Number | None, Number | None] = (None, None)
    mood: tuple[Number | None, Number | None] = (None, None)
    worse: tuple[str, ...] = ()
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """The state with its reasons, the weightier first."""

    state: State
    signs: tuple[Sign, ...] = ()


def week_two_flag(course: Course, rule: OnTrackRule = DEFAULT) -> Check:
    """Behind schedule in week 2: reliably worse, the first module not done, or no sign of life [D].

    Practice counts where it is known; no practice alone is a reason only when nothing was answered either.
    """
    if course.days < rule.week_two_from_day:
        return Check(State.TOO_EARLY)
    signs = [Sign.WORSE] if course.worse else []
    if course.modules_done < rule.modules_by_week_two:
        signs.append(Sign.FEW_MODULES)
    if not course.practice_days and not course.answered:
        signs += [Sign.LITTLE_PRACTICE, Sign.NO_ANSWERS]
    return Check(State.BEHIND if signs else State.ON_TRACK, tuple(signs))


def week_four_check(course: Course, rule: OnTrackRule = DEFAULT) -> Check:
    """Not on track in week 4: reliably worse on any, or neither pain nor mood moved and little was done.

    Neither moved: the PEG fell by less than 10% and the PHQ-9 by less than 2 points. Little was done: fewer
    than 3 modules, practice on fewer than 2 days a week, or confidence below 5. A questionnaire without two
    scores is not known, and with neither of the two the check cannot be told.
    """
    if course.days < rule.week_four_from_day:
        return Check(State.TOO_EARLY)
    worse = [Sign.WORSE] if course.worse else []
    still = _still(course, rule)
    effort = _effort(course, rule)
    if worse or (effort and len(still) == 2 and None not in still.values() and all(still.values())):
        same = [sign for sign, holds in still.items() if holds]
        return Check(State.NOT_ON_TRACK, (*worse, *same, *effort))
    if None in still.values() and not any(holds is False for holds in still.values()):
        return Check(State.CANNOT_TELL, (Sign.NO_ANSWERS, *effort))
    return Check(State.ON_TRACK)


def _still(course: Course, rule: OnTrackRule) -> Mapping[Sign, bool | None]:
    """Whether pain and mood stayed where they were; None where that is not known.

    A start at nought has nothing to fall from and says nothing.
    """
    pain = percent_change(*course.pain)
    before, after = course.mood
    mood = None if before is None or after is None else exact(before) - exact(after)
    return {
        Sign.PAIN_SAME: None if pain is None else -pain < rule.pain_percent,
        Sign.MOOD_SAME: None if mood is None else mood < rule.mood_points,
    }


def _effort(course: Course, rule: OnTrackRule) -> list[Sign]:
    """What of the treatment did not reach the person."""
    found = []
    if course.modules_done < rule.modules_by_week_four:
        found.append(Sign.FEW_MODULES)
    if course.practice_days is not None and course.practice_days < rule.practice_days:
        found.append(Sign.LITTLE_PRACTICE)
    if course.confidence is not None and course.confidence < rule.confidence:
        found.append(Sign.LOW_CONFIDENCE)
    return found


def check(course: Course, rule: OnTrackRule = DEFAULT) -> Check:
    """The check that belongs to the week: none before week 2, then the flag, from week 4 on the rule."""
    if course.days < rule.week_four_from_day:
        return week_two_flag(course, rule)
    return week_four_check(course, rule)
