"""Makes the facts of the rules out of a stored answer and those before it."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from patients.models.measures import Response
from patients.safety.rules import ITEM, MEDICINES, Facts

MOOD = ("phq-9", "phq-8")
SYMPTOMS = "new-symptoms"
# The value of `medchange` that means: I changed it myself (clinical reference, 1.3, W14).
CHANGED_ALONE = 2
# The options of `medicine`, in their order; a fifth is any other medicine.
MEDICINE_OPTIONS = {f"medicine_{number}": name for number, name in enumerate(MEDICINES, 1)}


class Definition(Protocol):
    """As much of a questionnaire's definition as the rules need."""

    @property
    def slug(self) -> str: ...


def is_watched(slug: str) -> bool:
    """Whether answers to this questionnaire can raise an alert."""
    return slug in (*MOOD, SYMPTOMS)


def facts_of(response: Response, definition: Definition, history: Iterable[Response]) -> Facts:
    """What the rules may know of a response. `history` holds what stands of the enrolment's others.

    Of that only answers to questionnaires of `MOOD` count, corrected ones left out, oldest first.
    """
    if definition.slug in MOOD:
        return _mood_facts(response, _earlier(response, history, definition.slug))
    if definition.slug == SYMPTOMS:
        return _symptom_facts(response, _earlier(response, history, *MOOD))
    return Facts()


def total_of(answers: Mapping[str, Any]) -> int | None:
    """What the answered mood items come to; the least that the total can be."""
    values = [value for code, value in answers.items() if code[:1] == "q" and isinstance(value, int)]
    return sum(values) if values else None


def _earlier(response: Response, history: Iterable[Response], *slugs: str) -> list[dict[str, Any]]:
    """The answers before this one, oldest first; the one that it corrects left out."""
    gone = (response.pk, response.supersedes_id)
    return [
        one.answers
        for one in history
        if one.pk not in gone
        and one.instrument_version.instrument.slug in slugs
        and one.submitted_at <= response.submitted_at
    ]


def _mood_facts(response: Response, earlier: list[dict[str, Any]]) -> Facts:
    last = earlier[-1] if earlier else {}
    return Facts(
        item=response.answers.get(ITEM),
        item_declined=ITEM in response.declined,
        item_before=last.get(ITEM),
        total=total_of(response.answers),
        total_before=total_of(last),
        total_at_start=total_of(earlier[0]) if earlier else None,
    )


def _symptom_facts(response: Response, mood: list[dict[str, Any]]) -> Facts:
    said = {code for code, value in response.answers.items() if value}
    changed_alone = response.answers.get("medchange") == CHANGED_ALONE
    return Facts(
        signs=frozenset(said),
        changed_alone=frozenset(MEDICINE_OPTIONS[code] for code in said & set(MEDICINE_OPTIONS))
        if changed_alone
        else frozenset(),
        has_withdrawal="withdrawal" in said,
        mood=total_of(mood[-1]) if mood else None,
    )
