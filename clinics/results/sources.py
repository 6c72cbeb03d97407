"""The record of some courses as `facts` need it, in a fixed number of queries however many they are.

Read by the job that counts, which acts for no person; what it makes of them is shown as sums only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from clinics.results.facts import Course, Pair, TimePoint, follow_up_months
from clinics.results.minutes import minutes_of
from messaging.models import Message
from patients.models import (
    Assignment,
    Enrolment,
    Entry,
    ModuleProgress,
    Occasion,
    OccasionMissing,
    Response,
    Score,
    StepProgress,
)
from programs.instruments.definition import InstrumentDefinition
from programs.instruments.library import definition_of
from programs.models import InstrumentVersion, Module

UNWANTED, PUT_DOWN = "unwanted-effects", "treatment"
SATISFACTION, RECOMMEND = "satisfaction", "recommend"
FIRST_KINDS = (Occasion.Kind.SCREEN, Occasion.Kind.BASELINE)


@dataclass(frozen=True)
class Counted:
    """An enrolment, the cells it belongs to, and its course."""

    enrolment: Enrolment
    programme_id: UUID
    therapist_id: UUID
    year: int
    course: Course

    @property
    def guidance(self) -> str:
        return self.enrolment.guidance


def read_courses(enrolment_ids: Iterable[UUID]) -> list[Counted]:
    """The courses of these enrolments; one that nobody was ever to treat is left out."""
    rows = Enrolment.objects.filter(pk__in=list(enrolment_ids)).order_by("pk")
    enrolments = {one.pk: one for one in rows.select_related("programme_version", "clinic")}
    sizes = _sizes({one.programme_version_id for one in enrolments.values()})
    courses = {
        pk: Course(starts_on=one.starts_on, state=one.state, modules=sizes.get(one.programme_version_id, 0))
        for pk, one in enrolments.items()
    }
    _add_use(courses, enrolments)
    _add_points(courses)
    _add_scores(courses)
    _add_views(courses)
    _add_conversations(courses, enrolments)
    therapists = _therapists(enrolments)
    return [
        Counted(
            enrolment=one,
            programme_id=one.programme_version.programme_id,
            therapist_id=therapists[pk],
            year=one.starts_on.year,
            course=courses[pk],
        )
        for pk, one in enrolments.items()
        if pk in therapists
    ]


def _sizes(versions: set[UUID]) -> dict[UUID, int]:
    """How many modules a version has, by what counts towards completion."""
    rows = Module.objects.filter(version__in=versions).values("version_id").annotate(number=Count("pk"))
    return {row["version_id"]: row["number"] for row in rows}


def _therapists(enrolments: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who treats, or treated last."""
    rows = Assignment.objects.filter(enrolment__in=list(enrolments), kind=Assignment.Kind.PRIMARY)
    found: dict[UUID, UUID] = {}
    for row in rows.order_by("started_at", "pk").values_list("enrolment_id", "therapist_id"):
        found[row[0]] = row[1]
    return found


def _add_use(courses: dict[UUID, Course], enrolments: dict[UUID, Enrolment]) -> None:
    """Modules whose core was done, and the last day on which the programme itself was used.

    Answering questionnaires is no use: who has stopped is still asked (clinical reference, section 6).
    """
    done = ModuleProgress.objects.filter(enrolment__in=courses, core_completed_at__isnull=False)
    for row in done.values("enrolment_id").annotate(number=Count("pk")):
        courses[row["enrolment_id"]].modules_done = row["number"]
    last: list[tuple[UUID, datetime]] = [
        *_latest(StepProgress.objects.filter(enrolment__in=courses), "visited_at"),
        *_latest(StepProgress.objects.filter(enrolment__in=courses, done_at__isnull=False), "done_at"),
        *_latest(Entry.objects.filter(enrolment__in=courses), "submitted_at"),
    ]
    for pk, at in last:
        day = at.astimezone(ZoneInfo(enrolments[pk].clinic.timezone)).date()
        courses[pk].last_use = max(day, courses[pk].last_use or day)
    closing = Occasion.objects.filter(enrolment__in=courses, kind=Occasion.Kind.POST)
    for pk, day in closing.values_list("enrolment_id", "closes_on"):
        courses[pk].post_closes_on = max(day, courses[pk].post_closes_on or day)


def _latest(rows: QuerySet[Any], when: str) -> list[tuple[UUID, datetime]]:
    found = rows.order_by().values("enrolment_id").annotate(latest=Max(when))
    return [(row["enrolment_id"], row["latest"]) for row in found]


def _add_points(courses: dict[UUID, Course]) -> None:
    """What became of each planned time point, with the newest reason where it was not answered.

    Those that a therapist added are left out: how many there are differs from person to person.
    """
    given = Response.objects.filter(occasion=OuterRef("pk"))
    why = OccasionMissing.objects.filter(occasion=OuterRef("pk")).order_by("-at").values("reason")[:1]
    rows = Occasion.objects.filter(enrolment__in=courses).exclude(kind=Occasion.Kind.EXTRA)
    for pk, slug, day, done, begun, reason in rows.order_by("closes_on", "slug").values_list(
        "enrolment_id", "slug", "closes_on", "completed_at", Exists(given), Subquery(why)
    ):
        courses[pk].points.append(TimePoint(slug, day, done is not None, begun, reason or ""))


def _add_scores(courses: dict[UUID, Course]) -> None:
    """The last score before treatment, at its end and later, where the scale has a rule for change."""
    kinds = [*FIRST_KINDS, Occasion.Kind.POST, Occasion.Kind.FOLLOW_UP]
    wanted = Q(scale="total") | Q(scale=PUT_DOWN, instrument=UNWANTED)
    rows = list(
        Score.objects.current()
        .filter(wanted, enrolment__in=courses, response__occasion__kind__in=kinds, value__isnull=False)
        .order_by("response__submitted_at", "response_id")
        .values_list(
            "enrolment_id",
            "instrument",
            "scale",
            "value",
            "response__occasion__kind",
            "response__occasion__slug",
            "response__instrument_version_id",
        )
    )
    definitions = _definitions({row[6] for row in rows})
    for pk, slug, name, value, kind, when, version in rows:
        scale = definitions[version].scale()
        if slug == UNWANTED:
            _keep_unwanted(courses[pk], name, value, kind)
        elif scale and scale.change:
            _keep(courses[pk].pairs.setdefault(slug, Pair(scale)), value, kind, when)


def _keep_unwanted(course: Course, scale: str, value: Any, kind: str) -> None:
    if kind == Occasion.Kind.POST and scale == PUT_DOWN:
        course.due_to_programme = value
    elif kind == Occasion.Kind.POST:
        course.unwanted = value


def _keep(pair: Pair, value: Any, kind: str, slug: str) -> None:
    months = follow_up_months(slug)
    if kind == Occasion.Kind.POST:
        pair.post = value
    elif kind != Occasion.Kind.FOLLOW_UP:
        pair.pre = value
    elif months is not None:
        pair.later[months] = value


def _add_views(courses: dict[UUID, Course]) -> None:
    """Whether they would recommend the programme, as answered at its end."""
    rows = Response.objects.current().filter(enrolment__in=courses, occasion__kind=Occasion.Kind.POST)
    rows = rows.filter(instrument_version__instrument__slug=SATISFACTION).order_by("submitted_at", "pk")
    for pk, answers in rows.values_list("enrolment_id", "answers"):
        courses[pk].recommend = answers.get(RECOMMEND)


def _definitions(versions: set[UUID]) -> dict[UUID, InstrumentDefinition]:
    rows = InstrumentVersion.objects.filter(pk__in=versions)
    return {version.pk: definition_of(version) for version in rows}


def _add_conversations(courses: dict[UUID, Course], enrolments: dict[UUID, Enrolment]) -> None:
    """When messages came and went, never what they say, and the minutes of therapists.

    What was before an enrolment belongs to an earlier one.
    """
    by_patient: dict[UUID, list[Enrolment]] = {}
    for one in enrolments.values():
        by_patient.setdefault(one.patient_id, []).append(one)
    rows = Message.objects.filter(patient__in=by_patient).order_by("sent_at", "pk")
    spans = _spans(by_patient)
    for pk, minutes in minutes_of(spans, set(courses)).items():
        courses[pk].minutes = minutes
    for patient, side, at in rows.values_list("patient_id", "side", "sent_at"):
        begun = [pk for pk, start in spans[patient] if start <= at]
        if begun and begun[-1] in courses:
            courses[begun[-1]].messages.append((side, at))


def _spans(patients: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, Any]]]:
    """All courses of these patients with when they were made, oldest first."""
    rows = Enrolment.objects.filter(patient__in=list(patients)).order_by("created_at")
    found: dict[UUID, list[tuple[UUID, Any]]] = {}
    for patient, pk, at in rows.values_list("patient_id", "pk", "created_at"):
        found.setdefault(patient, []).append((pk, at))
    return found
