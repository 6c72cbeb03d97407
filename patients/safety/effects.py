"""Unwanted effects: the patient's form, what a questionnaire reports, and what an assessment must say.

Terms after ICH E2A and E6 and grades in the manner of the CTCAE; every limit and clock here is our own
judgement [D] (clinical reference, sections 2.1, 3 and 6 ask for adverse events and say no more). Pure:
no database, no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from patients.models.adverse import AdverseVersion
from programs.instruments.definition import InstrumentDefinition
from programs.worksheets.definition import Definition, read_definition

MAX_TEXT, MAX_SINCE, MAX_TITLE, MAX_NOTE = 2000, 200, 160, 2000
# The questionnaire, and from which answer on an effect was more than mild ("somewhat").
QUESTIONNAIRE = "unwanted-effects"
MORE_THAN_MILD = 2
HOSPITAL = "hospital"
# The clinical lead assesses what is serious within so many working days of its being known as such [D].
LEAD_DAYS = 1
Category, Criterion, Outcome = AdverseVersion.Category, AdverseVersion.Criterion, AdverseVersion.Outcome
_CATEGORIES = {
    "e1": Category.PAIN,
    "e2": Category.WORRY,
    "e3": Category.MOOD,
    "e4": Category.PRESSURE,
    "e5": Category.SLEEP,
    "e6": Category.PEOPLE,
    "e7": Category.OTHER,
}


def report_form() -> Definition:
    """What a patient is asked who reports something: never a grade, never a cause in clinical words."""
    return read_definition(
        {
            "slug": "effect",
            "code": "effect",
            "title": _("Something got worse"),
            "fields": [
                {
                    "name": "what",
                    "type": "text",
                    "label": _("What happened, or what bothers you?"),
                    "hint": _("In your own words. A sentence is enough."),
                    "required": True,
                    "max_length": MAX_TEXT,
                    "lines": 5,
                },
                {
                    "name": "since",
                    "type": "text",
                    "label": _("Since when?"),
                    "hint": _("A day, or words like “for two weeks”."),
                    "max_length": MAX_SINCE,
                },
                _choice("bother", _("How much does it bother you, or did it when it was worst?"), bothers()),
                _choice("course", _("Do you think it comes from the course?"), causes()),
                _choice("over", _("Is it over?"), overs()),
                _choice("help", _("Did you need a doctor or a hospital because of it?"), helps()),
            ],
        }
    )


def bothers() -> dict[str, str]:
    return {
        "0": _("Not at all"),
        "1": _("A little"),
        "2": _("Somewhat"),
        "3": _("A good deal"),
        "4": _("Very much"),
    }


def causes() -> dict[str, str]:
    return {"yes": _("Yes"), "perhaps": _("Perhaps"), "no": _("No"), "unsure": _("I do not know")}


def overs() -> dict[str, str]:
    return {"no": _("No"), "better": _("It is getting better"), "yes": _("Yes, it is over")}


def helps() -> dict[str, str]:
    return {
        "no": _("No"),
        "doctor": _("I saw or called a doctor"),
        HOSPITAL: _("I was in a hospital or an emergency department"),
    }


def said(reported: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a patient reported, question by question, in the words of the form; what is empty left out."""
    lines = []
    for field in report_form().fields:
        value = str(reported.get(field.name) or "")
        if value:
            lines.append((field.label, field.option_label(value) if field.options else value))
    return lines


def _choice(name: str, label: str, options: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"value": value, "label": words} for value, words in options.items()]
    return {"name": name, "type": "enum", "label": label, "required": name == "bother", "options": listed}


@dataclass(frozen=True)
class Effect:
    """One effect that the answers to the questionnaire report; `reported` as the patient's form keeps it."""

    item: str
    category: str
    reported: dict[str, str]


def effects_in(
    definition: InstrumentDefinition, answers: Mapping[str, Any], texts: Mapping[str, Any] | None = None
) -> list[Effect]:
    """The effects that troubled more than mildly, or nobody knows how much; none for other forms.

    An answer that was refused counts as more than mild: what is not known is looked at by a person.
    """
    if definition.slug != QUESTIONNAIRE:
        return []
    words = {item.code: item.text for item in definition.items}
    found = []
    for item, category in _CATEGORIES.items():
        impact = answers.get(f"{item}impact")
        if answers.get(item) != 1 or (impact is not None and impact < MORE_THAN_MILD):
            continue
        own = str((texts or {}).get(f"{item}what") or "")
        reported = {"what": f"{words[item]}: {own}" if own else words[item]}
        if impact is not None:
            reported["bother"] = str(int(impact))
        if (cause := answers.get(f"{item}cause")) is not None:
            reported["course"] = "yes" if cause == 1 else "no"
        found.append(Effect(item, category, reported))
    return found


@dataclass(frozen=True)
class Assessment:
    """What the team makes of an event."""

    category: str
    title: str
    description: str
    grade: int
    criteria: Sequence[str]
    is_expected: bool
    relation: str
    outcome: str
    taken: str
    onset_on: date | None
    ended_on: date | None
    note: str

    @property
    def is_serious(self) -> bool:
        return bool(self.criteria)


def faults_of(found: Assessment, *, today: date) -> dict[str, str]:
    """What cannot be, by field: a death that is none, danger to life that is not serious, wrong days."""
    faults: dict[str, str] = {}
    deaths = {found.grade == AdverseVersion.Grade.DEATH, Criterion.DEATH in found.criteria}
    if len(deaths | {found.outcome == Outcome.FATAL}) > 1:
        faults["grade"] = _("For a death choose grade 5, “death” as a reason, and the outcome “fatal”.")
    if found.grade >= AdverseVersion.Grade.LIFE_THREATENING and not found.criteria:
        faults["criteria"] = _("Grades 4 and 5 are serious. Choose what makes it serious.")
    if found.onset_on and found.onset_on > today:
        faults["onset_on"] = _("This day has not come yet.")
    if found.ended_on and found.ended_on > today:
        faults["ended_on"] = _("This day has not come yet.")
    if found.ended_on and found.onset_on and found.ended_on < found.onset_on:
        faults["ended_on"] = _("It cannot end before it began.")
    if found.ended_on and found.outcome in AdverseVersion.NOT_OVER:
        faults["ended_on"] = _("Leave the last day empty while it is not over.")
    return faults


def lead_waits_until(
    before: AdverseVersion | None, found: Assessment, *, is_lead: bool, in_a_day: datetime
) -> datetime | None:
    """By when the clinical lead assesses it; None where there is nothing for them to do.

    What is serious, was serious, or changed after the lead had seen it waits for them; a clock that runs
    is never moved by anybody else. What the lead writes is their assessment. [D]
    """
    if is_lead:
        return None
    if before and before.lead_due_at:
        return before.lead_due_at
    if not found.is_serious and not (before and before.is_serious):
        return None
    if before and before.is_assessed and _same(before, found):
        return None
    return in_a_day


def _same(before: AdverseVersion, found: Assessment) -> bool:
    was = (set(before.criteria), before.relation, before.grade, before.is_expected)
    return was == (set(found.criteria), found.relation, found.grade, found.is_expected)
