"""Dates as the reader's language writes them: "4 March" is "4 de marzo" in Spanish.

A pattern of Django's `date` filter is a text like any other: it stands here once, and a language's
catalogue says what it is there (docs/translate.md). Templates need nothing for it; `|date:"j F"` looks here.
"""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import pgettext_lazy

# Each pattern with words or an order of its own. "H:i" and the like are the same everywhere.
_PATTERNS = {
    "D": pgettext_lazy("date format", "D"),
    "D j M": pgettext_lazy("date format", "D j M"),
    "F Y": pgettext_lazy("date format", "F Y"),
    "j F": pgettext_lazy("date format", "j F"),
    "j F Y": pgettext_lazy("date format", "j F Y"),
    "j F Y, H:i": pgettext_lazy("date format", "j F Y, H:i"),
    "j F, H:i": pgettext_lazy("date format", "j F, H:i"),
    "j M Y": pgettext_lazy("date format", "j M Y"),
    "j M Y, H:i": pgettext_lazy("date format", "j M Y, H:i"),
    "j M, H:i": pgettext_lazy("date format", "j M, H:i"),
    "l": pgettext_lazy("date format", "l"),
    "l j F": pgettext_lazy("date format", "l j F"),
    "l j F Y": pgettext_lazy("date format", "l j F Y"),
    "l j F Y, H:i": pgettext_lazy("date format", "l j F Y, H:i"),
    "l j F, H:i": pgettext_lazy("date format", "l j F, H:i"),
}


def known_patterns() -> frozenset[str]:
    """The patterns that a language may write in its own way."""
    return frozenset(_PATTERNS)


def in_language(pattern: str) -> str:
    """The pattern as the reader's language has it; itself where no language differs."""
    return str(_PATTERNS.get(pattern, pattern))


def written_day(day: date | datetime, pattern: str) -> str:
    """A day or moment by a pattern, in the reader's language."""
    return date_format(day, in_language(pattern))
