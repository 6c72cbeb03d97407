"""The monthly samples in words: the months, one sample, one item, and a sample as a file without names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics.oversight import words
from clinics.results.export import pseudonym
from clinics.results.lines import line
from painclinic.accounts.models import Clinic, User
from patients.models import Alert, AuditItem, AuditReview, AuditSample
from patients.safety import audit

# Of months on the list: ten years.
MOST_MONTHS = 120
# Of items on a page. A month with more alerts of the highest level shows these and says so.
MOST_ITEMS = 300
COLUMNS = (
    "item",
    "month",
    "participant",
    "drawn_as",
    "raised_at",
    "ack_due_at",
    "acknowledged_at",
    "act_due_at",
    "acted_at",
    "closed_at",
    "outcome",
    *(f"review_{name}" for name in audit.ALERT_QUESTIONS),
    "reviewed_at",
    "reviews",
    "reader_was_involved",
    "synthetic",
)


@dataclass(frozen=True)
class MonthRow:
    """One month on the list."""

    sample: AuditSample
    items: int
    reviewed: int

    @property
    def waiting(self) -> int:
        return self.items - self.reviewed


@dataclass(frozen=True)
class StratumRow:
    """How many there were of a kind, and how many were to be drawn."""

    label: str
    population: int
    size: str


@dataclass(frozen=True)
class ItemRow:
    """One item of a sample, without whose it is."""

    number: int
    label: str
    reader: str
    reviewed_at: datetime | None
    url: str


@dataclass(frozen=True)
class ReviewLine:
    """One review in words: who, when, what was answered, what is learnt."""

    by: str
    at: datetime
    answers: list[tuple[str, str]]
    learnt: str
    was_involved: bool


def month_rows(clinic: Clinic) -> list[MonthRow]:
    """The months that were drawn, newest first: counts only. One query."""
    samples = AuditSample.objects.filter(clinic=clinic).order_by("-month").annotate(
        n=Count("items", distinct=True), done=Count("items__reviews__item", distinct=True)
    )  # fmt: skip
    return [MonthRow(one, getattr(one, "n"), getattr(one, "done")) for one in samples[:MOST_MONTHS]]  # noqa: B009


def strata_rows(sample: AuditSample) -> list[StratumRow]:
    """What was there to draw from, the gravest first."""
    keys = sorted(sample.population, key=int, reverse=True)
    return [StratumRow(label(int(key)), sample.population[key], _size(sample.sizes.get(key))) for key in keys]


def label(stratum: int) -> str:
    """ "R3", or that it is an answer without an alert."""
    return words.level(stratum) if stratum else _("answer without an alert")


def _size(size: int | None) -> str:
    return _("all") if size is None else _("%(n)s at most") % {"n": size}


def item_rows(user: User, sample: AuditSample) -> list[ItemRow]:
    """The items in the order of the draw, with when they were last reviewed. One query."""
    newest = AuditReview.objects.filter(item=OuterRef("pk")).order_by("-number").values("at")[:1]
    rows = AuditItem.objects.visible_to(user).filter(sample=sample).annotate(seen=Subquery(newest))
    return [
        ItemRow(
            number=item.number,
            label=label(item.stratum),
            reader=item.reader.name if item.reader else _("nobody yet"),
            reviewed_at=getattr(item, "seen"),  # noqa: B009 (an annotation)
            url=reverse("clinics:audit-item", args=[item.pk]),
        )
        for item in rows.select_related("reader").order_by("number")[:MOST_ITEMS]
    ]


def review_lines(user: User, item: AuditItem) -> list[ReviewLine]:
    """The reviews of an item, newest first. One query."""
    rows = AuditReview.objects.visible_to(user).filter(item=item).select_related("by").order_by("-number")
    asked = audit.questions(item.stratum)
    return [
        ReviewLine(
            by=row.by.name,
            at=row.at,
            answers=[
                (str(words_), str(audit.ANSWERS.get(row.said["answers"].get(name, ""), "–")))
                for name, words_ in asked.items()
            ],
            learnt=row.said["learnt"],
            was_involved=row.was_involved,
        )
        for row in rows
    ]


def sample_lines(user: User, sample: AuditSample) -> Iterator[str]:
    """A sample as lines of a file: answers and times, no names and no words of anybody. Two queries."""
    yield line(COLUMNS)
    newest = {
        row.item_id: row
        for row in AuditReview.objects.visible_to(user).filter(item__sample=sample).order_by("number")
    }
    items = AuditItem.objects.visible_to(user).filter(sample=sample).select_related("alert", "response")
    for item in items.order_by("number"):
        yield _line(sample, item, newest.get(item.pk))


def _line(sample: AuditSample, item: AuditItem, review: AuditReview | None) -> str:
    said = review.said["answers"] if review else {}
    cells: list[str | int | None] = [item.number, sample.month.isoformat()[:7]]
    cells += [pseudonym(sample.clinic, _enrolment(item)), label_in_file(item.stratum)]
    cells += _times(item.alert)
    cells += [said.get(name) for name in audit.ALERT_QUESTIONS]
    cells += _done(review)
    return line([*cells, int(sample.clinic.is_synthetic or sample.clinic.is_demo)])


def _done(review: AuditReview | None) -> list[str | int | None]:
    if review is None:
        return [None, 0, None]
    return [review.at.isoformat(timespec="seconds"), review.number, int(review.was_involved)]


def label_in_file(stratum: int) -> str:
    """The same in every language."""
    return f"R{stratum}" if stratum else "control"


def _enrolment(item: AuditItem) -> UUID:
    of = item.alert or item.response
    if of is None:
        raise ValueError("an item is an alert or an answer")
    return of.enrolment_id


def _times(alert: Alert | None) -> list[str | int | None]:
    if alert is None:
        return [None] * 7
    moments = (
        alert.raised_at,
        alert.ack_due_at,
        alert.acknowledged_at,
        alert.act_due_at,
        alert.acted_at,
        alert.closed_at,
    )
    return [*(at.isoformat(timespec="seconds") if at else None for at in moments), alert.outcome or None]
