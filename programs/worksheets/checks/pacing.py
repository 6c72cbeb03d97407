"""Pacing plans (W4): trials that can be worked with, and a goal that lies ahead."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from programs.formulas.pacing import round_down
from programs.worksheets.checks.kinds import Check, Fault
from programs.worksheets.pacing import amount_in_words, start_of


def pacing_trials(values: Mapping[str, Any], today: dt.date) -> list[Fault]:
    """No trial of zero, a baseline that is more than nothing, and a goal above the baseline.

    Source: W4 in the clinical reference (amount above 0; baseline = mean of the trials less the
    reduction; the target grows from the baseline to the goal).
    """
    faults = [
        (f"trials-{place}-amount", _("Zero cannot be worked with. Write the little that you did manage."))
        for place, row in enumerate(values.get("trials") or ())
        if row.get("amount") is not None and float(row["amount"]) <= 0
    ]
    begun = start_of(values)
    if faults or begun is None:
        return faults
    unit = str(values["unit"])
    start = round_down(begun[1], unit)
    if start <= 0:
        text = _("These amounts are too small for this unit. Choose a finer unit, or write a little more.")
        return [("trials-0-amount", text)]
    goal = values.get("goal_amount")
    if goal is not None and float(goal) <= start:
        text = _("Your starting amount is %(start)s. Choose a goal above that.")
        return [("goal_amount", text % {"start": amount_in_words(start, unit)})]
    return []


CHECKS = {
    "pacing_trials": Check(
        pacing_trials,
        {
            "trials": "list",
            "trials.amount": "number",
            "unit": "enum",
            "goal_amount": "number",
            "reduction_pct": "int",
        },
    ),
}
