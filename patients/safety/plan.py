"""The form of the safety plan: its seven parts, in the order in which they are used.

The order is that of Stanley and Brown's safety planning (from what I notice, over what I can do alone, to
people, professionals and a safer place); every word is our own. Pure: no database, no clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from programs.worksheets.definition import Definition, read_definition

MAX_TEXT, MAX_NAME, MAX_PHONE, MAX_PEOPLE = 1000, 120, 40, 5
# Fewer digits than this are no number that can be called.
_LEAST_DIGITS = 3
_NUMBER = re.compile(r"\s*\+?[0-9][0-9\s()./-]*", re.ASCII)
# In the middle of words only what is long enough to be meant as one.
_AMONG_WORDS = re.compile(r"\+?[0-9][0-9\s()./-]{3,}[0-9]", re.ASCII)


@dataclass(frozen=True)
class Line:
    """One thing to do, or one person with the number to call them at; `tel` is empty where none works."""

    text: str
    phone: str = ""

    @property
    def tel(self) -> str:
        """The number as it is dialled: the first that was written, where more than a number was."""
        found = _NUMBER.fullmatch(self.phone) or _AMONG_WORDS.search(self.phone)
        number = found[0].strip() if found else ""
        digits = re.sub(r"[^0-9]", "", number)
        if len(digits) < _LEAST_DIGITS:
            return ""
        return f"+{digits}" if number.startswith("+") else digits


@dataclass(frozen=True)
class Part:
    """One part of the plan with what the patient wrote in it."""

    name: str
    title: str
    lines: tuple[Line, ...]


def plan_form() -> Definition:
    """The form, in the language of the reader."""
    return read_definition(
        {
            "slug": "safety-plan",
            "code": "plan",
            "title": _("My safety plan"),
            "fields": [
                _text("signs", _("How I notice that it is getting worse"), _hint_signs()),
                _text("alone", _("What I can do by myself"), _hint_alone()),
                _people("places", _("People and places that take my mind off it"), "", _("Person or place")),
                _people("helpers", _("People I can ask for help"), _hint_helpers(), _("Person")),
                _people("others", _("Professionals I can call"), _hint_others(), _("Who")),
                _text("safer", _("How I make the place around me safer"), _hint_safer()),
                _text("reasons", _("What is worth living for to me"), _hint_reasons()),
            ],
        }
    )


def plan_parts(texts: Mapping[str, Any]) -> list[Part]:
    """What was written, part by part in the order of the form; parts that are empty as well."""
    return [Part(field.name, field.label, _lines(texts.get(field.name))) for field in plan_form().fields]


def is_blank(values: Mapping[str, Any]) -> bool:
    """Whether there is nothing at all in a plan."""
    return not any(_lines(value) for value in values.values())


def _lines(value: Any) -> tuple[Line, ...]:
    if isinstance(value, str):
        return tuple(Line(line.strip()) for line in value.splitlines() if line.strip())
    rows = [(str(row.get("name") or ""), str(row.get("phone") or "")) for row in value or ()]
    return tuple(Line(name, phone) for name, phone in rows if name or phone)


def _text(name: str, label: str, hint: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": "text",
        "label": label,
        "hint": hint,
        "max_length": MAX_TEXT,
        "lines": 4,
    }


def _people(name: str, label: str, hint: str, row_label: str) -> dict[str, Any]:
    who = {"name": "name", "type": "text", "label": _("Name"), "max_length": MAX_NAME}
    phone = {"name": "phone", "type": "text", "label": _("Phone number"), "max_length": MAX_PHONE}
    return {
        "name": name,
        "type": "list",
        "label": label,
        "hint": hint,
        "row_label": row_label,
        "max_rows": MAX_PEOPLE,
        "fields": [who, phone],
    }


def _hint_signs() -> str:
    return _("Thoughts, feelings, something in your body or in what you do. One on each line.")


def _hint_alone() -> str:
    return _("Things that have helped before, even a little. One on each line.")


def _hint_helpers() -> str:
    return _("People who may know how bad it is, and whom you can call.")


def _hint_others() -> str:
    return _("Your clinic and the crisis lines are in your plan already. Add others whom you know.")


def _hint_safer() -> str:
    return _("For example who keeps your spare tablets for you. You can plan this with somebody you trust.")


def _hint_reasons() -> str:
    return _("People, animals, places, plans, small things. One on each line.")
