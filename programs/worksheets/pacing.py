"""What the answers of a pacing plan (W4) come to, as numbers and in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs.formulas.pacing import baseline, round_down, tolerance

TRIALS = {"trials": "list", "trials.amount": "number", "unit": "enum", "reduction_pct": "int"}
DEFAULT_REDUCTION = 20


def trial_amounts(values: Mapping[str, Any]) -> list[float]:
    """The amounts of the trials that somebody wrote down."""
    return [float(row["amount"]) for row in values.get("trials") or () if row.get("amount") is not None]


def start_of(values: Mapping[str, Any]) -> tuple[float, float] | None:
    """Tolerance and starting amount (not rounded); None while there is no trial above zero."""
    amounts = trial_amounts(values)
    if not amounts or any(amount <= 0 for amount in amounts):
        return None
    found = tolerance(amounts)
    return found, baseline(found, values.get("reduction_pct") or DEFAULT_REDUCTION)


def amount_in_words(amount: float, unit: str) -> str:
    """`12.5 minutes`, `1 step`: an amount with its unit, at most one decimal."""
    number = f"{amount:.1f}".rstrip("0").rstrip(".")
    count = 1 if number == "1" else 2
    words = {
        "minutes": ngettext("%(amount)s minute", "%(amount)s minutes", count),
        "repetitions": ngettext("%(amount)s time", "%(amount)s times", count),
        "metres": ngettext("%(amount)s metre", "%(amount)s metres", count),
        "steps": ngettext("%(amount)s step", "%(amount)s steps", count),
    }
    return words.get(unit, "%(amount)s") % {"amount": number}


def start_in_words(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Tolerance and starting amount, as the patient reads them; nothing without trials."""
    start, unit = start_of(values), str(values.get("unit", ""))
    if start is None:
        return []
    found, begin = start
    reduction = values.get("reduction_pct") or DEFAULT_REDUCTION
    return [
        (
            _("What you could do (your tolerance)"),
            _("%(amount)s: the middle of your tries") % {"amount": amount_in_words(found, unit)},
        ),
        (
            _("Where to start (your baseline)"),
            _("%(amount)s: that is %(percent)d%% less")
            % {"amount": amount_in_words(round_down(begin, unit), unit), "percent": reduction},
        ),
    ]
