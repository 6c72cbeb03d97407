"""Answers of a mood questionnaire, stored as the real action does, with the alert that they demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from painclinic import clock
from painclinic.batch import Batch
from patients.actions.alerts import raise_for_response
from patients.models import Alert, Enrolment, Occasion, Response
from patients.safety import duty
from programs.models import Instrument, InstrumentVersion


@dataclass(frozen=True)
class Asked:
    """As much of a definition as the rules need."""

    slug: str


def store(
    enrolment: Enrolment,
    answers: dict[str, int],
    *,
    declined: Sequence[str] = (),
    slug: str = "phq-9",
) -> tuple[Response, Alert | None]:
    """A stored answer, and the alert that came with it."""
    today = clock.now().date()
    of = {"enrolment": enrolment, "patient_id": enrolment.patient_id, "clinic_id": enrolment.clinic_id}
    with transaction.atomic():
        occasion = Occasion.objects.create(
            **of,
            kind="extra",
            slug=f"extra-{uuid4().hex[:12]}",
            instruments=[slug],
            opens_on=today,
            due_on=today,
            closes_on=today,
        )
        response = Response(
            **of,
            occasion=occasion,
            instrument_version=version_of(slug),
            submission_id=uuid4(),
            answers=answers,
            declined=list(declined),
            texts={},
            created_by=enrolment.patient.user,
            on_date=today,
        )
        response.enrolment = enrolment
        batch = Batch()
        batch.add(response)
        history = Response.objects.current().filter(enrolment=enrolment)
        alert = raise_for_response(
            by=enrolment.patient.user,
            response=response,
            definition=Asked(slug),
            scores=[],
            history=history.select_related("instrument_version__instrument").order_by("submitted_at", "pk"),
            is_on_call=duty.is_on_call(enrolment.clinic, clock.now()),
            batch=batch,
        )
        batch.write()
    return response, alert


def version_of(slug: str) -> InstrumentVersion:
    instrument, _ = Instrument.objects.get_or_create(slug=slug, defaults={"title": slug})
    version, _ = InstrumentVersion.objects.get_or_create(
        instrument=instrument, language="xx", number=1, defaults={"definition": {}, "content_hash": "0" * 64}
    )
    return version


def mood(item: int | None = 0, rest: int = 0) -> dict[str, int]:
    """Answers in which item 9 is `item` (None: left out) and the others come to `rest` (0 to 24)."""
    answers = {f"q{number}": 0 for number in range(1, 9)}
    for code in answers:
        answers[code] = min(3, rest)
        rest -= answers[code]
    return answers if item is None else answers | {"q9": item}
