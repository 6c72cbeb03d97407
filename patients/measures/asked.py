"""Which questionnaires a time point asks of one patient, and whether it can be answered now."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from painclinic import clock
from patients.models import Enrolment, Occasion, Patient
from programs.instruments.definition import InstrumentDefinition
from programs.instruments.library import current_versions, definition_of
from programs.instruments.licences import licences_of
from programs.models import Instrument, InstrumentVersion

# Asked first, and of nobody twice: it says whether the questionnaire for back pain is meant for them.
MAIN_PAIN, BACK_ITEM = "main-pain", "back"
BACK_ONLY, BACK_PAIN = "rmdq", "back-pain"
WITH_ITEM_NINE, WITHOUT_ITEM_NINE = "phq-9", "phq-8"


class Window(StrEnum):
    """Where today stands to the days on which an occasion can be answered."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"


def window_of(occasion: Occasion, today: date) -> Window:
    """`today` is the patient's own day."""
    if today < occasion.opens_on:
        return Window.EARLY
    return Window.OVER if today > occasion.closes_on else Window.OPEN


def window_of_patient(occasion: Occasion, patient: Patient) -> Window:
    """The same on the day that it is for the patient now."""
    return window_of(occasion, clock.local_today(patient.timezone))


def asked_slugs(occasion: Occasion, enrolment: Enrolment) -> tuple[str, ...]:
    """What the occasion asks of this patient, in order. No query; the clinic is read from the enrolment.

    The questionnaire for back pain is asked only of people who said that it is their back, as its
    licence has it; the PHQ-8 takes the place of the PHQ-9 where the clinic cannot act on item 9.
    """
    asked = [_in_this_clinic(slug, enrolment) for slug in occasion.instruments]
    return tuple(slug for slug in dict.fromkeys(asked) if slug != BACK_ONLY or enrolment.has_back_pain)


def _in_this_clinic(slug: str, enrolment: Enrolment) -> str:
    if slug == WITH_ITEM_NINE and not enrolment.clinic.uses_item_nine:
        return WITHOUT_ITEM_NINE
    return slug


def askable_versions(enrolment: Enrolment, slugs: Iterable[str]) -> Mapping[str, InstrumentVersion]:
    """The version of each questionnaire that may be asked of this patient today, in the order given.

    Left out: those that are not loaded, those whose licence has ended, those that are meant for back
    pain where it is not the back, and those that are worked out from the record. At most two queries.
    """
    wanted = list(slugs)
    found = current_versions(wanted, enrolment.patient.language)
    packs = [version.instrument for version in found.values() if not version.instrument.is_builtin]
    on = clock.local_today(enrolment.clinic.timezone)
    held = licences_of(enrolment.clinic, packs, on) if packs else []
    barred = {one.instrument.slug for one in held if not one.state.is_usable}
    return {
        slug: found[slug]
        for slug in wanted
        if slug in found and slug not in barred and _is_for(definition_of(found[slug]), enrolment)
    }


def _is_for(definition: InstrumentDefinition, enrolment: Enrolment) -> bool:
    is_meant = definition.only_for != BACK_PAIN or enrolment.has_back_pain is True
    return is_meant and not definition.is_computed


def all_askable(enrolment: Enrolment) -> Mapping[str, InstrumentVersion]:
    """What a therapist may ask this patient besides the schedule, by title. At most three queries."""
    slugs = [_in_this_clinic(slug, enrolment) for slug in Instrument.objects.values_list("slug", flat=True)]
    found = askable_versions(enrolment, dict.fromkeys(slugs))
    return dict(sorted(found.items(), key=lambda one: definition_of(one[1]).title))
