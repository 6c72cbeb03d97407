"""Makes the facts of the rules out of a stored answer and those before it."""

from collections.abc import Mapping
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


def facts_of(response: Response, definition: Definition) -> Facts:
    """What the rules may know of a stored response. At most one query, and none for what is not watched."""
    if definition.slug in MOOD:
        return _mood_facts(response, _earlier(response, definition.slug))
    if definition.slug == SYMPTOMS:
        return _symptom_facts(response)
    return Facts()


def total_of(answers: Mapping[str, Any]) -> int | None:
    """What the answered mood items come to; the least that the total can be."""
    values = [value for code, value in answers.items() if code[:1] == "q" and isinstance(value, int)]
    return sum(values) if values else None


def _earlier(response: Response, *slugs: str) -> list[dict[str, Any]]:
    """The answers before this one, oldest first; corrected ones left out."""
    rows = Response.objects.current().filter(
        enrolment_id=response.enrolment_id,
        instrument_version__instrument__slug__in=slugs,
        submitted_at__lte=response.submitted_at,
    )
    return list(rows.exclude(pk=response.pk).order_by("submitted_at", "pk").values_list("answers", flat=True))


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


def _symptom_facts(response: Response) -> Facts:
    said = {code for code, value in response.answers.items() if value}
    mood = _earlier(response, *MOOD) if "withdrawal" in said else []
    changed_alone = response.answers.get("medchange") == CHANGED_ALONE
    return Facts(
        signs=frozenset(said),
        changed_alone=frozenset(MEDICINE_OPTIONS[code] for code in said & set(MEDICINE_OPTIONS))
        if changed_alone
        else frozenset(),
        has_withdrawal="withdrawal" in said,
        mood=total_of(mood[-1]) if mood else None,
    )
