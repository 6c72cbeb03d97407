"""The page of the rules of alerts, in words."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from painclinic import clock
from painclinic.accounts.models import Clinic
from patients.models import Alert, RuleSetSignature
from patients.safety import attention, rules, ruleset
from patients.safety.clocks import timers_for
from patients.safety.ruleset import Line, Standing
from patients.safety.timers import Timers

MOST = 20
_LANGUAGES = {"en": gettext_lazy("English"), "es": gettext_lazy("Spanish")}


@dataclass(frozen=True)
class LevelPart:
    """One level: its rules, and its clock in words."""

    level: Alert.Level
    lines: list[Line]
    clock: list[str]


@dataclass(frozen=True)
class RulesPage:
    """Everything that is signed, and who has signed what."""

    version: str
    released: date
    standing: Standing
    until: date
    timers: Timers
    levels: list[LevelPart]
    signatures: list[RuleSetSignature]
    asks_item_nine: bool
    # For which words a text is read soon: each list by the name of its language.
    words: list[tuple[str | Promise, list[str]]]

    @property
    def newest(self) -> RuleSetSignature | None:
        return self.signatures[0] if self.signatures else None


def rules_page(clinic: Clinic) -> RulesPage:
    """The rules as they are now, and the clinic's signatures, newest first. One query."""
    signatures = list(clinic.rule_set_signatures.select_related("by").order_by("-signed_at", "-pk")[:MOST])
    today = clock.local_today(clinic.timezone)
    newest = signatures[0] if signatures else None
    timers = timers_for(clinic)
    lines = ruleset.lines()
    levels = [
        LevelPart(level, [line for line in lines if line.level == level], clock_words(level, timers))
        for level in (Alert.Level.R3, Alert.Level.R2, Alert.Level.R1)
    ]
    return RulesPage(
        version=rules.VERSION,
        released=ruleset.RELEASED,
        standing=ruleset.standing(newest, today),
        until=ruleset.RELEASED + ruleset.GRACE,
        timers=timers,
        levels=levels,
        signatures=signatures,
        asks_item_nine=clinic.uses_item_nine,
        words=[(_LANGUAGES[one], _words(one)) for one in attention.LANGUAGES],
    )


def _words(language: str) -> list[str]:
    return [word for group in attention.word_lists(language).values() for word in group]


def clock_words(level: int, timers: Timers) -> list[str]:
    """What happens by when, as `clocks.plan` has it."""
    if level == Alert.Level.R3:
        return [
            _("At once: the therapist and whoever is on duty are told."),
            _("Acknowledged within %(n)d minutes; then the second on duty is told.") % {"n": timers.r3_ack},
            _("After %(n)d minutes the clinical lead is told.") % {"n": timers.r3_lead},
            _("Somebody has called within %(n)d minutes; else the whole team is told, again and again.")
            % {"n": timers.r3_act},
            _("In working hours; at any hour on days with somebody on call. A second person closes it."),
        ]
    if level == Alert.Level.R2:
        return [
            _("At once: the therapist and whoever is on duty are told."),
            _("Acknowledged within %(n)d working minutes; a call on the same working day.")
            % {"n": timers.r2_ack},
            _("After %(n)d working minutes the clinical lead is told, after twice as long the whole team.")
            % {"n": timers.r2_lead},
        ]
    return [
        _("At once: the therapist is told."),
        _("Acknowledged within one working day, with a note; then whoever is on duty is told."),
        _("After two working days the clinical lead is told, after three the whole team."),
    ]
