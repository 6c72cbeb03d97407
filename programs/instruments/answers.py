"""What a form sends, held against the questionnaire: numbers by item code, or a plain word on what to mend.

An item has an input of its own code. Its value is the number of the answer, `1` for a tick, a text, a list
of numbers for a `multi`, or `decline`. The extra input `none` says that nothing on a list to tick applies.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from programs.instruments.definition import DECLINE, NONE, InstrumentDefinition, Item

Raw = Mapping[str, str | list[str]]
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}", re.ASCII)
_MOST_TICKS = 60


@dataclass
class Parsed:
    """`answers` by item code (a `multi` has one for each option); `errors` by the name of the input.

    An item that a skip rule hides is in none of them, whatever was sent for it.
    """

    answers: dict[str, int] = field(default_factory=dict)
    declined: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return not self.errors


def parse_answers(definition: InstrumentDefinition, raw: Raw, *, partial: bool = False) -> Parsed:
    """The answers in a form, and what is wrong with it. Never raises, whatever is sent.

    `partial` is for a draft: what is not answered yet is no error. Inputs that are none of the
    questionnaire's are left alone.
    """
    parsed = Parsed()
    for item in definition.items:
        if item.show_if is None or item.show_if.holds(parsed.answers):
            error = _KINDS[item.kind](item, _sent(raw, item.code), parsed, partial)
            if error:
                parsed.errors[item.code] = error
    _list(definition, raw, parsed, partial)
    return parsed


def _sent(raw: Raw, name: str) -> list[str]:
    """The values that were sent under a name, blank ones left out."""
    value = raw.get(name, [])
    values = [value] if isinstance(value, str) else list(value)
    return [one for one in values[: _MOST_TICKS + 1] if isinstance(one, str) and one.strip()]


def _one(item: Item, sent: list[str], parsed: Parsed, partial: bool) -> str:
    """A choice, a row of numbers or a number."""
    if not sent:
        return "" if item.optional or partial else _("Please choose an answer.")
    if len(sent) > 1:
        return _("Please choose one answer only.")
    if sent[0] == DECLINE and item.may_decline:
        parsed.declined.append(item.code)
        return ""
    value = _number(sent[0])
    if value is None or value not in item.values:
        if item.kind == "number":
            return _("Please write a whole number from %(low)s to %(high)s.") % {
                "low": item.minimum,
                "high": item.maximum,
            }
        return _("This is not one of the answers. Please choose one of those shown.")
    parsed.answers[item.code] = value
    return ""


def _several(item: Item, sent: list[str], parsed: Parsed, partial: bool) -> str:
    """Any of some options; an exclusive one stands alone."""
    if not sent:
        return "" if item.optional or partial else _("Please choose at least one answer.")
    numbers = {_number(one) for one in sent}
    if not numbers <= {option.value for option in item.options}:
        return _("This is not one of the answers. Please choose from those shown.")
    exclusive = [option for option in item.options if option.is_exclusive and option.value in numbers]
    if exclusive and len(numbers) > 1:
        return _("“%(answer)s” does not go with the others. Please choose either.") % {
            "answer": exclusive[0].text
        }
    for option in item.options:
        parsed.answers[f"{item.code}_{option.value}"] = int(option.value in numbers)
    return ""


def _tick(item: Item, sent: list[str], parsed: Parsed, partial: bool) -> str:
    if sent and set(sent) - {"1", "on"}:
        return _("Please tick this or leave it.")
    parsed.answers[item.code] = int(bool(sent))
    return ""


def _text(item: Item, sent: list[str], parsed: Parsed, partial: bool) -> str:
    text = "\n".join(sent).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return "" if item.optional or partial else _("Please write something here.")
    if "\0" in text:
        return _("This text has a character that cannot be kept. Please write it again.")
    if len(text) > item.longest:
        return _("This is too long: %(length)s characters, at most %(most)s.") % {
            "length": len(text),
            "most": item.longest,
        }
    parsed.texts[item.code] = text
    return ""


_KINDS = {"choice": _one, "nrs": _one, "number": _one, "multi": _several, "tick": _tick, "text": _text}


def _list(definition: InstrumentDefinition, raw: Raw, parsed: Parsed, partial: bool) -> None:
    """A list on which nothing is ticked has to be confirmed: it may not have been seen."""
    codes = [item.code for item in definition.ticks if item.code in parsed.answers]
    if not codes:
        return
    ticked, says_none = any(parsed.answers[code] for code in codes), bool(_sent(raw, NONE))
    if ticked and says_none:
        parsed.errors[NONE] = _("You ticked something, and also that nothing applies. Please choose either.")
    elif not ticked and not says_none:
        # Not answered yet is not the same as nothing.
        for code in codes:
            del parsed.answers[code]
        if not partial:
            parsed.errors[NONE] = _("Please tick what applies, or say that nothing on the list applies.")


def _number(text: str) -> int | None:
    stripped = text.strip()
    return int(stripped) if _NUMBER.fullmatch(stripped) else None
