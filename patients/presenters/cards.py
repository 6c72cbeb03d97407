"""Coping cards to read in a hard moment, and a new one out of a thought record."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.models import Entry

MAX_TRIGGER = 200


@dataclass(frozen=True)
class Card:
    """One card: when it is for, what it says, and how it has served so far."""

    entry: Entry
    trigger: str
    sentence: str
    served: str


def cards_of(entries: Iterable[Entry]) -> list[Card]:
    """The cards, in the order given."""
    return [
        Card(entry, answers.get("trigger", ""), answers.get("helpful_sentence", ""), served(entry))
        for entry in entries
        for answers in [entry.answers]
    ]


def served(entry: Entry) -> str:
    """How often a card was tried and how much it helped the last time; nothing before the first."""
    tried, helped = entry.values.get("tried_count"), entry.values.get("helped")
    if not tried:
        return ""
    words = [ngettext("Tried %(n)d time", "Tried %(n)d times", tried) % {"n": tried}]
    if helped is not None:
        words.append(_("helped %(score)d of 10 the last time") % {"score": helped})
    return ", ".join(words)


def record_from(caught: Entry) -> dict[str, object]:
    """What a thought record begins with that is made from a thought that was caught."""
    return dict(caught.answers)


def card_from(thought: Entry) -> dict[str, object]:
    """What a card begins with that is made from a thought record: its balanced thought, and the moment.

    The balanced thought is offered whole: how to shorten it is for the patient to say.
    """
    answers = thought.answers
    moment = " ".join(str(answers.get("situation", "")).split())
    return {"trigger": moment[:MAX_TRIGGER], "helpful_sentence": str(answers.get("alternative", ""))}
