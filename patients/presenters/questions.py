"""Questionnaires in the words and shapes of the patient's pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from patients.measures.due import DueSet, Part
from patients.models import Enrolment, Occasion
from patients.presenters.today import Today
from programs.instruments.definition import DECLINE, NONE, InstrumentDefinition, Item

Kind = Occasion.Kind
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Question:
    """One item as its page shows it. `shape` is scale, radio, several, number, text or ticks.

    `ticks` is a whole list of things to tick, each under a name of its own (`choices` hold the names).
    """

    name: str
    number: int
    shape: str
    text: str
    hint: str
    choices: tuple[Choice, ...]
    low: str
    high: str
    value: str
    longest: int
    error: str
    is_optional: bool
    none_label: str = ""
    says_none: bool = False
    show_items: str = ""
    show_low: int = 0
    show_high: int = 0
    decline: Choice | None = None

    @property
    def id(self) -> str:
        return f"id-{self.name}"

    @property
    def is_conditional(self) -> bool:
        return bool(self.show_items)


@dataclass(frozen=True)
class QuestionForm:
    """A questionnaire to be answered: its questions with what was chosen before."""

    definition: InstrumentDefinition
    questions: list[Question]
    place: int
    of: int

    @property
    def summary(self) -> list[Question]:
        return [question for question in self.questions if question.error]

    @property
    def instructions(self) -> str:
        """What to do; said by the list itself where there is one to tick and nothing else to say."""
        is_in_list = bool(self.definition.ticks) and not self.definition.stem
        return "" if is_in_list else self.definition.instructions

    @property
    def has_text(self) -> bool:
        return any(question.shape == "text" for question in self.questions)


def title_of(occasion: Occasion) -> str:
    """What a patient calls the occasion."""
    if occasion.kind in (Kind.WEEKLY, Kind.MID):
        number = occasion.slug.rpartition("-")[2]
        if number.isdecimal():
            return _("Questions for week %(number)s") % {"number": number}
        return _("Questions for this week")
    return {
        Kind.SCREEN: _("Questions before you begin"),
        Kind.BASELINE: _("Questions at the start"),
        Kind.POST: _("Questions at the end of the course"),
        Kind.FOLLOW_UP: _("How are you now?"),
        Kind.EXTRA: _("A few questions in between"),
    }[Kind(occasion.kind)]


def why(occasion: Occasion) -> str:
    """Why these are asked, in a sentence; softly to people who stopped before the end."""
    if occasion.enrolment.state == Enrolment.State.STOPPED:
        return _(
            "You stopped the course, and that is all right. How you are now still matters to us, and helps "
            "others after you. You are free to leave this."
        )
    return {
        Kind.BASELINE: _("So that you and your therapist can see later what has changed."),
        Kind.POST: _("To see what the course has done for you, and what it has not."),
        Kind.FOLLOW_UP: _("To see how you are, some time after the course. Every answer helps."),
        Kind.EXTRA: _("Your therapist would like to know how you are at the moment."),
    }.get(
        Kind(occasion.kind),
        _("A short look at your week. It shows you and your therapist whether the treatment helps."),
    )


def until(occasion: Occasion) -> str:
    return _("You can answer until %(day)s.") % {"day": date_format(occasion.closes_on, _("l j F"))}


def as_today(due: DueSet) -> Today:
    """The card by which the home page asks."""
    return Today(
        title=title_of(due.occasion),
        text=why(due.occasion),
        url=reverse("patients:question-next", args=[due.occasion.pk]),
        action=_("Go on with the questions") if due.is_begun else _("Answer the questions"),
        minutes=due.minutes,
    )


def question_form(
    due: DueSet, part: Part, *, begun: Raw, errors: Mapping[str, str] | None = None
) -> QuestionForm:
    """The form of one questionnaire; `begun` holds what was chosen, by input name."""
    definition = part.definition
    place = next(number for number, one in enumerate(due.parts, 1) if one.slug == part.slug)
    questions = _questions(definition, begun, errors or {})
    return QuestionForm(definition, questions, place, len(due.parts))


def raw_from(part: Part) -> dict[str, Any]:
    """A response as the form would have sent it, for correcting it."""
    if part.response is None:
        return {}
    response, definition = part.response, part.definition
    raw: dict[str, Any] = {code: str(value) for code, value in response.answers.items()}
    raw |= dict.fromkeys(response.declined, DECLINE) | dict(response.texts or {})
    for item in definition.items:
        if item.kind == "multi":
            chosen = [str(o.value) for o in item.options if response.answers.get(f"{item.code}_{o.value}")]
            raw[item.code] = chosen
        elif item.kind == "tick" and not response.answers.get(item.code):
            raw.pop(item.code, None)
    if definition.ticks and not any(response.answers.get(item.code) for item in definition.ticks):
        raw[NONE] = "1"
    return raw


def _questions(definition: InstrumentDefinition, begun: Raw, errors: Mapping[str, str]) -> list[Question]:
    found: list[Question] = []
    ticks = definition.ticks
    for item in definition.items:
        if item.kind != "tick":
            found.append(_question(item, len(found) + 1, begun, errors))
        elif item is ticks[0]:
            found.append(_ticks(definition, len(found) + 1, begun, errors))
    return found


def _question(item: Item, number: int, begun: Raw, errors: Mapping[str, str]) -> Question:
    sent = begun.get(item.code, "")
    chosen = {str(one) for one in (sent if isinstance(sent, list) else [sent]) if one != ""}
    shown = item.show_if
    return Question(
        name=item.code,
        number=number,
        shape={"nrs": "scale", "choice": "radio", "multi": "several"}.get(item.kind, item.kind),
        text=item.text,
        hint=item.hint,
        choices=tuple(_choices(item, chosen)),
        low=item.low_label,
        high=item.high_label,
        value="" if item.kind in ("nrs", "choice", "multi") else str(sent),
        longest=item.longest,
        error=errors.get(item.code, ""),
        is_optional=item.optional,
        show_items=" ".join(shown.items) if shown else "",
        show_low=shown.low if shown else 0,
        show_high=shown.high if shown else 0,
        decline=Choice(DECLINE, _("I would rather not answer"), DECLINE in chosen)
        if item.may_decline
        else None,
    )


def _choices(item: Item, chosen: set[str]) -> Sequence[Choice]:
    if item.kind == "nrs":
        options = [(str(value), str(value)) for value in range(item.minimum, item.maximum + 1)]
    else:
        options = [(str(option.value), option.text) for option in item.options]
    return [Choice(value, text, value in chosen) for value, text in options]


def _ticks(definition: InstrumentDefinition, number: int, begun: Raw, errors: Mapping[str, str]) -> Question:
    ticks = definition.ticks
    return Question(
        name=NONE,
        number=number,
        shape="ticks",
        text=definition.stem or definition.instructions,
        hint="",
        choices=tuple(Choice(item.code, item.text, bool(begun.get(item.code))) for item in ticks),
        low="",
        high="",
        value="",
        longest=0,
        error=errors.get(NONE, ""),
        is_optional=False,
        none_label=definition.none_label or _("None of these apply today"),
        says_none=bool(begun.get(NONE)),
    )
