"""Answers to questionnaires on chosen days, kept as the real action keeps them."""

from datetime import date, timedelta
from uuid import uuid4

from painclinic import clock
from patients.actions.measures import submit_response
from patients.models import Enrolment, Occasion, Response
from tests.factories.instruments import load_builtins


def occasion_on(enrolment: Enrolment, day: date, kind: str, slugs: list[str], slug: str = "") -> Occasion:
    """A time point that can be answered on one day only."""
    return Occasion.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        kind=kind,
        slug=slug or f"{kind}-{uuid4().hex[:8]}",
        instruments=slugs,
        opens_on=day,
        due_on=day,
        closes_on=day,
    )


def answered(enrolment: Enrolment, kind: str = "weekly", **scores: int) -> list[Response]:
    """Today's answers, by questionnaire (`phq_9=14`, `peg=5`) and with the main score that is given.

    `new_symptoms=1` is no symptom and a change of medicine.
    PEG has whole numbers from 0 to 10, PHQ-9 0 to 24 (item 9 is 0), GAD-7 0 to 21.
    """
    load_builtins()
    slugs = [name.replace("_", "-") for name in scores]
    occasion = occasion_on(enrolment, clock.local_today(enrolment.patient.timezone), kind, slugs)
    return [
        submit_response(
            by=enrolment.patient.user,
            enrolment=enrolment,
            occasion=occasion,
            slug=slug,
            raw=raw_of(slug, score),
            submission_id=uuid4(),
        )
        for slug, score in zip(slugs, scores.values(), strict=True)
    ]


def answered_ago(enrolment: Enrolment, days: int, kind: str = "weekly", **scores: int) -> list[Response]:
    """The same, so many days ago."""
    with clock.moved(timedelta(days=-days)):
        return answered(enrolment, kind, **scores)


def raw_of(slug: str, score: int) -> dict[str, str]:
    """Answers that come to a score."""
    if slug == "peg":
        return dict.fromkeys(("p", "e", "g"), str(score))
    if slug == "new-symptoms":
        return {"none": "1", "medchange": str(score), "withdrawal": "0"}
    items = {"phq-9": 9, "gad-7": 7}[slug]
    raw = {}
    for number in range(1, items + 1):
        value = 0 if (slug, number) == ("phq-9", 9) else min(3, score)
        raw[f"q{number}"] = str(value)
        score -= value
    return raw
