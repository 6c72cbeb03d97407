"""Questionnaires: planning when they are asked, keeping what was answered, and why something is missing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from painclinic.batch import Batch
from painclinic.ids import new_id
from patients.actions.adverse import report_from_answers
from patients.actions.alerts import raise_for_response
from patients.actions.attention import WATCHER, mark_if_needed
from patients.actions.drafts import close_draft_of
from patients.measures.asked import (
    BACK_ITEM,
    MAIN_PAIN,
    Window,
    askable_versions,
    asked_slugs,
    window_of,
    window_of_patient,
)
from patients.models import Enrolment, Occasion, OccasionMissing, Response, Score, Written
from patients.safety import duty
from patients.safety.facts import MOOD
from programs.instruments.answers import Parsed, Raw, parse_answers
from programs.instruments.definition import InstrumentDefinition
from programs.instruments.library import definition_of
from programs.instruments.scoring import score_response
from programs.models import InstrumentVersion
from programs.schedule import Point, schedule_for

MOST_SECONDS = 6 * 3600
MAX_REASON = 300
# A therapist may ask for an extra set within this time; later ones are follow-ups of the schedule.
EXTRA_WITHIN = 180
MOST_EXTRA = 30


class NotAskedError(Exception):
    """This questionnaire is not asked of this patient on this occasion."""


class OccasionClosedError(Exception):
    """The occasion cannot be answered today; `window` says whether it is too early or too late."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.window = window


class AnsweredError(Exception):
    """It was answered before, on another page or device; `response` is what is kept."""

    def __init__(self, response: Response) -> None:
        super().__init__("answered before")
        self.response = response


class NotMissingError(Exception):
    """The occasion was answered, or is not asked yet: there is nothing to explain."""


class AnswersInvalidError(Exception):
    """The answers cannot be taken; `errors` says why, by input name. Nothing was kept of them."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("invalid answers")
        self.errors = dict(errors)


class OccasionInvalidError(Exception):
    """The occasion cannot be added; `errors` says why, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("invalid occasion")
        self.errors = dict(errors)


@transaction.atomic
def plan_occasions(*, by: Actor, enrolment: Enrolment) -> list[Occasion]:
    """Make the time points of an enrolment that are not there yet, by the schedule in force.

    Days are in the patient's time zone, counted from the first day of treatment; a pause moves none
    of them. May run again: what was planned stays as it was planned. Returns those that are new.
    """
    points = schedule_for(enrolment.clinic, enrolment.programme_version.programme)
    there = set(Occasion.objects.filter(enrolment=enrolment).values_list("slug", flat=True))
    new = [planned_occasion(enrolment, point) for point in points if point.slug not in there]
    Occasion.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        record(
            by=by,
            action=Action.WRITE,
            verb="occasions-plan",
            object_type="patients.occasion",
            object_ids=[one.pk for one in new],
            subject_id=enrolment.patient_id,
            clinic_id=enrolment.clinic_id,
        )
    return new


def planned_occasion(enrolment: Enrolment, point: Point) -> Occasion:
    """The time point of one enrolment, not stored yet."""
    due = enrolment.starts_on + timedelta(days=point.day)
    return Occasion(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        kind=point.kind,
        slug=point.slug,
        instruments=list(point.instruments),
        opens_on=due - timedelta(days=point.opens),
        due_on=due,
        closes_on=due + timedelta(days=point.closes),
    )


@transaction.atomic
def add_occasion(
    *, by: User, enrolment: Enrolment, instruments: Sequence[str], due_on: date, days: int, reason: str
) -> Occasion:
    """Ask for something in between: can be answered from today, or `due_on`, for `days` days.

    Raises OccasionInvalidError for a day in the past or far ahead, nothing to ask, or no reason.
    """
    rows = Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "clinic")
    enrolment = rows.get(pk=enrolment.pk)
    extras = Occasion.objects.filter(enrolment=enrolment, kind=Occasion.Kind.EXTRA).count()
    today = clock.local_today(enrolment.patient.timezone)
    errors = {}
    if not today <= due_on <= today + timedelta(days=EXTRA_WITHIN):
        errors["due_on"] = "day"
    if not instruments or set(instruments) - set(askable_versions(enrolment, instruments)):
        errors["instruments"] = "instruments"
    if not 1 <= days <= 28:
        errors["days"] = "days"
    if not reason.strip():
        errors["reason"] = "reason"
    if extras >= MOST_EXTRA:
        errors["__all__"] = "full"
    if errors:
        raise OccasionInvalidError(errors)
    occasion = Occasion.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        kind=Occasion.Kind.EXTRA,
        slug=f"extra-{extras + 1}",
        instruments=list(dict.fromkeys(instruments)),
        opens_on=due_on,
        due_on=due_on,
        closes_on=due_on + timedelta(days=days - 1),
        added_by=by,
        reason=reason.strip()[:MAX_REASON],
    )
    record(by=by, action=Action.WRITE, verb="occasion-add", obj=occasion)
    return occasion


@transaction.atomic
def note_missing(*, by: User, occasion: Occasion, reason: str, note: str = "") -> OccasionMissing:
    """Keep why an occasion was not answered. The newest such note counts; earlier ones stay.

    It may be known while there is still time; then nobody is chased any more. Raises NotMissingError
    before it is asked, and when it was answered.
    """
    if reason not in OccasionMissing.Reason.values:
        raise ValueError("not one of the reasons")
    rows = Occasion.objects.select_for_update(no_key=True, of=("self",)).select_related("patient")
    occasion = rows.get(pk=occasion.pk)
    if occasion.completed_at or window_of_patient(occasion, occasion.patient) == Window.EARLY:
        raise NotMissingError
    missing = OccasionMissing.objects.create(
        occasion=occasion,
        patient_id=occasion.patient_id,
        clinic_id=occasion.clinic_id,
        reason=reason,
        note=note.strip()[:MAX_REASON] or None,
        by=by,
    )
    record(by=by, action=Action.WRITE, verb="occasion-missing", obj=missing)
    return missing


@transaction.atomic
def submit_response(
    *,
    by: User,
    enrolment: Enrolment,
    occasion: Occasion,
    slug: str,
    raw: Raw,
    submission_id: UUID,
    supersedes: Response | None = None,
    seconds: int | None = None,
) -> Response:
    """Keep the answers to one questionnaire for good, with scores, alert and audit, or nothing of it.

    The same submission again returns the first. With `supersedes` it takes the place of an earlier
    response of the same questionnaire and occasion, and keeps its version. `seconds` is how long the
    answering took, where that is known.
    Raises NotAskedError, OccasionClosedError, AnsweredError and AnswersInvalidError.
    """
    occasion, is_on_call = _locked(occasion, enrolment)
    enrolment = occasion.enrolment
    today = clock.local_today(enrolment.patient.timezone)
    history = _history(occasion)
    there = _of_occasion(history, occasion)
    same = next((one for one in there if one.submission_id == submission_id), None)
    if same:
        return same
    askable = askable_versions(enrolment, asked := asked_slugs(occasion, enrolment))
    version = _version(asked, askable, slug, supersedes)
    window = window_of(occasion, today)
    if window != Window.OPEN:
        raise OccasionClosedError(window)
    current = next((one for one in there if one.instrument_version.instrument.slug == slug), None)
    if (stands := current or supersedes) and current != supersedes:
        raise AnsweredError(stands)
    definition = definition_of(version)
    parsed = parse_answers(definition, raw)
    if not parsed.is_whole:
        raise AnswersInvalidError(parsed.errors)
    batch = Batch()
    response = _response(by, occasion, version, parsed, submission_id, supersedes, seconds, today)
    scores = _scores(response, definition, parsed, slug)
    batch.add(response, *scores)
    mark_if_needed(by=WATCHER, written=Written.ANSWER, row=response, texts=parsed.texts, batch=batch)
    raise_for_response(
        by=by,
        response=response,
        definition=definition,
        scores=scores,
        history=_standing(history),
        is_on_call=is_on_call,
        batch=batch,
    )
    report_from_answers(by=by, response=response, definition=definition, batch=batch)
    batch.record(by=by, action=Action.WRITE, verb="response-submit", obj=response)
    close_draft_of(row=response, by=by, draft_id=submission_id, batch=batch)
    batch.write()
    _keep_course(occasion, askable, [*there, response], slug, parsed)
    return response


def _locked(occasion: Occasion, enrolment: Enrolment) -> tuple[Occasion, bool]:
    """The occasion with its enrolment, both locked: of two devices the second meets what the first made.

    And whether somebody of the clinic is on call today, which clocks of the highest level ask for.
    """
    rows = Occasion.objects.select_for_update(no_key=True, of=("self", "enrolment"))
    rows = rows.select_related("enrolment__patient", "enrolment__clinic")
    today = clock.local_today(enrolment.clinic.timezone)
    on_call = duty.somebody_on_call(today, clinic="clinic_id")
    found: Any = rows.annotate(is_on_call=on_call).get(pk=occasion.pk, enrolment_id=enrolment.pk)
    return found, found.is_on_call


def _history(occasion: Occasion) -> list[Response]:
    """What was answered on this occasion, and every answer on mood of the enrolment, oldest first."""
    watched = Q(instrument_version__instrument__slug__in=MOOD)
    return list(
        Response.objects.filter(Q(occasion=occasion) | watched, enrolment_id=occasion.enrolment_id)
        .select_related("instrument_version__instrument")
        .order_by("submitted_at", "pk")
    )


def _standing(responses: Sequence[Response]) -> list[Response]:
    """Without those that a correction took the place of."""
    replaced = {one.supersedes_id for one in responses}
    return [one for one in responses if one.pk not in replaced]


def _of_occasion(history: Sequence[Response], occasion: Occasion) -> list[Response]:
    """What was answered on this occasion; corrected responses only after their successors."""
    rows = [one for one in history if one.occasion_id == occasion.pk]
    replaced = {one.supersedes_id for one in rows}
    # The newest first, so that the one that counts is found before those it took the place of.
    return sorted(rows, key=lambda one: (one.pk in replaced, -one.submitted_at.timestamp()))


def _version(
    asked: Sequence[str], askable: Mapping[str, InstrumentVersion], slug: str, supersedes: Response | None
) -> InstrumentVersion:
    """What is answered: for a correction the version of the first answer, licensed still or not."""
    if slug not in asked:
        raise NotAskedError
    if supersedes and supersedes.instrument_version.instrument.slug == slug:
        return supersedes.instrument_version
    if slug not in askable:
        raise NotAskedError
    return askable[slug]


def _response(
    by: User,
    occasion: Occasion,
    version: InstrumentVersion,
    parsed: Parsed,
    submission_id: UUID,
    supersedes: Response | None,
    seconds: int | None,
    today: date,
) -> Response:
    return Response(
        patient_id=occasion.patient_id,
        clinic_id=occasion.clinic_id,
        enrolment=occasion.enrolment,
        occasion=occasion,
        instrument_version=version,
        submission_id=submission_id,
        supersedes=supersedes,
        answers=parsed.answers,
        declined=parsed.declined,
        texts=parsed.texts or None,
        seconds=seconds if seconds and 0 < seconds <= MOST_SECONDS else None,
        created_by=by,
        on_date=today,
    )


def _scores(response: Response, definition: InstrumentDefinition, parsed: Parsed, slug: str) -> list[Score]:
    found = score_response(definition, parsed.answers, parsed.declined)
    return [
        Score(
            id=new_id(),
            patient_id=response.patient_id,
            clinic_id=response.clinic_id,
            response=response,
            enrolment_id=response.enrolment_id,
            instrument=slug,
            scale=one.scale,
            value=one.value,
            band=one.band,
            details=one.details,
            on_date=response.on_date,
        )
        for one in found
    ]


def _keep_course(
    occasion: Occasion,
    askable: Collection[str],
    responses: Iterable[Response],
    slug: str,
    parsed: Parsed,
) -> None:
    """Remember that the patient did something, what their main pain is, and whether all was answered."""
    now, enrolment = clock.now(), occasion.enrolment
    enrolment.last_activity_at = now
    if slug == MAIN_PAIN:
        enrolment.has_back_pain = bool(parsed.answers.get(BACK_ITEM))
    enrolment.save(update_fields=["last_activity_at", "has_back_pain"])
    answered = {one.instrument_version.instrument.slug for one in responses}
    left = [one for one in asked_slugs(occasion, enrolment) if one not in answered]
    if left and slug == MAIN_PAIN:
        # It decides what else is asked.
        askable = askable_versions(enrolment, left)
    if occasion.completed_at is None and not set(left) & set(askable):
        occasion.completed_at = now
        occasion.save(update_fields=["completed_at"])
