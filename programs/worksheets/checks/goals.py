"""Goals (W2): dates that leave time to practise, and levels that can be told apart."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from programs.worksheets.checks.kinds import Check, Fault

# The shortest and the longest time for a goal, in days: field `target` of W2 in the clinical reference.
MIN_DAYS, MAX_DAYS = 14, 120
LEVELS = ("gas_minus2", "gas_minus1", "gas_0", "gas_plus1", "gas_plus2")


def goal_dates(values: Mapping[str, Any], today: dt.date) -> list[Fault]:
    """A goal starts today or later, and its target day is 14 to 120 days after its start.

    Source: W2 in the clinical reference. `today` of a goal that is changed later without moving
    its start is the day on which it was first written, so a goal under way stays valid.
    """
    faults: list[Fault] = []
    start, target = (dt.date.fromisoformat(values[name]) for name in ("start", "target"))
    if start < today:
        faults.append(("start", _("This day is in the past. Start today, or on a day to come.")))
    if target < today:
        faults.append(("target", _("This day is in the past. Choose a day to come.")))
    elif (target - start).days < MIN_DAYS:
        faults.append(("target", _("Leave at least two weeks between the start and this day.")))
    elif (target - start).days > MAX_DAYS:
        text = _("This is more than %(days)d days after the start. Choose a nearer step towards it.")
        faults.append(("target", text % {"days": MAX_DAYS}))
    return faults


def goal_levels(values: Mapping[str, Any], today: dt.date) -> list[Fault]:
    """The level of today has to be described, and no two levels may say the same.

    Source: [D] a level that cannot be told from another cannot be rated (goal attainment scaling,
    Kiresuk and Sherman 1968, asks for five distinct outcomes).
    """
    faults: list[Fault] = []
    now = {"-2": "gas_minus2", "-1": "gas_minus1"}.get(str(values.get("baseline_level")), "")
    if now and not values.get(now):
        faults.append((now, _("You chose this level as where you are now. Describe it in a few words.")))
    seen: set[str] = set()
    for name in LEVELS:
        text = " ".join(str(values.get(name, "")).casefold().split())
        if text and text in seen:
            faults.append((name, _("Another level says the same. What would be different at this one?")))
        seen.add(text)
    return faults


CHECKS = {
    "goal_dates": Check(goal_dates, {"start": "date", "target": "date"}),
    "goal_levels": Check(goal_levels, {"baseline_level": "enum"} | dict.fromkeys(LEVELS, "text")),
}
