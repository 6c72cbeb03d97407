"""Before and after in words: what a thought record (W7), a relaxation (W5) or an activity (W6) came to."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

THOUGHT_NEEDS = {
    "feelings": "list",
    "feelings.name": "enum",
    "feelings.pct_before": "pct",
    "feelings_after": "list",
    "feelings_after.name": "enum",
    "feelings_after.pct_after": "pct",
    "belief_before": "pct",
    "belief_after": "pct",
}
TENSION_NEEDS = {"tension_before": "nrs", "tension_after": "nrs"}
ENJOYMENT_NEEDS = {"expected_enjoyment": "nrs", "actual_enjoyment": "nrs"}


def moved(before: int, after: int, unit: str = "") -> str:
    """`80% to 40%, 40 less`: a step from one figure to another, with its size."""
    words = {"before": f"{before}{unit}", "after": f"{after}{unit}", "size": abs(before - after)}
    if before == after:
        return _("%(before)s, no change") % words
    text = _("%(before)s to %(after)s, %(size)d less") if before > after else None
    return (text or _("%(before)s to %(after)s, %(size)d more")) % words


def thought_in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How the belief in the first thought moved. Feelings speak in the entry's own rows and its picture."""
    before, after = values.get("belief_before"), values.get("belief_after")
    if before is None or after is None:
        return []
    return [(_("Belief in the first thought"), moved(before, after, "%"))]


def tension_in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How tension moved over one practice."""
    before, after = values.get("tension_before"), values.get("tension_after")
    return [] if before is None or after is None else [(_("Tension"), moved(before, after))]


def enjoyment_in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was expected of an activity against how it was."""
    expected, actual = values.get("expected_enjoyment"), values.get("actual_enjoyment")
    if expected is None or actual is None:
        return []
    words = {"expected": expected, "actual": actual}
    if actual > expected:
        return [
            (_("Enjoyment"), _("%(expected)d expected, %(actual)d in the end: better than expected") % words)
        ]
    return [(_("Enjoyment"), _("%(expected)d expected, %(actual)d in the end") % words)]
