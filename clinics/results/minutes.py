"""How long therapists are occupied with a patient, worked out from what they open and write.

Every page of a record that somebody opens, and everything that is kept there, leaves an event for the
audit. From one event about a patient to the next of the same person, whoever that one is about, counts as
time for the patient if it is ten minutes or less; after the last one before a longer break one minute
counts. Ten minutes: clinical reference, section 6 ("minutes capped at 10 idle min"); the one minute is our
decision [D]. Telephone calls and what is done away from the pages is not in it.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

IDLE_MINUTES = 10
LAST_SECONDS = 60
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

# Only people who treat or treated the course: an admin who corrects an address gives no treatment.
_MINUTES = """
WITH course AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[])
    AS course(id, patient, since, until)
), seen AS (
    SELECT DISTINCT course.id, event.actor_id, event.at
    FROM course
    JOIN patients_assignment assignment ON assignment.enrolment_id = course.id
    JOIN audit_auditevent event
        ON event.subject_id = course.patient AND event.actor_id = assignment.therapist_id
        AND event.at >= course.since AND event.at < course.until
)
SELECT seen.id, sum(coalesce(extract(epoch FROM following.at - seen.at), %s))
FROM seen
LEFT JOIN LATERAL (
    SELECT min(event.at) AS at FROM audit_auditevent event
    WHERE event.actor_id = seen.actor_id AND event.at > seen.at
        AND event.at <= seen.at + make_interval(mins => %s)
) following ON true
GROUP BY seen.id
"""


def minutes_of(
    spans: Mapping[UUID, list[tuple[UUID, datetime]]], wanted: Collection[UUID]
) -> dict[UUID, Decimal]:
    """Minutes by enrolment. `spans` are all enrolments of some patients with when each was made, in order."""
    courses: list[list[Any]] = []
    for patient, made in spans.items():
        ends = [at for _, at in made[1:]] + [_NEVER]
        courses += [[pk, patient, at, end] for (pk, at), end in zip(made, ends, strict=True) if pk in wanted]
    if not courses:
        return {}
    columns = [list(column) for column in zip(*courses, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_MINUTES, [*columns, LAST_SECONDS, IDLE_MINUTES])
        return {pk: (Decimal(seconds) / 60).quantize(Decimal("0.1")) for pk, seconds in cursor.fetchall()}
