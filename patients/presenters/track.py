"""How treatment goes, in a therapist's words: what got worse, why somebody is not on track, what to do.

The reasons and actions are those of the clinical reference, section 5 [D, after Forsell et al. 2019].
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from patients.measures.course import Measure
from programs.formulas.change import ChangeClass, Why
from programs.formulas.on_track import DEFAULT, Check, Sign, State
from programs.instruments.definition import Scale


def number(value: Decimal | None, scale: Scale) -> str:
    """A score with the decimals that are kept of it, without needless noughts."""
    if value is None:
        return "–"
    rounded = round(value, min(scale.decimals, 1))
    return str(number_format(rounded, 0 if rounded == rounded.to_integral_value() else 1))


def moved(measure: Measure) -> str:
    """ "PHQ-9 9 → 16": from the start to the newest score."""
    ends = [number(one.value if one else None, measure.scale) for one in (measure.start, measure.latest)]
    return f"{measure.scale.title} {ends[0]} → {ends[1]}"


def worse_in_words(measures: Sequence[Measure]) -> str:
    """Which scores are reliably worse than at the start; nothing for none."""
    if not measures:
        return ""
    return _("Reliably worse: %(scores)s") % {"scores": ", ".join(moved(one) for one in measures)}


def better_in_words(measures: Sequence[Measure]) -> str:
    if not measures:
        return ""
    return _("Reliably better: %(scores)s") % {"scores": ", ".join(moved(one) for one in measures)}


def state_in_words(check: Check) -> str:
    """The state of the check where it asks for something; nothing otherwise."""
    words = {State.BEHIND: _("Behind schedule"), State.NOT_ON_TRACK: _("Not on track")}
    return words.get(check.state, "")


def check_in_words(check: Check) -> str:
    """The state with its reasons, in one line."""
    reasons = [sign_in_words(sign) for sign in check.signs]
    state = state_in_words(check)
    return _("%(state)s: %(reasons)s") % {"state": state, "reasons": ", ".join(reasons)} if reasons else state


def sign_in_words(sign: Sign) -> str:
    words = {
        Sign.WORSE: _("a score is reliably worse than at the start"),
        Sign.PAIN_SAME: _("pain is not %(n)s%% lower than at the start") % {"n": DEFAULT.pain_percent},
        Sign.MOOD_SAME: _("mood is not %(n)s points better than at the start") % {"n": DEFAULT.mood_points},
        Sign.FEW_MODULES: _("few weeks of the course done"),
        Sign.LITTLE_PRACTICE: _("little practice"),
        Sign.LOW_CONFIDENCE: _("little confidence that it can help"),
        Sign.NO_ANSWERS: _("no answers to go by"),
    }
    return words[sign]


def actions_for(check: Check, *, is_worse: bool = False) -> list[str]:
    """What to consider, the first thing first; nothing while treatment goes as it should.

    Who is reliably worse is talked to in any week, also before the first check and after the last [D].
    """
    if check.state == State.CANNOT_TELL and not is_worse:
        return [_("Ask for the answers that are missing: without them nobody can tell how treatment goes.")]
    if not check.state.needs_care and not is_worse:
        return []
    signs = set(check.signs) | ({Sign.WORSE} if is_worse else set())
    found = [_("Call, and ask what gets in the way.")]
    if Sign.WORSE in signs:
        found.insert(0, _("Talk soon about what got harder, and check for risk."))
    if signs & {Sign.FEW_MODULES, Sign.LITTLE_PRACTICE}:
        found.append(_("Make it smaller: one skill, ten minutes, the short version of the week."))
    if Sign.LOW_CONFIDENCE in signs:
        found.append(_("Go back to what they hoped for, and to one thing that worked."))
    if check.state == State.NOT_ON_TRACK:
        found.append(_("Discuss the case in supervision, and plan extra contact for the weeks left."))
    return found


def change_in_words(measure: Measure) -> str:
    """The class of a change with its figures, for a clinician."""
    verdict, rule = measure.verdict, measure.scale.change
    words = {
        ChangeClass.RECOVERED: _("Recovered: reliably better, and no case any more"),
        ChangeClass.IMPROVED: _("Reliably better"),
        ChangeClass.UNCHANGED: _("No reliable change"),
        ChangeClass.DETERIORATED: _("Reliably worse"),
        ChangeClass.HARMED: _("Reliably worse, and a case now"),
        ChangeClass.CANNOT_TELL: _why(verdict.why),
    }
    reliable = number(rule.reliable, measure.scale) if rule else "–"
    return _("%(words)s (reliable from %(n)s points)") % {"words": words[verdict.change], "n": reliable}


def _why(why: Why) -> str:
    words = {
        Why.NO_BASELINE: _("Change cannot be told: there is no score from the start"),
        Why.NO_SCORE: _("Change cannot be told yet: there is no score after the start"),
        Why.FLOOR: _("The start was too good to show an improvement"),
        Why.CEILING: _("The start was too high to show a worsening"),
    }
    return words.get(why, _("Change cannot be told"))


def tone_of(change: ChangeClass) -> str:
    if change.is_worse:
        return "danger"
    return "calm" if change.is_better else "plain"
