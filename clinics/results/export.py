"""The answers of a clinic as a tidy file: one line for each answered item and each score, no names.

Columns after the clinical reference, section 6. The file is made in pieces of a fixed number of
responses, each in a transaction of its own opened inside the generator: the response is sent after the
request's transaction is over. What is answered while it is being made may or may not be in it.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.utils.crypto import salted_hmac

from clinics.results.lines import line
from painclinic import clock
from painclinic.accounts.models import Clinic, User
from patients.models import Occasion, OccasionMissing, Response, Score
from patients.models.measures import ResponseQuerySet

PIECE = 500
# The name in the column of items of a time point that was not answered; why stands where answers do.
NOT_ANSWERED = "not_answered"
COLUMNS = (
    "participant",
    "timepoint",
    "instrument",
    "version",
    "language",
    "item",
    "raw",
    "score",
    "completed_at",
    "in_window",
    "synthetic",
)


def pseudonym(clinic: Clinic, enrolment_id: UUID) -> str:
    """A name for a participant that is the same in every export of the clinic and tells nobody who it is.

    Made with the installation's secret key, so that it cannot be made again from an id without it.
    """
    made = salted_hmac(f"painclinic.results.{clinic.pk}", str(enrolment_id), algorithm="sha256")
    return f"p{made.hexdigest()[:16]}"


def answer_lines(by: User, clinic: Clinic) -> Iterator[str]:
    """The header, every answer, then what was not answered. Holds `PIECE` rows at a time."""
    yield line(COLUMNS)
    last: UUID | None = None
    while True:
        with transaction.atomic():
            piece = list(_piece(by, clinic, last))
            text = "".join(made for response in piece for made in _lines(clinic, response))
        if not piece:
            break
        last = piece[-1].pk
        yield text
    yield from _missed_lines(by, clinic)


def _missed_lines(by: User, clinic: Clinic) -> Iterator[str]:
    """A line for each planned time point that was not answered and cannot be any more, with its reason."""
    today, last = clock.local_today(clinic.timezone), None
    while True:
        with transaction.atomic():
            piece = _missed(by, clinic, today, last)
        if not piece:
            return
        last = piece[-1][0]
        mark = int(clinic.is_synthetic or clinic.is_demo)
        yield "".join(
            line(
                [
                    *(pseudonym(clinic, enrolment), slug, "", "", "", NOT_ANSWERED),
                    *(why or ("in-part" if begun else "not-known"), None, None, None, mark),
                ]
            )
            for _, enrolment, slug, begun, why in piece
        )


def _missed(
    by: User, clinic: Clinic, today: date, last: UUID | None
) -> list[tuple[UUID, UUID, str, bool, str | None]]:
    why = OccasionMissing.objects.filter(occasion=OuterRef("pk")).order_by("-at").values("reason")[:1]
    begun = Exists(Response.objects.filter(occasion=OuterRef("pk")))
    rows = Occasion.objects.for_export(by).incomplete().filter(clinic=clinic, closes_on__lt=today)
    if last:
        rows = rows.filter(pk__gt=last)
    rows = rows.order_by("pk")
    return list(rows.values_list("pk", "enrolment_id", "slug", begun, Subquery(why))[:PIECE])


def _piece(by: User, clinic: Clinic, last: UUID | None) -> ResponseQuerySet:
    rows = Response.objects.for_export(by).filter(clinic=clinic).current()
    if last:
        rows = rows.filter(pk__gt=last)
    rows = rows.select_related("occasion", "instrument_version__instrument").defer(
        "texts", "occasion__reason"
    )
    rows = rows.defer("instrument_version__definition")
    scores = Prefetch("scores", queryset=Score.objects.filter(~Q(value=None)).order_by("scale"))
    return rows.prefetch_related(scores).order_by("pk")[:PIECE]


def _lines(clinic: Clinic, response: Response) -> Iterator[str]:
    """Items in the order of their codes, what was not answered on purpose, then scores."""
    version, occasion = response.instrument_version, response.occasion
    head: list[str | int] = [
        pseudonym(clinic, response.enrolment_id),
        occasion.slug,
        version.instrument.slug,
        version.number,
        version.language,
    ]
    in_window = int(occasion.opens_on <= response.on_date <= occasion.closes_on)
    tail: list[str | int] = [
        response.submitted_at.isoformat(timespec="seconds"),
        in_window,
        int(clinic.is_synthetic or clinic.is_demo),
    ]
    for code, value in sorted(response.answers.items()):
        yield line([*head, code, value, None, *tail])
    for code in sorted(response.declined):
        yield line([*head, code, "declined", None, *tail])
    for score in response.scores.all():
        yield line([*head, f"{score.scale}_score", None, _number(score.value), *tail])


def _number(value: Decimal | None) -> str | None:
    """Without the zeros at its end. Scores are never below nought, so this is never taken for a formula."""
    return None if value is None else f"{value.normalize():f}"
