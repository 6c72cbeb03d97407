"""What a log shows a therapist: its figures, and what the cues of the modules ask to look for.

Sources: the therapist cues of the clinical reference (1.4, modules 1 and 4 to 7) and the formulas
that each figure names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.models import Entry
from patients.presenters.activity import activity_of
from patients.presenters.log_figures import feelings_of
from patients.presenters.nights import in_words, mean_of
from patients.presenters.weeks import better_than_expected
from programs.formulas.thoughts import SMALL_FALL, WEAK_BELIEF, is_little_relief
from programs.models import Worksheet

# Cues of module 7: less than this of the time in bed asleep, more than this long in bed.
LOW_EFFICIENCY, LONG_NIGHT = 85, 9.5 * 60
# Cues of module 4: no change over so many practices; fewer practices than this.
STEADY_PRACTICES, FEW_PRACTICES = 7, 3


@dataclass(frozen=True)
class Finding:
    """One thing to see in a log. `is_cue` asks for attention; the others are plain figures."""

    tag: str
    text: str
    is_cue: bool = True


def findings(worksheet: Worksheet, entries: Sequence[Entry]) -> tuple[Finding, ...]:
    """What the lines of one log show, figures first. `entries` are of one worksheet, in any order."""
    ordered = sorted(entries, key=lambda entry: (str(entry.on_date or ""), entry.submitted_at))
    found = [
        one
        for name, look in _LOOKS.items()
        if name in worksheet.spec.derived
        for one in look(worksheet, ordered)
    ]
    return tuple(sorted(found, key=lambda one: one.is_cue))


def _boom_bust(worksheet: Worksheet, entries: Sequence[Entry]) -> list[Finding]:
    """The pattern of one very full day before an empty one."""
    summary = activity_of(worksheet, entries)
    if summary is None:
        return []
    found = []
    if summary.variation_pct is not None:
        words = _("%(up)d active minutes a day, varying by %(cv)d%% (coefficient of variation)")
        figures = {"up": round(summary.mean_up_minutes or 0), "cv": round(summary.variation_pct)}
        found.append(Finding(_("Mean"), words % figures, is_cue=False))
    if summary.has_boom_bust:
        last = summary.boom_busts[-1]
        text = _("%(up)s active minutes on one day and %(down)s on the next, where %(usual)s are usual.")
        figures = {
            "up": last.boom.up_minutes,
            "down": last.bust.up_minutes,
            "usual": round(last.median_minutes),
        }
        found.append(Finding(_("Boom and bust"), text % figures))
    return found


def _nights(worksheet: Worksheet, entries: Sequence[Entry]) -> list[Finding]:
    """The mean of the seven days up to the newest night, and the cues of module 7."""
    days = [entry.on_date for entry in entries if entry.on_date]
    mean = mean_of(entries, max(days)) if days else None
    words = in_words(mean)
    if mean is None or words is None:
        return []
    figures = {"n": words.nights, "asleep": words.asleep, "in_bed": words.in_bed}
    text = ngettext(
        "%(n)d night: asleep %(asleep)s of %(in_bed)s in bed",
        "%(n)d nights: asleep %(asleep)s of %(in_bed)s in bed",
        words.nights,
    )
    said = text % figures
    if words.share:
        said += _("; efficiency %(share)s of the time in bed, %(tried)s of the time spent trying") % {
            "share": words.share,
            "tried": words.share_tried,
        }
    found = [Finding(_("Last seven days"), said, is_cue=False)]
    if mean.efficiency is not None and mean.efficiency < LOW_EFFICIENCY:
        found.append(Finding(_("Sleep efficiency"), _("below %(limit)d%%") % {"limit": LOW_EFFICIENCY}))
    if mean.time_in_bed > LONG_NIGHT:
        found.append(Finding(_("Long in bed"), _("more than nine and a half hours a night on average")))
    return found


def _thoughts(worksheet: Worksheet, entries: Sequence[Entry]) -> list[Finding]:
    """Feelings that did not move, and balanced thoughts that are hardly believed."""
    rated = [feelings_of(entry.values) for entry in entries]
    rated = [changes for changes in rated if changes]
    still = sum(is_little_relief(changes) for changes in rated)
    alternatives = [entry.values.get("belief_alternative") for entry in entries]
    weak = sum(value is not None and value < WEAK_BELIEF for value in alternatives)
    found = []
    if still:
        text = _("no feeling eased by %(least)d or more in %(n)d of %(all)d records")
        figures = {"least": SMALL_FALL, "n": still, "all": len(rated)}
        found.append(Finding(_("Little change"), text % figures))
    if weak:
        text = ngettext(
            "believed below %(limit)d%% in %(n)d record", "believed below %(limit)d%% in %(n)d records", weak
        )
        found.append(Finding(_("Balanced thought"), text % {"limit": WEAK_BELIEF, "n": weak}))
    return found


def _tension(worksheet: Worksheet, entries: Sequence[Entry]) -> list[Finding]:
    """Practice that changes nothing, or hardly takes place."""
    pairs = [
        (entry.values["tension_before"], entry.values["tension_after"])
        for entry in entries
        if None not in (entry.values.get("tension_before"), entry.values.get("tension_after"))
    ][-STEADY_PRACTICES:]
    if len(entries) < FEW_PRACTICES:
        return [Finding(_("Few practices"), _("fewer than %(n)d") % {"n": FEW_PRACTICES})]
    if len(pairs) == STEADY_PRACTICES and all(after >= before for before, after in pairs):
        return [
            Finding(_("No change"), _("tension did not fall in the last %(n)d practices") % {"n": len(pairs)})
        ]
    return []


def _enjoyment(worksheet: Worksheet, entries: Sequence[Entry]) -> list[Finding]:
    """Activities that were better than expected: worth saying back to the patient."""
    text = better_than_expected(entries)
    return [Finding(_("To reflect"), text)] if text else []


_LOOKS: Mapping[str, Callable[[Worksheet, Sequence[Entry]], list[Finding]]] = {
    "activity_summary": _boom_bust,
    "sleep_night": _nights,
    "thought_change": _thoughts,
    "tension_change": _tension,
    "enjoyment_change": _enjoyment,
}
