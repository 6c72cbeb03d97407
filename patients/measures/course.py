"""A patient's scores over time, read together, and what their change comes to.

The start is the score of the occasion at the start; where there is none, that of the screening. No later
score stands in for it [D]: without one, change cannot be told, and the pages say so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet

from painclinic.accounts.models import User
from patients.models import Enrolment, Occasion, Score
from programs.formulas.change import Verdict, classify_on
from programs.instruments.definition import InstrumentDefinition, Scale
from programs.instruments.library import definition_of
from programs.models import InstrumentVersion

MAIN_SCALE = "total"
# Which score counts as the start, the better one first.
_STARTS = (Occasion.Kind.BASELINE, Occasion.Kind.SCREEN)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """One score of one scale. `value` is None where too much was missing."""

    occasion_slug: str
    kind: str
    on_date: date
    value: Decimal | None
    band: str
    version_id: UUID


def score_courses(enrolment: Enrolment, viewer: User) -> dict[Key, list[ScorePoint]]:
    """By questionnaire and scale every score that counts, the oldest first. One query.

    Corrected responses are left out: their successors count.
    """
    rows = Score.objects.visible_to(viewer).filter(enrolment=enrolment)
    found: dict[Key, list[ScorePoint]] = {}
    for _, key, point in _points(rows):
        found.setdefault(key, []).append(point)
    return found


def main_courses(enrolments: Collection[UUID], viewer: User) -> dict[UUID, dict[str, list[ScorePoint]]]:
    """The main scores of many patients, by enrolment and questionnaire, the oldest first. One query."""
    rows = Score.objects.visible_to(viewer).filter(enrolment_id__in=enrolments, scale=MAIN_SCALE)
    found: dict[UUID, dict[str, list[ScorePoint]]] = {}
    for enrolment_id, (instrument, _), point in _points(rows):
        found.setdefault(enrolment_id, {}).setdefault(instrument, []).append(point)
    return found


def _points(rows: "QuerySet[Score]") -> Iterable[tuple[UUID, Key, ScorePoint]]:
    fields = (
        "enrolment_id", "instrument", "scale", "response__occasion__slug", "response__occasion__kind",
        "on_date", "value", "band", "response__instrument_version_id",
    )  # fmt: skip
    current = rows.filter(response__superseded_by=None).order_by("on_date", "response__submitted_at")
    for enrolment_id, instrument, scale, *rest in current.values_list(*fields):
        yield enrolment_id, (instrument, scale), ScorePoint(*rest)


def definitions(points: Iterable[ScorePoint]) -> Mapping[UUID, InstrumentDefinition]:
    """What the questionnaires of these scores say, by version. One query."""
    wanted = {point.version_id for point in points}
    return {one.pk: definition_of(one) for one in InstrumentVersion.objects.filter(pk__in=wanted)}


@dataclass(frozen=True)
class Measure:
    """One scale of one patient over time, with what it says of change."""

    instrument: str
    definition: InstrumentDefinition
    scale: Scale
    points: Sequence[ScorePoint]

    @cached_property
    def known(self) -> Sequence[ScorePoint]:
        return [point for point in self.points if point.value is not None]

    @cached_property
    def start(self) -> ScorePoint | None:
        """The score from which change is counted."""
        found = [point for kind in _STARTS for point in self.known if point.kind == kind]
        return found[0] if found else None

    @cached_property
    def later(self) -> Sequence[ScorePoint]:
        """The scores after the start, the oldest first."""
        return [point for point in self.known if point is not self.start and point.kind not in _STARTS]

    @cached_property
    def latest(self) -> ScorePoint | None:
        """The newest score after the start; None while there is nothing to compare."""
        return self.later[-1] if self.later else None

    @cached_property
    def verdict(self) -> Verdict:
        """The change from start to newest score by the scale's own rule, with its reason if it has none."""
        return classify_on(
            self.scale,
            self.start.value if self.start else None,
            self.latest.value if self.latest else None,
        )

    @property
    def usual(self) -> tuple[Decimal, Decimal] | None:
        """The ordinary ups and downs: as far as less than a reliable change around the start."""
        rule = self.scale.change
        if self.start is None or self.start.value is None or rule is None or rule.reliable is None:
            return None
        low, high = self.start.value - rule.reliable, self.start.value + rule.reliable
        return max(low, self.scale.minimum), min(high, self.scale.maximum)


def measures(
    courses: Mapping[str, Sequence[ScorePoint]], known: Mapping[UUID, InstrumentDefinition]
) -> list[Measure]:
    """The main scale of each questionnaire whose change has a rule, in the order of `ORDER`."""
    found = []
    for instrument, points in courses.items():
        definition = known.get(points[-1].version_id)
        scale = definition.by_scale.get(MAIN_SCALE) if definition else None
        if definition and scale and scale.change and scale.change.reliable is not None:
            found.append(Measure(instrument, definition, scale, points))
    return sorted(found, key=lambda one: (_place(one.instrument), one.instrument))


# Pain and what it keeps people from first, as that is what they came for.
ORDER = ("peg", "pain-nrs", "rmdq", "phq-9", "phq-8", "gad-7")


def _place(instrument: str) -> int:
    return ORDER.index(instrument) if instrument in ORDER else len(ORDER)


def main_of(courses: Mapping[Key, Sequence[ScorePoint]]) -> dict[str, Sequence[ScorePoint]]:
    """Of all courses those of main scales, by questionnaire."""
    return {instrument: points for (instrument, scale), points in courses.items() if scale == MAIN_SCALE}


def read_measures(enrolment: Enrolment, viewer: User) -> list[Measure]:
    """The measures of one patient that have a rule for change. Two queries."""
    courses = main_of(score_courses(enrolment, viewer))
    return measures(courses, definitions(point for points in courses.values() for point in points))
