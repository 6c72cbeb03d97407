"""What counts as a risk: one rule a line, each with its level and its source. Pure.

`VERSION` names this set and is kept with every alert. Whoever changes a rule changes the version;
a test compares both. The set is ours ([D] in the clinical reference); the clinic that adopts it signs
it (`ruleset`). Where something is unclear it counts as the graver: an answer that was
refused is never read as a no.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERSION = "2026-11-c"
RISK, RED_FLAG, MEDICINE = "risk", "red-flag", "medicine"
# The item of the PHQ-9 that asks for thoughts of being dead or of self-harm.
ITEM = "q9"
# Of 27: severe (clinical reference, 2.2 and 4.1).
SEVERE = 20
# A reliable change of the PHQ-9 (clinical reference, 3: NHS).
WORSE_BY = 6
# From here on mood counts as low for the medicine rules: the usual cut (clinical reference, 2.2).
LOW_MOOD = 10

YES, NO, DECLINED = "yes", "no", "decline"
# The four questions after a risky answer, in their order (clinical reference, 4.1; own words).
FOLLOW_UPS = ("thoughts", "how", "intend", "safe")

EMERGENCY_SIGNS = ("saddle", "bladder", "bowel", "sexual", "legs", "chest", "headache", "stroke")
SOON_SIGNS = ("fever", "weight", "cancer", "night", "injury", "immune", "injecting")
MEDICINES = ("opioid", "sleeping", "antidepressant", "nerve")


@dataclass(frozen=True)
class Facts:
    """What is known when an answer is stored. An unknown number is None."""

    # The mood questionnaire, if that is what was answered.
    item: int | None = None
    item_declined: bool = False
    item_before: int | None = None
    # What is answered comes to at least this, whatever was left out.
    total: int | None = None
    total_before: int | None = None
    total_at_start: int | None = None
    # The questions that follow a risky answer.
    follow_up: Mapping[str, str] = field(default_factory=dict)
    # The weekly list of new symptoms and changed medicines.
    signs: frozenset[str] = frozenset()
    changed_alone: frozenset[str] = frozenset()
    has_withdrawal: bool = False
    # The newest total of the mood questionnaire that is known.
    mood: int | None = None


@dataclass(frozen=True)
class Rule:
    """One line of the set: when it meets, an alert of at least this level is there."""

    slug: str
    kind: str
    level: int
    words: str | Promise
    source: str
    meets: Callable[[Facts], bool]


@dataclass(frozen=True)
class Finding:
    """A rule that has met."""

    rule: str
    kind: str
    level: int


def _rose(now: int | None, before: int | None, by: int) -> bool:
    return now is not None and before is not None and now - before >= by


def _says(facts: Facts, question: str, *answers: str) -> bool:
    return facts.follow_up.get(question) in answers


def _may_think(facts: Facts) -> bool:
    return _says(facts, "thoughts", YES, DECLINED)


def _at_least(value: int | None, limit: int) -> bool:
    return value is not None and value >= limit


_TABLE = "clinical reference, 4.1"
_FOLLOW = "clinical reference, 4.1, follow-up questions"
_SIGNS = "clinical reference, 4.2"
_MEDICINES = "clinical reference, 4.3"

RULES: tuple[Rule, ...] = (
    Rule("item-1", RISK, 1, _("Item 9 answered with 1"), _TABLE, lambda f: f.item == 1),
    Rule("item-declined", RISK, 1, _("Item 9 not answered"), _TABLE, lambda f: f.item_declined),
    Rule("item-2", RISK, 2, _("Item 9 answered with 2"), _TABLE, lambda f: f.item == 2),
    Rule(
        "item-rose",
        RISK,
        2,
        _("Item 9 is higher than last time"),
        _TABLE,
        lambda f: _rose(f.item, f.item_before, 1),
    ),
    Rule("total-severe", RISK, 2, _("PHQ-9 of 20 or more"), _TABLE, lambda f: _at_least(f.total, SEVERE)),
    Rule(
        "total-above-start",
        RISK,
        2,
        _("PHQ-9 at least 6 above the start"),
        _TABLE,
        lambda f: _rose(f.total, f.total_at_start, WORSE_BY),
    ),
    Rule(
        "total-above-last",
        RISK,
        2,
        _("PHQ-9 at least 6 above last time"),
        _TABLE,
        lambda f: _rose(f.total, f.total_before, WORSE_BY),
    ),
    Rule("item-3", RISK, 3, _("Item 9 answered with 3"), _TABLE, lambda f: _at_least(f.item, 3)),
    Rule("thoughts", RISK, 2, _("Has thought about ending their life"), _FOLLOW, _may_think),
    Rule(
        "follow-up-declined",
        RISK,
        2,
        _("Did not want to answer a follow-up question"),
        _FOLLOW,
        lambda f: DECLINED in f.follow_up.values(),
    ),
    Rule("plan", RISK, 3, _("Has thought how"), _FOLLOW, lambda f: _says(f, "how", YES)),
    Rule("intent", RISK, 3, _("Intends to act"), _FOLLOW, lambda f: _says(f, "intend", YES)),
    Rule("not-safe", RISK, 3, _("Cannot keep themself safe today"), _FOLLOW, lambda f: _says(f, "safe", NO)),
    Rule(
        "danger-not-ruled-out",
        RISK,
        3,
        _("May have thoughts, and did not say whether there is a plan, intent or safety"),
        _FOLLOW,
        lambda f: _may_think(f) and any(_says(f, one, DECLINED) for one in ("how", "intend", "safe")),
    ),
    Rule(
        "emergency-sign",
        RED_FLAG,
        3,
        _("A new sign that needs emergency care now"),
        _SIGNS,
        lambda f: bool(f.signs & set(EMERGENCY_SIGNS)),
    ),
    Rule(
        "soon-sign",
        RED_FLAG,
        2,
        _("A new sign that a doctor should see soon"),
        _SIGNS,
        lambda f: bool(f.signs & set(SOON_SIGNS)),
    ),
    Rule(
        "medicine-alone",
        MEDICINE,
        1,
        _("Changed a medicine alone that must not be stopped suddenly"),
        _MEDICINES,
        lambda f: bool(f.changed_alone & set(MEDICINES)),
    ),
    Rule(
        "withdrawal-low-mood",
        MEDICINE,
        2,
        _("Signs of withdrawal together with low mood"),
        _MEDICINES,
        lambda f: f.has_withdrawal and _at_least(f.mood, LOW_MOOD),
    ),
)

BY_SLUG = {rule.slug: rule for rule in RULES}


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Every rule that meets, in the order of the set. Source: clinical reference, 4.1 to 4.3 [D]."""
    return tuple(Finding(rule.slug, rule.kind, rule.level) for rule in RULES if rule.meets(facts))


def fingerprint() -> str:
    """A hash of what the rules say, to notice a change that kept the version."""
    lines = [f"{rule.slug} {rule.kind} {rule.level} {rule.source}" for rule in RULES]
    limits = f"{SEVERE} {WORSE_BY} {LOW_MOOD} {FOLLOW_UPS} {EMERGENCY_SIGNS} {SOON_SIGNS} {MEDICINES}"
    return hashlib.sha256("\n".join([*lines, limits]).encode()).hexdigest()[:16]


__all__ = ["BY_SLUG", "RULES", "VERSION", "Facts", "Finding", "Rule", "findings", "fingerprint"]
