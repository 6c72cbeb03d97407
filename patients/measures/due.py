"""The questionnaires that a patient can answer now, and what is left of each occasion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

from painclinic import clock
from painclinic.accounts.models import User
from patients.measures.asked import askable_versions, asked_slugs
from patients.models import Enrolment, Occasion, Response
from programs.instruments.definition import InstrumentDefinition
from programs.instruments.library import definition_of
from programs.models import InstrumentVersion

# Asked while somebody is in treatment; who has ended it is asked at its end and later.
DURING = (Occasion.Kind.BASELINE, Occasion.Kind.WEEKLY, Occasion.Kind.MID)


@dataclass(frozen=True)
class Part:
    """One questionnaire of an occasion, with the response that stands for it, if there is one."""

    slug: str
    version: InstrumentVersion
    response: Response | None

    @property
    def definition(self) -> InstrumentDefinition:
        return definition_of(self.response.instrument_version if self.response else self.version)

    @property
    def is_done(self) -> bool:
        return self.response is not None


@dataclass(frozen=True)
class DueSet:
    """An occasion as its patient meets it: what it asks, in order."""

    occasion: Occasion
    parts: list[Part]

    @property
    def left(self) -> list[Part]:
        return [part for part in self.parts if not part.is_done]

    @property
    def is_begun(self) -> bool:
        return len(self.left) < len(self.parts)

    @property
    def minutes(self) -> int:
        """About how long what is left takes; at least one minute."""
        return max(1, ceil(sum(part.definition.minutes for part in self.left)))

    def part(self, slug: str) -> Part | None:
        return next((part for part in self.parts if part.slug == slug), None)


def open_sets(user: User, enrolment: Enrolment) -> list[DueSet]:
    """Every occasion that can be answered today and asks for something, the most urgent first.

    Three queries whatever there is, one or two more for licensed questionnaires.
    """
    today = clock.local_today(enrolment.patient.timezone)
    mine = Occasion.objects.visible_to(user).filter(enrolment=enrolment)
    if enrolment.has_ended:
        mine = mine.exclude(kind__in=DURING)
    return _sets(user, enrolment, list(mine.filter(opens_on__lte=today, closes_on__gte=today)))


def due_sets(user: User, enrolment: Enrolment) -> list[DueSet]:
    """Those of `open_sets` with something left."""
    return [one for one in open_sets(user, enrolment) if one.left]


def one_set(user: User, enrolment: Enrolment, occasion: Occasion) -> DueSet:
    """One occasion, whether it is open or not."""
    found = _sets(user, enrolment, [occasion])
    return found[0] if found else DueSet(occasion, [])


def next_opening(user: User, enrolment: Enrolment) -> date | None:
    """The day on which the next occasion opens, where there is one to come."""
    today = clock.local_today(enrolment.patient.timezone)
    later = Occasion.objects.visible_to(user).filter(enrolment=enrolment, opens_on__gt=today)
    if enrolment.has_ended:
        later = later.exclude(kind__in=DURING)
    return later.order_by("opens_on").values_list("opens_on", flat=True).first()


def _sets(user: User, enrolment: Enrolment, occasions: list[Occasion]) -> list[DueSet]:
    if not occasions:
        return []
    for occasion in occasions:
        # It is known; nobody shall ask for it again.
        occasion.enrolment = enrolment
    given: dict[tuple[object, str], Response] = {}
    rows = Response.objects.visible_to(user).current().filter(occasion__in=occasions).defer("texts")
    for response in rows.select_related("instrument_version__instrument"):
        given[response.occasion_id, response.instrument_version.instrument.slug] = response
    wanted = {slug for occasion in occasions for slug in asked_slugs(occasion, enrolment)}
    versions = askable_versions(enrolment, sorted(wanted))
    found = [_set(enrolment, occasion, versions, given) for occasion in occasions]
    return sorted((one for one in found if one.parts), key=lambda one: (not one.left, one.occasion.closes_on))


def _set(
    enrolment: Enrolment,
    occasion: Occasion,
    versions: Mapping[str, InstrumentVersion],
    given: Mapping[tuple[object, str], Response],
) -> DueSet:
    parts = []
    for slug in asked_slugs(occasion, enrolment):
        response = given.get((occasion.pk, slug))
        version = versions.get(slug) or (response.instrument_version if response else None)
        if version:
            parts.append(Part(slug, version, response))
    return DueSet(occasion, parts)
