"""One filled questionnaire of a patient, with what stands around it."""

from datetime import timedelta
from typing import Any

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Occasion, OccasionMissing, Outcome, Response, Score, WorseSeen
from programs.models import InstrumentLicence, InstrumentVersion, MeasureSchedule, Programme
from programs.schedule import as_data, default_schedule
from tests.factories.instruments import load_builtins, load_pack


def make_measured(of: dict[str, Any], therapist: User, mark: str) -> Response:
    """An answered occasion, and one that was missed for a reason."""
    load_builtins()
    user, today = of["patient"].user, clock.now().date()
    version = _version(of["clinic"], therapist)
    window = {"opens_on": today - timedelta(days=2), "closes_on": today + timedelta(days=4)}
    weekly = Occasion.objects.create(
        **of, kind="weekly", slug="week-1", instruments=["probe"], due_on=today, **window
    )
    Occasion.objects.create(
        **of,
        kind="extra",
        slug="extra-1",
        instruments=["peg"],
        due_on=today,
        added_by=therapist,
        reason=f"{mark}-occasion",
        **window,
    )
    missed = Occasion.objects.create(
        **of,
        kind="weekly",
        slug="week-0",
        instruments=["peg"],
        opens_on=today - timedelta(days=9),
        due_on=today - timedelta(days=9),
        closes_on=today - timedelta(days=3),
    )
    of_patient = {"patient": of["patient"], "clinic": of["clinic"]}
    OccasionMissing.objects.create(
        **of_patient, occasion=missed, reason="unwell", note=f"{mark}-missing", by=therapist
    )
    seen = {"phq-9": {"value": "12", "on": today.isoformat()}}
    WorseSeen.objects.create(**of, scores=seen, act="watch", note=f"{mark}-seen", by=therapist)
    response = Response.objects.create(
        **of,
        occasion=weekly,
        instrument_version=version,
        submission_id=weekly.pk,
        answers={"p": 4},
        texts={"comment": f"{mark}-answer"},
        created_by=user,
        on_date=today,
    )
    Outcome.objects.create(
        **of,
        programme=of["enrolment"].programme_version.programme,
        therapist=therapist,
        guidance="regular",
        year=today.year,
    )
    Score.objects.create(**of, response=response, instrument="probe", scale="total", value=4, on_date=today)
    return response


def _version(clinic: Any, by: User) -> InstrumentVersion:
    version = load_pack()
    if not version.instrument.licences.exists():
        InstrumentLicence.objects.create(
            clinic=clinic,
            instrument=version.instrument,
            is_active=False,
            attested_by=by,
            attested_name="Test",
        )
        programme = Programme.objects.all()[0]
        plan = as_data(default_schedule("cbt-chronic-pain"))
        MeasureSchedule.objects.create(clinic=clinic, programme=programme, number=1, plan=plan, made_by=by)
    return version
