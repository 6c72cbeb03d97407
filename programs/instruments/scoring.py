"""Scores from answers. Pure: the same answers to the same version give the same scores for ever.

A score is rounded half up to the scale's decimals. With too little answered it is empty, never a guess.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from programs.instruments.algorithms import FINDINGS, METHODS_IN_CODE
from programs.instruments.definition import InstrumentDefinition, Scale

_QUANTA = {places: Decimal(1).scaleb(-places) for places in range(7)}


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """What one scale comes to. `value` is None when too much is missing; `band` is a slug or empty.

    `details` is ready for JSON: `answered` of `of` items, and where they apply `missing`, `declined`
    and `flags` (item codes), `raw` and `error` (of a converted score), `finding`.
    """

    scale: str
    value: Decimal | None
    band: str
    details: dict[str, Any] = field(default_factory=dict)


def score_response(
    definition: InstrumentDefinition, answers: Mapping[str, int], declined: Collection[str] = ()
) -> tuple[ScaleScore, ...]:
    """The score of every scale, in the order of the definition.

    Answers to questions that a skip rule hides do not count. Raises ValueError for an item or a
    number that the definition does not know: `parse_answers` gives neither.
    """
    _hold(definition, answers, declined)
    shown = {code for item in definition.shown_items(answers) for code in item.codes}
    return tuple(_score(definition, scale, answers, declined, shown) for scale in definition.scales)


def in_decimals(value: Decimal, places: int) -> Decimal:
    """Rounded as people round: a half goes up (away from zero)."""
    return value.quantize(_QUANTA[places], rounding=ROUND_HALF_UP)


def shown_value(scale: Scale, value: Decimal) -> str:
    """The number as clinicians are shown it; PEG is kept with two decimals and shown whole."""
    return str(in_decimals(value, scale.shown_decimals))


def _hold(definition: InstrumentDefinition, answers: Mapping[str, int], declined: Collection[str]) -> None:
    items = definition.by_code
    for code, value in answers.items():
        if code not in items or type(value) is not int or value not in items[code].values:
            raise ValueError(f"{definition.slug}: no such answer to {code}")
    for code in declined:
        if code not in items or code in answers:
            raise ValueError(f"{definition.slug}: {code} cannot be declined")


def _score(
    definition: InstrumentDefinition,
    scale: Scale,
    answers: Mapping[str, int],
    declined: Collection[str],
    shown: Collection[str],
) -> ScaleScore:
    values, missing = _values(definition, scale, answers, shown)
    details: dict[str, Any] = {"answered": len(values), "of": len(scale.items)}
    refused = [code for code in scale.items if code in declined and code in shown]
    flags = _flags(definition, scale, answers, refused, shown)
    notes = {"missing": missing, "declined": refused, "flags": flags}
    details |= {name: codes for name, codes in notes.items() if codes}
    value = _value(scale, values, missing, details)
    if scale.finding:
        details["finding"] = FINDINGS[scale.finding].run(values, scale.items)
    if value is None:
        return ScaleScore(scale.slug, None, "", details)
    value = in_decimals(value, scale.decimals)
    band = scale.band_of(value)
    return ScaleScore(scale.slug, value, band.slug if band else "", details)


def _values(
    definition: InstrumentDefinition, scale: Scale, answers: Mapping[str, int], shown: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """The number that each item counts for, and the items that have none."""
    values: dict[str, int] = {}
    missing: list[str] = []
    for code in scale.items:
        if (
            code not in shown
            and scale.missing.hidden_as is not None
            and _is_settled(definition, code, answers)
        ):
            values[code] = scale.missing.hidden_as
        elif code in shown and code in answers:
            item = definition.by_code[code]
            value = answers[code]
            values[code] = min(item.values) + max(item.values) - value if code in scale.reverse else value
        else:
            missing.append(code)
    return values, missing


def _is_settled(definition: InstrumentDefinition, code: str, answers: Mapping[str, int]) -> bool:
    """Whether an item is hidden by answers, and not for want of one."""
    rule = definition.by_code[code].show_if
    return rule is not None and all(
        one in answers or _is_settled(definition, one, answers) for one in rule.items
    )


def _flags(
    definition: InstrumentDefinition,
    scale: Scale,
    answers: Mapping[str, int],
    refused: Collection[str],
    shown: Collection[str],
) -> list[str]:
    flagged = []
    for code in scale.items:
        least = definition.by_code[code].flag_from
        if least is None or code not in shown:
            continue
        if code in refused or answers.get(code, least - 1) >= least:
            flagged.append(code)
    return flagged


def _value(
    scale: Scale, values: Mapping[str, int], missing: Collection[str], details: dict[str, Any]
) -> Decimal | None:
    if scale.method == "code":
        return METHODS_IN_CODE[scale.code].run(values)
    most = 0 if scale.missing.rule == "all" else scale.missing.at_most
    if len(missing) > most or not values:
        return None
    if scale.method == "count":
        return Decimal(sum(value >= scale.counts_from for value in values.values()) * scale.multiply)
    total = Decimal(sum(values.values()))
    if scale.method == "mean":
        return total / len(values) * scale.multiply
    if missing and scale.missing.rule == "prorate":
        total = total * len(scale.items) / len(values)
    if scale.method == "table":
        return _converted(scale, int(total), details)
    return total * scale.multiply


def _converted(scale: Scale, raw: int, details: dict[str, Any]) -> Decimal:
    """The scale's figure for a raw sum; the loader made sure that the table begins at the smallest sum."""
    details["raw"] = raw
    place = raw - scale.table_starts_at
    if scale.table_errors:
        details["error"] = str(scale.table_errors[place])
    return scale.table[place]
