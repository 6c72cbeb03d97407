"""Adverse events as people report and assess them."""

from datetime import date
from typing import Any
from uuid import uuid4

from painclinic import clock
from painclinic.accounts.models import User
from patients.actions.adverse import add_event, assess_event, report_effect
from patients.actions.measures import submit_response
from patients.models import AdverseEvent, AdverseVersion, Enrolment, Response
from patients.safety.effects import Assessment
from tests.factories.instruments import load_builtins
from tests.factories.measures import occasion_on

SAID = {"what": "My leg hurts more since I walk", "since": "two weeks", "bother": "3", "course": "yes"}
SERIOUS = {"grade": 3, "criteria": ["hospital"]}


def reported(enrolment: Enrolment, **said: str) -> AdverseEvent:
    """What the patient reports by their form."""
    return report_effect(
        by=enrolment.patient.user, enrolment=enrolment, raw=SAID | said, submission_id=uuid4()
    )


def found(**changed: Any) -> Assessment:
    """An assessment: mild, not serious, possibly related, getting better."""
    values: dict[str, Any] = {
        "category": "pain",
        "title": "More pain in the leg",
        "description": "After walks",
        "grade": 1,
        "criteria": [],
        "is_expected": True,
        "relation": "possible",
        "outcome": "recovering",
        "taken": "eased",
        "onset_on": None,
        "ended_on": None,
        "note": "",
    }
    return Assessment(**values | changed)


def added(
    enrolment: Enrolment, by: User | None = None, known_on: date | None = None, **changed: Any
) -> AdverseEvent:
    """What staff write down."""
    return add_event(
        by=by or enrolment.therapist,
        enrolment=enrolment,
        known_on=known_on or clock.local_today(enrolment.clinic.timezone),
        found=found(**changed),
        submission_id=uuid4(),
    )


def newest(event: AdverseEvent) -> AdverseVersion:
    return AdverseVersion.objects.current().get(event=event)


def assessed(event: AdverseEvent, by: User, **changed: Any) -> AdverseVersion:
    """A follow-up to what stands."""
    return assess_event(by=by, event=event, based_on=newest(event).number, found=found(**changed))


def answered_effects(enrolment: Enrolment, **answers: str) -> Response:
    """The questionnaire on unwanted effects; every effect that is not named did not happen."""
    load_builtins()
    today = clock.local_today(enrolment.patient.timezone)
    return submit_response(
        by=enrolment.patient.user,
        enrolment=enrolment,
        occasion=occasion_on(enrolment, today, "post", ["unwanted-effects"]),
        slug="unwanted-effects",
        raw={f"e{number}": "0" for number in range(1, 8)} | answers,
        submission_id=uuid4(),
    )
