"""What became of single courses of late: a flare-up, a pause, a course that was changed, sleep tools."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from patients.actions.changes import add_step, add_worksheet, extend_window
from patients.actions.entries import amend_entry
from patients.actions.respite import pause_course, start_flare_up
from patients.actions.sleep import turn_on_sleep_window
from patients.models import Entry, SleepWindow
from patients.pacing import PLAN_SHEET
from programs.models import Step

if TYPE_CHECKING:
    from clinics.demo.life import Life


class Turn(StrEnum):
    """How somebody's course differs today."""

    FLARE_UP = "in a flare-up"
    PAUSED = "paused"
    CHANGED = "course changed by the therapist"
    SLEEP_WINDOW = "sleep window on"


def take(turn: Turn, life: "Life") -> None:
    """Let it happen now, through the same actions as anywhere."""
    _TURNS[turn](life)


def _flare_up(life: "Life") -> None:
    start_flare_up(by=life.user, enrolment=life.enrolment, days=4)


def _pause(life: "Life") -> None:
    pause_course(by=life.user, enrolment=life.enrolment, days=10)


def _change(life: "Life") -> None:
    """One step of a week to come, a worksheet besides, more time, and a pacing plan at one amount."""
    who: dict[str, Any] = {"by": life.therapist, "enrolment": life.enrolment}
    opened = life.enrolment.module_progress.values("module_id")
    step = Step.objects.filter(module__version=life.version, number=3).exclude(module__in=opened)
    early = step.select_related("module").order_by("module__number").first()
    if early:
        add_step(**who, step=early, reason="You asked about this in your message, so you can read it now.")
    sheet = life.version.worksheets.get(slug="w9-sleep-diary")
    add_worksheet(**who, worksheet=sheet, days=7, reason="So that we can look at your nights together.")
    extend_window(**who, days=14, reason="You were away for two weeks.")
    plan = Entry.objects.current().filter(enrolment=life.enrolment).of(PLAN_SHEET).latest("submitted_at")
    amend_entry(by=life.user, entry=plan, changed={"progression": "hold"}, submission_id=uuid4())


def _sleep_window(life: "Life") -> None:
    turn_on_sleep_window(
        by=life.therapist,
        enrolment=life.enrolment,
        reason="As we agreed on the phone: less time in bed for a while. Stop if you get very sleepy.",
        ruled_out=SleepWindow.Stop.values,
    )


_TURNS: dict[Turn, Callable[["Life"], None]] = {
    Turn.FLARE_UP: _flare_up,
    Turn.PAUSED: _pause,
    Turn.CHANGED: _change,
    Turn.SLEEP_WINDOW: _sleep_window,
}
