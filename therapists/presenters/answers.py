"""The last answers to each questionnaire, item by item, for clinicians: item 9 is among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from patients.models import Enrolment, Response
from programs.instruments.definition import InstrumentDefinition, Item
from programs.instruments.library import definition_of


@dataclass(frozen=True)
class ItemAnswer:
    """One item with what was answered. `is_flagged`: somebody has to look at it."""

    text: str
    answer: str
    is_flagged: bool


@dataclass(frozen=True)
class AnswerSheet:
    """One questionnaire as it was last answered."""

    slug: str
    title: str
    is_own: bool
    day: date
    occasion: str
    items: tuple[ItemAnswer, ...]


def last_answers(enrolment: Enrolment, viewer: User) -> list[AnswerSheet]:
    """The newest response of each questionnaire, in the order in which they were given. One query."""
    rows = Response.objects.visible_to(viewer).current().filter(enrolment=enrolment)
    newest = (
        rows.select_related("instrument_version__instrument", "occasion", "patient")
        .order_by("instrument_version__instrument_id", "-submitted_at")
        .distinct("instrument_version__instrument_id")
    )
    return [_sheet(one) for one in sorted(newest, key=lambda one: one.submitted_at)]


def _sheet(response: Response) -> AnswerSheet:
    definition = definition_of(response.instrument_version)
    return AnswerSheet(
        slug=definition.slug,
        title=definition.title,
        is_own=definition.is_own,
        day=response.on_date,
        occasion=response.occasion.get_kind_display(),
        items=tuple(_items(definition, response)),
    )


def _items(definition: InstrumentDefinition, response: Response) -> Iterable[ItemAnswer]:
    ticked = [item.text for item in definition.ticks if response.answers.get(item.code)]
    if definition.ticks:
        yield ItemAnswer(_("Ticked"), "; ".join(ticked) or definition.none_label or _("nothing"), False)
    for item in definition.items:
        if item.kind == "tick":
            continue
        answer = _answer(item, response)
        if answer:
            yield ItemAnswer(item.text, answer, _is_flagged(item, response))


def _answer(item: Item, response: Response) -> str:
    """In words, with the number that counts; empty for an item that was not asked."""
    if item.code in response.declined:
        return _("preferred not to answer")
    if item.kind == "text":
        return str((response.texts or {}).get(item.code, ""))
    if item.kind == "multi":
        return "; ".join(
            option.text for option in item.options if response.answers.get(f"{item.code}_{option.value}")
        )
    value = response.answers.get(item.code)
    if value is None:
        return ""
    option = item.option(value)
    return f"{option.text} ({value})" if option else str(value)


def _is_flagged(item: Item, response: Response) -> bool:
    if item.flag_from is None:
        return False
    value = response.answers.get(item.code)
    return item.code in response.declined or (value is not None and value >= item.flag_from)
