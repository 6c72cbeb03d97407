"""The course that a clinic's own earlier patients took: how far each measure had moved by each time point.

Shown only once enough of them have finished, and always with how many they were. Figures of groups only:
no patient can be told from them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db.models import Aggregate, Count, DecimalField, F, OuterRef, Subquery

from patients.models import Enrolment, Occasion, Score

# Fewer finished patients say nothing of what is usual, and could be recognised [D].
LEAST = 30
# The newest ones: what was usual years ago is not what is usual now, and the price stays the same.
MOST = 200
LOW, HIGH = 0.25, 0.75


class Quantile(Aggregate):
    """PostgreSQL's continuous percentile."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DecimalField()


@dataclass(frozen=True, slots=True)
class Step:
    """The middle half of the changes from the start at one time point."""

    low: Decimal
    high: Decimal
    n: int


@dataclass(frozen=True)
class ExpectedCourse:
    """By questionnaire and time point; empty until `finished` reaches `LEAST`."""

    finished: int = 0
    steps: Mapping[str, Mapping[str, Step]] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        return self.finished >= LEAST


def expected_course(enrolment: Enrolment) -> ExpectedCourse:
    """What was usual among the clinic's finished patients of the same programme. Two queries.

    A time point with fewer than `LEAST` scores is left out.
    """
    finished = Enrolment.objects.filter(
        clinic_id=enrolment.clinic_id,
        programme_version__programme_id=enrolment.programme_version.programme_id,
        state=Enrolment.State.COMPLETED,
    ).exclude(patient_id=enrolment.patient_id)
    newest = list(finished.order_by("-starts_on", "pk").values_list("pk", flat=True)[:MOST])
    # Asked even when there are too few, so that the page always costs the same.
    rows = _changes(newest if len(newest) >= LEAST else [])
    steps: dict[str, dict[str, Step]] = {}
    for instrument, slug, n, low, high in rows:
        if n >= LEAST:
            steps.setdefault(instrument, {})[slug] = Step(low, high, n)
    return ExpectedCourse(len(newest), steps)


def _changes(enrolments: Collection[UUID]) -> list[tuple[str, str, int, Decimal, Decimal]]:
    main = Score.objects.filter(scale="total", value__isnull=False, response__superseded_by=None)
    start = main.filter(
        enrolment=OuterRef("enrolment"),
        instrument=OuterRef("instrument"),
        response__occasion__kind=Occasion.Kind.BASELINE,
    ).values("value")[:1]
    later = main.filter(enrolment_id__in=enrolments).exclude(
        response__occasion__kind__in=(Occasion.Kind.BASELINE, Occasion.Kind.SCREEN, Occasion.Kind.EXTRA)
    )
    changes = later.annotate(change=F("value") - Subquery(start)).exclude(change=None).order_by()
    grouped = changes.values("instrument", "response__occasion__slug").annotate(
        n=Count("pk"), low=Quantile("change", share=LOW), high=Quantile("change", share=HIGH)
    )
    return list(grouped.values_list("instrument", "response__occasion__slug", "n", "low", "high"))
