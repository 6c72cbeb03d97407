"""A clinic of made-up patients for looking at results: much of it at once, straight into the tables.

Rows are written in bulk and leave one event for the whole. Answers raise no alerts here: nobody stands
behind them, and no team would look at them. The clinic is marked `is_synthetic` for good.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from clinics.demo.draws import Drawn, add_after, draw, draw_reason
from clinics.demo.staff import add_member
from messaging.models import Message, Thread
from painclinic import clock
from painclinic.accounts.models import Clinic, Membership, Role, User
from painclinic.audit.actions import System, record
from painclinic.audit.models import Action
from painclinic.crypto import keys
from painclinic.ids import new_id
from patients.models import (
    Assignment,
    Enrolment,
    ModuleProgress,
    Occasion,
    OccasionMissing,
    Patient,
    Response,
    Score,
    StepProgress,
)
from programs.instruments.library import current_versions, definition_of
from programs.instruments.scoring import score_response
from programs.models import InstrumentVersion, Module, ProgrammeVersion
from programs.schedule import Point, default_schedule

BUILDER = System("make-synthetic-clinic")
NAME = "Synthetic clinic (made-up patients)"
BATCH = 500
ASKED = ("peg", "phq-9", "gad-7", "rmdq", "unwanted-effects", "satisfaction")
AT_END = ("unwanted-effects", "satisfaction")
THERAPISTS = ("Alder", "Birch", "Cedar", "Elder", "Hazel")
SEED = 2026
# The day of the course on which the questions at its end are due.
LAST_DAY = 70
TEXT = "Synthetic message: nobody wrote this."


@dataclass
class Frame:
    """What all patients of the clinic share."""

    clinic: Clinic
    admin: User
    therapists: list[User]
    version: ProgrammeVersion
    modules: list[Module]
    steps: dict[Any, Any]
    versions: dict[str, InstrumentVersion]
    points: dict[str, Point]
    with_messages: bool
    # For what comes after the course, so that the courses of a seed stay as they are.
    later: random.Random


def make_clinic(count: int, version: ProgrammeVersion, *, seed: int = SEED, messages: bool = True) -> Clinic:
    """A new clinic with so many made-up courses on a published version; the same seed, the same courses."""
    rng = random.Random(seed)  # noqa: S311  draws patients who do not exist, not secrets
    with transaction.atomic():
        frame = _frame(version, messages, seed)
        for start in range(0, count, BATCH):
            _add(rng, frame, range(start, min(count, start + BATCH)))
            keys.forget()
        record(by=BUILDER, action=Action.WRITE, verb="synthetic-clinic-make", clinic_id=frame.clinic.pk)
    return frame.clinic


def _frame(version: ProgrammeVersion, messages: bool, seed: int) -> Frame:
    clinic = Clinic.objects.create(name=NAME, phone="0115 496 0199", is_synthetic=True)
    tail = f"{clinic.pk.hex[-8:]}.synthetic.example"
    admin = add_member(clinic, Role.CLINIC_ADMIN, f"admin@{tail}", "Synthetic Admin")
    add_member(clinic, Role.SUPERVISOR, f"supervisor@{tail}", "Synthetic Supervisor")
    therapists = [
        add_member(clinic, Role.THERAPIST, f"{name.lower()}@{tail}", f"Synthetic {name}")
        for name in THERAPISTS
    ]
    modules = list(version.modules.order_by("number").prefetch_related("steps"))
    return Frame(
        clinic=clinic,
        admin=admin,
        therapists=therapists,
        version=version,
        modules=modules,
        steps={module.pk: module.steps.all()[0] for module in modules if module.steps.all()},
        versions=dict(current_versions(ASKED, "en")),
        points={point.slug: point for point in default_schedule(version.programme.slug)},
        with_messages=messages,
        later=random.Random(seed + 1),  # noqa: S311  as above
    )


def _add(rng: random.Random, frame: Frame, numbers: range) -> None:
    drawn = [draw(rng, len(frame.therapists)) for _ in numbers]
    enrolments = _people(frame, drawn, numbers)
    pairs = list(zip(drawn, enrolments, strict=True))
    _bulk(ModuleProgress, (row for one, to in pairs for row in _progress(frame, one, to)))
    _bulk(StepProgress, (row for one, to in pairs for row in _steps(frame, one, to)))
    _questionnaires(frame, pairs)
    if frame.with_messages:
        _conversations(frame, pairs)


def _bulk(model: Any, rows: Iterator[Any]) -> list[Any]:
    made: list[Any] = model.objects.bulk_create(list(rows), batch_size=2000)
    return made


def _people(frame: Frame, drawn: Sequence[Drawn], numbers: range) -> list[Enrolment]:
    today = clock.local_today(frame.clinic.timezone)
    tail = frame.clinic.pk.hex[-8:]
    users, patients, enrolments = [], [], []
    ids = [new_id() for _ in numbers]
    keys.create_many(ids)
    keys.prefetch(ids)
    for one, number, pk in zip(drawn, numbers, ids, strict=True):
        email, name = f"patient{number}@{tail}.synthetic.example", f"Synthetic Patient {number + 1}"
        start = today - timedelta(days=one.start_days_ago)
        made = at(start - timedelta(days=3), 9)
        user = User(email=email, name=name, is_demo=True, created_at=made)
        user.set_unusable_password()
        users.append(user)
        patients.append(_patient(frame, pk, user, made))
        enrolments.append(_enrolment(frame, pk, one, start, made))
    _bulk(User, iter(users))
    started = {"clinic": frame.clinic, "role": Role.PATIENT}
    _bulk(Membership, (Membership(user=user, started_at=user.created_at, **started) for user in users))
    _bulk(Patient, iter(patients))
    _bulk(Enrolment, iter(enrolments))
    _bulk(Assignment, (_assignment(frame, one, to) for one, to in zip(drawn, enrolments, strict=True)))
    return enrolments


def _patient(frame: Frame, pk: Any, user: User, made: datetime) -> Patient:
    patient = Patient(id=pk, clinic=frame.clinic, user=user, name=user.name, email=user.email)
    patient.date_of_birth, patient.timezone, patient.language = date(1970, 1, 1), "Europe/London", "en-gb"
    patient.mobile = patient.emergency_contact_phone = "07700 900000"
    patient.address = patient.emergency_contact_name = patient.gp_name = patient.gp_contact = "synthetic"
    patient.enrolment_request_id, patient.created_at, patient.created_by = new_id(), made, frame.admin
    return patient


def _enrolment(frame: Frame, patient: Any, one: Drawn, start: date, made: datetime) -> Enrolment:
    is_over = one.start_days_ago >= 70
    finished = one.modules >= len(frame.modules)
    states = Enrolment.State
    return Enrolment(
        patient_id=patient,
        clinic=frame.clinic,
        programme_version=frame.version,
        starts_on=start,
        state=(states.COMPLETED if finished else states.STOPPED) if is_over else states.ACTIVE,
        has_back_pain=one.has_back_pain,
        created_at=made,
    )


def _row(frame: Frame, enrolment: Enrolment) -> dict[str, Any]:
    return {"clinic": frame.clinic, "patient_id": enrolment.patient_id, "enrolment": enrolment}


def _assignment(frame: Frame, one: Drawn, enrolment: Enrolment) -> Assignment:
    therapist = frame.therapists[one.therapist]
    return Assignment(**_row(frame, enrolment), therapist=therapist, started_at=enrolment.created_at)


def _progress(frame: Frame, one: Drawn, enrolment: Enrolment) -> Iterator[ModuleProgress]:
    opened = min(len(frame.modules), one.modules + 1) if one.has_started else 1
    for number, module in enumerate(frame.modules[:opened]):
        if 7 * number > one.start_days_ago:
            return
        done = one.done_days[number] if number < len(one.done_days) else None
        yield ModuleProgress(
            **_row(frame, enrolment),
            module=module,
            unlocked_at=at(enrolment.starts_on + timedelta(days=7 * number), 6),
            core_completed_at=_moment(one, enrolment, done),
        )


def _moment(one: Drawn, enrolment: Enrolment, day: int | None) -> datetime | None:
    """The evening of that day of the course, if it has passed."""
    if day is None or day >= one.start_days_ago:
        return None
    return at(enrolment.starts_on + timedelta(days=day), 18)


def _steps(frame: Frame, one: Drawn, enrolment: Enrolment) -> Iterator[StepProgress]:
    """One step of each module that was done, and the first of the week in which somebody stopped."""
    days = [*one.done_days, *([one.last_day] if one.has_started and one.modules < len(frame.modules) else [])]
    for module, day in zip(frame.modules, days, strict=False):
        moment = _moment(one, enrolment, day)
        if moment and module.pk in frame.steps:
            done = moment if day in one.done_days else None
            row = _row(frame, enrolment)
            yield StepProgress(**row, step=frame.steps[module.pk], visited_at=moment, done_at=done)


def _questionnaires(frame: Frame, pairs: Sequence[tuple[Drawn, Enrolment]]) -> None:
    occasions, responses = [], []
    scores: list[Score] = []
    missing: list[OccasionMissing] = []
    for one, enrolment in pairs:
        add_after(frame.later, one)
        for slug, answered, day in _asked(one):
            occasion = _occasion(frame, enrolment, slug)
            occasions.append(occasion)
            moment = _moment(one, enrolment, day)
            if not answered or not moment:
                missing += _why_missing(frame, occasion)
                continue
            occasion.completed_at = moment
            for slug, answers in answered.items():
                response = _response(frame, occasion, slug, answers, moment)
                responses.append(response)
                scores += _scores(frame, response, slug)
    _bulk(Occasion, iter(occasions))
    _bulk(OccasionMissing, iter(missing))
    _bulk(Response, iter(responses))
    _bulk(Score, iter(scores))


def _asked(one: Drawn) -> Iterator[tuple[str, dict[str, dict[str, int]], int]]:
    """Time points with what was answered, and on which day of the course."""
    yield "baseline", one.first, -1
    yield "post", one.last, LAST_DAY
    for months, answered in one.later.items():
        yield f"follow-up-{months}", answered, LAST_DAY + 1 + 365 * months // 12


def _why_missing(frame: Frame, occasion: Occasion) -> Iterator[OccasionMissing]:
    """A reason for about half of those that are over."""
    reason = draw_reason(frame.later)
    if reason and occasion.closes_on < clock.local_today(frame.clinic.timezone):
        yield OccasionMissing(
            clinic=frame.clinic,
            patient_id=occasion.patient_id,
            occasion=occasion,
            reason=reason,
            by=frame.admin,
            at=at(occasion.closes_on, 12),
        )


def _occasion(frame: Frame, enrolment: Enrolment, slug: str) -> Occasion:
    day = 0 if slug == "baseline" else LAST_DAY
    point = frame.points.get(slug) or Point(slug, slug, day, 7, 21, ASKED)
    kind = point.kind
    due = enrolment.starts_on + timedelta(days=point.day)
    return Occasion(
        **_row(frame, enrolment),
        kind=kind,
        slug=point.slug,
        instruments=[name for name in ASKED if kind == "post" or name not in AT_END],
        opens_on=due - timedelta(days=point.opens),
        due_on=due,
        closes_on=due + timedelta(days=point.closes),
        created_at=enrolment.created_at,
    )


def _response(
    frame: Frame, occasion: Occasion, slug: str, answers: dict[str, int], moment: datetime
) -> Response:
    return Response(
        **_row(frame, occasion.enrolment),
        occasion=occasion,
        instrument_version=frame.versions[slug],
        submission_id=new_id(),
        answers=answers,
        created_by=frame.admin,
        submitted_at=moment,
        on_date=moment.date(),
    )


def _scores(frame: Frame, response: Response, slug: str) -> Iterator[Score]:
    for one in score_response(definition_of(frame.versions[slug]), response.answers, ()):
        yield Score(
            **_row(frame, response.enrolment),
            response=response,
            instrument=slug,
            scale=one.scale,
            value=one.value if one.value is None else Decimal(one.value),
            band=one.band,
            details=one.details,
            on_date=response.on_date,
        )


def _conversations(frame: Frame, pairs: Sequence[tuple[Drawn, Enrolment]]) -> None:
    threads, messages = [], []
    now = clock.now()
    for one, enrolment in pairs:
        row = {"clinic": frame.clinic, "patient_id": enrolment.patient_id}
        thread = Thread(**row, created_at=enrolment.created_at)
        threads.append(thread)
        for hour, side in one.messages:
            moment = at(enrolment.starts_on, 0) + timedelta(hours=hour)
            if moment < now:
                by = frame.admin if side == "patient" else frame.therapists[one.therapist]
                more = {"author": by, "body": TEXT, "submission_id": new_id(), "sent_at": moment}
                messages.append(Message(**row, thread=thread, side=side, **more))
                thread.last_message_at = moment
    _bulk(Thread, iter(threads))
    _bulk(Message, iter(messages))


def at(day: date, hour: int) -> datetime:
    """That hour of that day, in UTC."""
    return datetime.combine(day, time(hour), UTC)
