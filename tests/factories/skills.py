"""A course whose first week already has the sheets and logs of later weeks; and filled ones."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from painclinic import clock
from painclinic.audit.actions import System
from patients.actions.entries import submit_entry
from patients.models import Enrolment, Entry
from programs.actions import load_programme, publish_version
from programs.models import ProgrammeVersion
from tests.factories.cast import CONTENT

SHEETS = (
    "w2-goal",
    "w4-pacing-plan",
    "w4b-pacing-log",
    "w5-relaxation-log",
    "w6-activity-plan",
    "w7-thought-record",
    "w7a-thought-catcher",
    "w8-coping-card",
    "w9-sleep-diary",
    "w14-weekly-check-in",
)


def skills_version(folder: Path) -> ProgrammeVersion:
    """The programme that ships with painclinic, with a step for each sheet at the end of Module 1."""
    tree = folder / CONTENT.parent.name / CONTENT.name
    shutil.copytree(CONTENT, tree)
    last = max(int(path.name[:2]) for path in (tree / "module-1").glob("[0-9][0-9]-*.md"))
    for number, slug in enumerate(SHEETS, start=last + 1):
        step = f"---\nkind: log\ntitle: A sheet\nminutes: 5\ncore: false\nworksheet: {slug}\n---\n"
        (tree / f"module-1/{number}-{slug}.md").write_text(step)
    version = load_programme(path=tree, by=System("test"))
    return publish_version(version=version, by=System("test"))


def today_of(enrolment: Enrolment) -> date:
    return clock.local_today(enrolment.patient.timezone)


def a_goal(day: date, **changed: str) -> dict[str, str]:
    return {
        "life_area": "movement",
        "goal": "Walk to the library",
        "how_measured": "There and back, one rest",
        "start": day.isoformat(),
        "target": (day + timedelta(days=56)).isoformat(),
        "confidence": "8",
        "gas_minus1": "To the corner",
        "gas_0": "To the library and back",
        "baseline_level": "-1",
        "weight": "1",
    } | changed


def a_plan(day: date, **changed: str) -> dict[str, str]:
    trials = {f"trials-{row}-amount": amount for row, amount in enumerate(("12", "18", "15"))}
    return (
        {
            "activity": "Walking",
            "unit": "minutes",
            "goal_amount": "30",
            "start": day.isoformat(),
            "days_per_week": "5",
            "reduction_pct": "20",
            "increment_pct": "10",
            "increment_base": "current-target",
        }
        | trials
        | changed
    )


def a_day(day: date, **changed: str) -> dict[str, str]:
    return {
        "activity": "Walking",
        "date": day.isoformat(),
        "done": "12",
        "kept_to_plan": "stopped-on-plan",
        "pain_after": "4",
    } | changed


def a_night(day: date, **changed: str) -> dict[str, str]:
    """The published night of the clinical reference: 525 minutes in bed, 345 asleep."""
    return {
        "date_of_morning": day.isoformat(),
        "into_bed": "22:30",
        "tried_to_sleep": "23:00",
        "sol_min": "45",
        "waso_min": "60",
        "final_wake": "06:30",
        "tasafa_min": "20",
        "out_of_bed": "07:15",
        "quality": "3",
    } | changed


def a_thought(day: date, **changed: str) -> dict[str, str]:
    return {
        "when": f"{day.isoformat()}T08:00",
        "situation": "The bus did not come",
        "thought": "I will never manage this",
        "belief_before": "90",
        "feelings-0-name": "sad",
        "feelings-0-pct_before": "80",
        "evidence_for": "I was late twice",
        "evidence_against": "I managed on Monday",
        "alternative": "Some days work, some do not",
        "belief_alternative": "70",
        "feelings_after-0-name": "sad",
        "feelings_after-0-pct_after": "45",
        "belief_after": "30",
    } | changed


def a_practice(day: date, **changed: str) -> dict[str, str]:
    return {
        "date": day.isoformat(),
        "technique": "belly-breathing",
        "minutes": "10",
        "tension_before": "7",
        "tension_after": "4",
    } | changed


def fill(enrolment: Enrolment, slug: str, raw: dict[str, str], **more: Any) -> Entry:
    """Hand in a worksheet as the patient."""
    worksheet = enrolment.programme_version.worksheets.get(slug=slug)
    return submit_entry(
        by=enrolment.patient.user,
        enrolment=enrolment,
        worksheet=worksheet,
        raw=raw,
        submission_id=uuid4(),
        **more,
    )
