"""The record of some courses as `facts` need it, in a fixed number of queries however many they are.

Read by the job that counts, which acts for no person; what it makes of them is shown as sums only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet

from clinics.results.facts import Course, Pair
from messaging.models import Message
from patients.models import Assignment, Enrolment, Entry, ModuleProgress, Occasion, Score, StepProgress
from programs.instruments.definition import InstrumentDefinition, Scale
from programs.instruments.library import definition_of
from programs.models import InstrumentVersion, Module

UNWANTED = "unwanted-effects"
# How much a therapist is in it cannot be set yet: every course is guided regularly.
REGULAR = "regular"
FIRST_KINDS = (Occasion.Kind.SCREEN, Occasion.Kind.BASELINE)


@dataclass(frozen=True)
class Counted:
    """An enrolment, the cells it belongs to, and its course."""

    enrolment: Enrolment
    programme_id: UUID
    therapist_id: UUID
    month: date
    course: Course

    @property
    def guidance(self) -> str:
        return REGULAR


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
    _add_scores(courses)
    _add_messages(courses, enrolments)
    therapists = _therapists(enrolments)
    return [
        Counted(
            enrolment=one,
            programme_id=one.programme_version.programme_id,
            therapist_id=therapists[pk],
            month=one.starts_on.replace(day=1),
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


def _add_scores(courses: dict[UUID, Course]) -> None:
    """The last score before treatment and the one at its end, where the scale has a rule for change."""
    kinds = Q(response__occasion__kind__in=[*FIRST_KINDS, Occasion.Kind.POST])
    rows = list(
        Score.objects.current()
        .filter(kinds, enrolment__in=courses, scale="total", value__isnull=False)
        .order_by("response__submitted_at", "response_id")
        .values_list(
            "enrolment_id",
            "instrument",
            "value",
            "response__occasion__kind",
            "response__instrument_version_id",
        )
    )
    definitions = _definitions({row[4] for row in rows})
    for pk, slug, value, kind, version in rows:
        scale = definitions[version].scale()
        if slug == UNWANTED and kind == Occasion.Kind.POST:
            courses[pk].unwanted = value
        elif scale and scale.change:
            _keep(courses[pk], slug, scale, value, kind)


def _keep(course: Course, slug: str, scale: Scale, value: Any, kind: str) -> None:
    pair = course.pairs.setdefault(slug, Pair(scale))
    if kind == Occasion.Kind.POST:
        pair.post = value
    else:
        pair.pre = value


def _definitions(versions: set[UUID]) -> dict[UUID, InstrumentDefinition]:
    rows = InstrumentVersion.objects.filter(pk__in=versions)
    return {version.pk: definition_of(version) for version in rows}


def _add_messages(courses: dict[UUID, Course], enrolments: dict[UUID, Enrolment]) -> None:
    """When messages came and went, never what they say. Those before an enrolment are of an earlier one."""
    by_patient: dict[UUID, list[Enrolment]] = {}
    for one in enrolments.values():
        by_patient.setdefault(one.patient_id, []).append(one)
    rows = Message.objects.filter(patient__in=by_patient).order_by("sent_at", "pk")
    spans = _spans(by_patient)
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
