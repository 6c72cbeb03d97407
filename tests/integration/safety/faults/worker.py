"""The real Celery application for worker and beat of the fault tests.

Its clock is moved, leases are short enough for a test that kills workers, the planner comes round every
`FAULT_PERIOD` seconds, and each of its rounds writes down when it began and that it ended.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun, worker_init, worker_process_init

from painclinic import clock
from painclinic.celery import app
from tests.integration.safety.faults import shared_clock

__all__ = ["app"]

PLANNER = "messaging.escalate_alerts"
KEPT = ("escalate-alerts", "deliver-due", "heartbeat")

schedule = app.conf.beat_schedule
for name in set(schedule) - set(KEPT):
    del schedule[name]
for name in KEPT[:2]:
    schedule[name] = schedule[name] | {"schedule": float(os.environ["FAULT_PERIOD"])}


@worker_init.connect
@worker_process_init.connect
def move_the_clock(**kwargs: Any) -> None:
    from messaging.models import Reminder

    Reminder.LEASE = timedelta(seconds=3)
    shared_clock.follow()


@task_prerun.connect
def round_begins(task_id: str, task: Any, **kwargs: Any) -> None:
    if task.name == PLANNER:
        _write(f"begin {task_id} {clock.now().timestamp()}")


@task_postrun.connect
def round_ends(task_id: str, task: Any, state: str | None = None, **kwargs: Any) -> None:
    if task.name == PLANNER:
        _write(f"{'end' if state == 'SUCCESS' else 'failed'} {task_id} {clock.now().timestamp()}")


def _write(line: str) -> None:
    """In one piece, whoever else writes."""
    handle = os.open(Path(os.environ["FAULT_ROUNDS"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)
