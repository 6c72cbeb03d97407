"""Nights (W9) that cannot have been, and sleep plans (W10) that leave too little time in bed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from programs.formulas.sleep import DAY, Night, minutes_between
from programs.formulas.sleep_window import DEFAULT_MINIMUM
from programs.worksheets.checks.kinds import Check, Fault
from programs.worksheets.sleep import NEEDS, duration, night_of


def sleep_times(values: Mapping[str, Any], today: dt.date) -> list[Fault]:
    """A night's times come in order, and nobody is awake for longer than there was time.

    Source: W9 in the clinical reference (TST >= 0, time in bed above 0 and at most 24 hours). One
    fault at a time: the first wrong time usually explains the rest.
    """
    night = night_of(values)
    if night is None:
        return []
    return _out_of_order(night) or _too_long_awake(night)


def _out_of_order(night: Night) -> list[Fault]:
    """Times are counted on from going to bed, past midnight."""
    tried = minutes_between(night.into_bed, night.tried_to_sleep)
    woke = minutes_between(night.into_bed, night.final_wake)
    up = night.time_in_bed
    if tried > up:
        text = _(
            "By these times you were out of bed at %(up)s, before you tried to sleep. Is one of them wrong?"
        )
        return [("tried_to_sleep", text % {"up": f"{night.out_of_bed:%H:%M}"})]
    if woke > up:
        text = _("By these times you got up before you woke. Look at this time and at the one of getting up.")
        return [("final_wake", text)]
    if woke < tried:
        text = _("This is earlier than %(tried)s, when you tried to sleep. Is one of the two wrong?")
        return [("final_wake", text % {"tried": f"{night.tried_to_sleep:%H:%M}"})]
    return []


def _too_long_awake(night: Night) -> list[Fault]:
    span = duration(night.sleep_span)
    if night.sol > night.sleep_span:
        text = _("From trying to sleep until you woke for good there were %(span)s. Write at most that.")
        return [("sol_min", text % {"span": span})]
    if night.time_asleep < 0:
        text = _(
            "With the minutes until you were asleep this is more than the %(span)s from trying to sleep "
            "until you woke for good. A smaller guess fits."
        )
        return [("waso_min", text % {"span": span})]
    left = minutes_between(night.final_wake, night.out_of_bed)
    if night.tasafa > left:
        text = _("Between waking for good and getting up there were %(span)s. Write at most that.")
        return [("tasafa_min", text % {"span": duration(left)})]
    return []


def sleep_plan_times(values: Mapping[str, Any], today: dt.date) -> list[Fault]:
    """A plan leaves at least six hours between the earliest bed time and getting up.

    Source: W10 in the clinical reference. A shorter time in bed is a treatment with safety stops,
    which only a therapist turns on, and even then it is never below 5.5 to 6 hours [D].
    """
    if not values.get("earliest_bed_time"):
        return []
    bed, rise = (dt.time.fromisoformat(values[name]) for name in ("earliest_bed_time", "rise_time"))
    if (minutes_between(bed, rise) or DAY) >= DEFAULT_MINIMUM:
        return []
    text = _("This leaves %(span)s in bed. Leave at least %(least)s: choose an earlier time.")
    spans = {"span": duration(minutes_between(bed, rise)), "least": duration(DEFAULT_MINIMUM)}
    return [("earliest_bed_time", text % spans)]


CHECKS = {
    "sleep_times": Check(sleep_times, NEEDS),
    "sleep_plan_times": Check(sleep_plan_times, {"rise_time": "time", "earliest_bed_time": "time"}),
}
