"""What made-up patients answer in questionnaires: a course for each, with ordinary ups and downs.

Starts and changes are near those of treated courses (clinical reference, section 7): most get better,
some stay as they are, and one in fifteen gets worse.
"""

import random
from typing import Any

from patients.measures.asked import BACK_ITEM, MAIN_PAIN
from programs.instruments.definition import NONE, InstrumentDefinition, Item

# How bad it is at the start, and how much of that goes in a week.
_START = {"peg": 0.63, "phq-9": 0.45, "gad-7": 0.40, "rmdq": 0.56, "pain-nrs": 0.60}
_USUAL_START = 0.4
_WEEKLY = (0.045, 0.03, 0.05, 0.0, 0.035)
_WORSE_WEEKLY = -0.05
_ONE_IN = 15
NEW_SYMPTOMS = "new-symptoms"
# Not answered by the made-up people: nobody is to be alarmed by somebody who does not exist.
_NEVER = {"q9": "0"}
_ITEM_NOISE = 0.12


def typed(definition: InstrumentDefinition, *, person: int, week: int) -> dict[str, Any]:
    """What person number `person` chooses in a week of the course, as the form sends it."""
    if definition.slug == MAIN_PAIN:
        return {BACK_ITEM: str(int(person % 3 != 2))}
    if definition.slug == NEW_SYMPTOMS:
        return _nothing_new(definition)
    chance = random.Random(f"{person} {week} {definition.slug}")  # noqa: S311  # made-up people, no secret
    severity = _severity(definition.slug, person, week)
    if not any(scale.higher_is_worse for scale in definition.scales):
        severity = 1 - severity
    raw: dict[str, Any] = {}
    for item in definition.items:
        raw |= _item(item, severity, chance)
    if definition.ticks and not any(item.code in raw for item in definition.ticks):
        raw[NONE] = "1"
    return raw


def _nothing_new(definition: InstrumentDefinition) -> dict[str, Any]:
    """No new sign and no change of medicine; one made-up alert for every week of everybody helps nobody."""
    raw: dict[str, Any] = {NONE: "1"} if definition.ticks else {}
    for item in definition.items:
        if item.kind == "choice":
            raw[item.code] = str(min(item.values))
        elif item.kind == "multi":
            alone = [option for option in item.options if option.is_exclusive] or list(item.options[:1])
            raw[item.code] = [str(alone[0].value)]
    return raw


def _severity(slug: str, person: int, week: int) -> float:
    start = _START.get(slug, _USUAL_START) * (0.8 + 0.1 * (person % 5))
    weekly = _WORSE_WEEKLY if person % _ONE_IN == 4 else _WEEKLY[person % len(_WEEKLY)]
    return min(max(start - weekly * (week - 1), 0.05), 0.95)


def _item(item: Item, severity: float, chance: random.Random) -> dict[str, Any]:
    felt = min(max(severity + chance.gauss(0, _ITEM_NOISE), 0), 1)
    if item.code in _NEVER:
        return {item.code: _NEVER[item.code]}
    if item.kind == "tick":
        return {item.code: "1"} if chance.random() < severity else {}
    if item.kind in ("text", "number"):
        return {} if item.optional else {item.code: "1"}
    if item.kind == "multi":
        alone = [option for option in item.options if option.is_exclusive] or list(item.options[:1])
        return {item.code: [str(alone[0].value)]}
    values = sorted(item.values)
    return {item.code: str(values[round(felt * (len(values) - 1))])}
