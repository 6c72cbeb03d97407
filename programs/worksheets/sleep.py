"""A night of the sleep diary (W9) as its answers tell it, and in words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.formulas.sleep import LONG_IN_BED, Night

TIMES = ("into_bed", "tried_to_sleep", "final_wake", "out_of_bed")
NEEDS = {
    "date_of_morning": "date",
    **dict.fromkeys(TIMES, "time"),
    "sol_min": "int",
    "waso_min": "int",
    "tasafa_min": "int",
}


def night_of(values: Mapping[str, Any]) -> Night | None:
    """The night that an entry describes; None while a time is missing."""
    if not all(values.get(name) for name in ("date_of_morning", *TIMES)):
        return None
    return Night(
        morning=dt.date.fromisoformat(values["date_of_morning"]),
        **{name: dt.time.fromisoformat(values[name]) for name in TIMES},
        sol=int(values.get("sol_min") or 0),
        waso=int(values.get("waso_min") or 0),
        tasafa=int(values.get("tasafa_min") or 0),
    )


def duration(minutes: float) -> str:
    """`7 hours 15 minutes`, `45 minutes`: a length of time as people say it, to the minute."""
    hours, rest = divmod(round(minutes), 60)
    parts = []
    if hours:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if rest or not hours:
        parts.append(ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest})
    return " ".join(parts)


def night_in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Time in bed and asleep of one night. No efficiency: one night says too little for it."""
    night = night_of(values)
    if night is None or not night.is_possible:
        return []
    lines = [(_("In bed"), duration(night.time_in_bed)), (_("Asleep"), duration(night.time_asleep))]
    if night.is_long:
        text = _(
            "That is more than %(hours)d hours in bed. If a time slipped, change it; if not, all is well."
        )
        lines.append((_("A long night"), text % {"hours": LONG_IN_BED // 60}))
    return lines
