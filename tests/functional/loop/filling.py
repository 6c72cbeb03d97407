"""Fill any worksheet in a browser from its definition, with an answer in every field."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from playwright.sync_api import Locator

from programs.worksheets.definition import Definition, Field

Values = Mapping[str, Any]

# What a check across fields asks for, and what the figures of a page are worked out from.
SPECIAL: dict[str, Values] = {
    "w2-goal": {
        "target": 60, "confidence": "8", "baseline_level": "-1", "weight": "1", "gas_minus2": "Never out",
        "gas_minus1": "Once a week", "gas_0": "Twice a week", "gas_plus1": "Often", "gas_plus2": "Daily",
    },
    "w4-pacing-plan": {
        "activity": "Walking", "unit": "minutes", "goal_amount": "30", "reduction_pct": "20",
        "increment_pct": "10", "increment_base": "current-target", "days_per_week": "5",
        "trials": [{"amount": "12"}, {"amount": "18"}, {"amount": "15"}],
    },
    "w4b-pacing-log": {"done": "12", "kept_to_plan": "stopped-on-plan"},
    "w9-sleep-diary": {
        "into_bed": "22:30", "tried_to_sleep": "23:00", "sol_min": "45", "waso_min": "60",
        "final_wake": "06:30", "tasafa_min": "20", "out_of_bed": "07:15", "nap_min": "15",
    },
    "w14-weekly-check-in": {"new_symptom": False},
}  # fmt: skip


def fill(form: Locator, sheet: Definition, today: dt.date, *, mark: str, day: dt.date | None = None) -> str:
    """Answer every field; returns the text that stands in all free text, by which it is found again.

    `day` is the day that a log's line is about.
    """
    words = f"{mark} {sheet.code}"
    special = SPECIAL.get(sheet.slug, {})
    day_field = sheet.log.get("date_field") if day else None
    _unfold(form)
    for spec in sheet.fields:
        if spec.name == day_field and day:
            text = f"{day.isoformat()}T08:30" if spec.type == "datetime" else day.isoformat()
            form.locator(f"[name='{spec.name}']").fill(text)
        elif spec.type == "list":
            _fill_rows(form, spec, special.get(spec.name) or [], today, words)
        else:
            _answer(form, spec, spec.name, special.get(spec.name), today, words)
    return words


def _unfold(form: Locator) -> None:
    """Optional parts are folded up; a person opens them to write."""
    folded = form.locator("details.form-extra:not([open]) > summary")
    while folded.count():
        folded.first.click()


def _fill_rows(form: Locator, spec: Field, given: list[Values], today: dt.date, words: str) -> None:
    group = form.locator(f"[id='id-{spec.name}']")
    wanted = max(len(given), spec.min_rows, 1)
    for row in range(wanted):
        if not form.locator(f"[name^='{spec.name}-{row}-']").count():
            group.get_by_role("button", name="Add one more").click()
        values = given[row] if row < len(given) else {}
        for part in spec.fields:
            _answer(form, part, f"{spec.name}-{row}-{part.name}", values.get(part.name), today, words)


def _answer(form: Locator, spec: Field, name: str, value: Any, today: dt.date, words: str) -> None:
    inputs = form.locator(f"[name='{name}']")
    if not inputs.count():
        raise AssertionError(f"there is no field {name}")
    first = inputs.first
    kind = first.get_attribute("type") or ""
    if kind == "hidden" or value is False:
        return
    if kind in {"radio", "checkbox"}:
        wanted = str(value) if value is not None else _choice(spec)
        form.locator(f"[name='{name}'][value='{wanted}']").check()
    elif spec.type in {"enum", "multi"}:
        first.select_option(str(value) if value is not None else spec.options[0].value)
    else:
        first.fill(_text(spec, value, today, words))


def _choice(spec: Field) -> str:
    if spec.options:
        return spec.options[0].value
    if spec.type == "bool":
        return "true"
    return str((int(spec.minimum) + int(spec.maximum)) // 2)


def _text(spec: Field, value: Any, today: dt.date, words: str) -> str:
    if spec.type == "text":
        return str(value if value is not None else words)[: spec.max_length]
    if spec.type in {"date", "datetime"}:
        day = today + dt.timedelta(days=value or 0)
        return f"{day.isoformat()}T08:30" if spec.type == "datetime" else day.isoformat()
    if value is not None:
        return str(value)
    if spec.type == "time":
        return "10:00"
    return str((int(spec.minimum or 0) + min(int(spec.maximum or 20), 20)) // 2)


def days_for(count: int, today: dt.date) -> Iterator[dt.date]:
    """Today and the days before it, as often as needed, at most a week back."""
    for place in range(count):
        yield today - dt.timedelta(days=place % 7)
