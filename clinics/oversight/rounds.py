"""Each time an alert was raised starts a round with its own clocks; how long each took, and which ran out.

A round is an event with which steps were planned anew: raised, came again with a new clock, followed by
answers that raised it, or sent back (then only somebody has to act again). The times that it had are
those of its steps, which are rows of their own and stay as they were when the alert is raised again:
to acknowledge, the step that goes on to somebody else (`duty` at R1 and R2, `second` at R3); to act, the
step `act`. See `patients.safety.clocks`. The level is the one at the beginning of the round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from painclinic import clock
from painclinic.accounts.models import Clinic


class What(StrEnum):
    """What a clock runs for."""

    ACK = "ack"
    ACT = "act"


# Shares of the time allowed at which the curve has a point: in tenths, up to twice the time.
TENTHS = 20
# Of late rounds listed on a page.
MOST_BREACHES = 100

_ROUNDS = """
WITH concerned AS (
    SELECT id FROM patients_alert WHERE clinic_id = %(clinic)s
      AND (last_raised_at >= %(since)s OR closed_at IS NULL OR closed_at >= %(since)s)
), clocks AS (
    SELECT alert_id, round,
      max(due_at) FILTER (WHERE step = 'second') AS second_due,
      max(due_at) FILTER (WHERE step = 'duty') AS duty_due,
      min(due_at) FILTER (WHERE step = 'act') AS act_due
    FROM patients_alertstep WHERE alert_id IN (SELECT id FROM concerned)
    GROUP BY alert_id, round HAVING bool_or(step = 'tell')
), rounds AS (
    SELECT e.alert_id, e.number, e.kind, e.level, e.at AS began,
      CASE WHEN e.level = 3 THEN c.second_due ELSE c.duty_due END AS ack_due, c.act_due,
      lead(e.number) OVER later AS next_number, lead(e.at) OVER later AS next_at
    FROM patients_alertevent e JOIN clocks c ON c.alert_id = e.alert_id AND c.round = e.number
    WHERE e.kind IN ('raised', 'merged', 'follow-up', 'sent-back')
    WINDOW later AS (PARTITION BY e.alert_id ORDER BY e.number)
), asked AS (
    SELECT *, 'ack' AS what, ack_due AS due, ARRAY['acknowledged'] AS by_kinds FROM rounds
    WHERE kind <> 'sent-back' AND ack_due IS NOT NULL
    UNION ALL
    SELECT *, 'act', act_due, ARRAY['contact-attempt', 'risk-note'] FROM rounds WHERE act_due IS NOT NULL
), answered AS (
    SELECT asked.*, (
      SELECT min(d.at) FROM patients_alertevent d WHERE d.alert_id = asked.alert_id
        AND d.number > asked.number AND d.number < coalesce(asked.next_number, 2147483647)
        AND d.kind = ANY(asked.by_kinds)) AS done
    FROM asked WHERE began >= %(since)s AND began < %(until)s
), judged AS (
    SELECT *, extract(epoch FROM done - began)::float8 AS took,
      extract(epoch FROM done - began)::float8 / nullif(extract(epoch FROM due - began), 0)::float8 AS used,
      extract(epoch FROM coalesce(done, next_at, %(now)s) - due)::float8 AS over,
      CASE WHEN done <= due THEN 'in-time' WHEN done IS NOT NULL THEN 'late'
        WHEN next_at IS NOT NULL THEN CASE WHEN next_at > due THEN 'late-again' ELSE 'again' END
        WHEN due <= %(now)s THEN 'never' ELSE 'running' END AS state
    FROM answered
)
"""
_TIMES = """
SELECT what, level,
  count(*) FILTER (WHERE state = 'in-time'), count(*) FILTER (WHERE state = 'late'),
  count(*) FILTER (WHERE state = 'late-again'), count(*) FILTER (WHERE state = 'never'),
  count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'again'),
  percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY took), max(took),
  max(over) FILTER (WHERE state = 'late'),
  ARRAY[{curve}]
FROM judged GROUP BY what, level ORDER BY what, level DESC
""".format(curve=", ".join(f"count(*) FILTER (WHERE used <= {n / 10})" for n in range(1, TENTHS + 1)))
_BREACHES = """
SELECT alert_id, what, level, began, due, done, next_at, state, over, (
  SELECT array_agg(told.step ORDER BY told.first) FROM (
    SELECT s.step, min(s.done_at) AS first FROM patients_alertstep s
    WHERE s.alert_id = judged.alert_id AND NOT s.was_needless
      AND s.done_at >= began AND s.done_at <= coalesce(done, next_at, %(now)s) GROUP BY s.step) told)
FROM judged WHERE state IN ('late', 'late-again', 'never')
ORDER BY (state = 'never') DESC, began DESC, alert_id, what LIMIT %(most)s
"""


@dataclass(frozen=True)
class Times:
    """How the rounds of one level fared against one clock. Spans from the moment it was raised."""

    what: What
    level: int
    in_time: int
    late: int
    # Was late when it came again, and so was never done in its round.
    late_again: int
    never: int
    # Not due yet; and came again before it was due: neither counts in a share.
    running: int
    again: int
    median: timedelta | None
    p90: timedelta | None
    longest: timedelta | None
    longest_over: timedelta | None
    # How many were done within 10, 20 … 200 per cent of the time that they had.
    done_by: tuple[int, ...]

    @property
    def breaches(self) -> int:
        return self.late + self.late_again + self.never

    @property
    def counted(self) -> int:
        """Those that can be judged: what the shares are of."""
        return self.in_time + self.breaches

    @property
    def done(self) -> int:
        return self.in_time + self.late

    @property
    def total(self) -> int:
        return self.counted + self.running + self.again

    @property
    def share(self) -> float | None:
        """Done within the clock, of those that can be judged."""
        return self.in_time / self.counted if self.counted else None

    @property
    def curve(self) -> tuple[float, ...]:
        """The share done within each tenth of the time, of those that can be judged."""
        return tuple(count / self.counted for count in self.done_by) if self.counted else ()


@dataclass(frozen=True)
class Breach:
    """A round whose clock ran out, and what the chain did meanwhile."""

    alert_id: UUID
    what: What
    level: int
    began: datetime
    due: datetime
    done: datetime | None
    # When the alert came again without anything done.
    came_again: datetime | None
    state: str
    over: timedelta
    steps: tuple[str, ...]


def times(clinic: Clinic, since: datetime, until: datetime) -> list[Times]:
    """By clock and level, of the rounds that began in a period. One query, whatever their number."""
    return [_times(row) for row in _rows(_ROUNDS + _TIMES, clinic, since, until)]


def breaches(clinic: Clinic, since: datetime, until: datetime, *, most: int = MOST_BREACHES) -> list[Breach]:
    """The rounds of a period that were late, first those that still are, then the newest. One query."""
    return [_breach(row) for row in _rows(_ROUNDS + _BREACHES, clinic, since, until, most=most)]


def _rows(sql: str, clinic: Clinic, since: datetime, until: datetime, **more: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"clinic": clinic.pk, "since": since, "until": until, "now": clock.now(), **more})
        return list(cursor.fetchall())


def _times(row: Sequence[Any]) -> Times:
    what, level, in_time, late, late_again, never, running, again = row[:8]
    median, p90 = row[8] or (None, None)
    return Times(
        what=What(what),
        level=level,
        in_time=in_time,
        late=late,
        late_again=late_again,
        never=never,
        running=running,
        again=again,
        median=_span(median),
        p90=_span(p90),
        longest=_span(row[9]),
        longest_over=_span(row[10]),
        done_by=tuple(row[11]),
    )


def _breach(row: Sequence[Any]) -> Breach:
    began, due, done, came_again = row[3:7]
    kept = (row[0], What(row[1]), row[2], began, due, done, came_again if done is None else None, row[7])
    return Breach(*kept, timedelta(seconds=row[8]), tuple(row[9] or ()))


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
