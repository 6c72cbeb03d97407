"""The rules of alerts as one text that a clinic reads and signs, and whether it has.

The clinical lead signs (clinical reference, 4.1: "clinic signs off"). Without a signature nobody is
enrolled. When the product brings a new version, it counts for every answer at once; what was signed
before lets the clinic enrol for `GRACE` more, counted from the day of the release.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.accounts.models import Clinic
from patients.models.ruleset import RuleSetSignature
from patients.safety import attention, rules
from patients.safety.timers import LONGEST

# Whoever changes the version in `rules` writes here when it was released.
RELEASED = date(2026, 11, 23)
GRACE = timedelta(days=14)
BY_HAND = _("A member of the team marks a message, an entry or what they heard (they choose the level)")


class Standing(StrEnum):
    """How a clinic stands to the present version of the rules."""

    SIGNED = "signed"
    # An earlier version was signed, and there is time left to read the new one.
    GRACE = "grace"
    UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Line:
    """One rule as it is read: its level and what it says."""

    level: int
    words: str
    source: str

    def stored(self) -> list[str | int]:
        return [self.level, self.words]


def lines() -> list[Line]:
    """Every rule in words, the gravest first, in the reader's language."""
    found = [Line(rule.level, str(rule.words), rule.source) for rule in rules.RULES]
    by_hand = Line(2, str(BY_HAND), "clinical reference, 4.1")
    return sorted([*found, by_hand], key=lambda line: -line.level)


@cache
def fingerprint() -> str:
    """A hash of the whole set: rules, the longest times, and the words for which a text is read soon."""
    parts = f"{rules.fingerprint()} {LONGEST} {attention.fingerprint()}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def standing(signature: RuleSetSignature | None, today: date) -> Standing:
    """Whether a newest signature is under the present version, and whether an older one still counts."""
    if signature is None:
        return Standing.UNSIGNED
    if (signature.version, signature.fingerprint) == (rules.VERSION, fingerprint()):
        return Standing.SIGNED
    return Standing.GRACE if today <= RELEASED + GRACE else Standing.UNSIGNED


def standing_of(clinic: Clinic) -> Standing:
    """How a clinic stands today. One query."""
    newest = RuleSetSignature.objects.newest(clinic)
    return standing(newest, clock.local_today(clinic.timezone))
