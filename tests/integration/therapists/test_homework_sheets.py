"""Sheets of which there may be several are read answer by answer, lines of a log in a table."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from painclinic import clock
from painclinic.audit.actions import System
from patients.actions.entries import submit_entry
from patients.actions.homework import submit_homework
from patients.actions.progress import unlock_module
from patients.models import Enrolment, Entry

TRIALS = {
    f"trials-{place}-{name}": value
    for place, amount in enumerate(("12", "18", "15"))
    for name, value in (("amount", amount), ("stopped_because", "time"))
}


def _entry(enrolment: Enrolment, slug: str, raw: dict[str, str]) -> Entry:
    sheet = enrolment.programme_version.worksheets.get(slug=slug)
    by = enrolment.patient.user
    return submit_entry(by=by, enrolment=enrolment, worksheet=sheet, raw=raw, submission_id=uuid4())


def test_pacing_plan_is_read_in_full_and_its_log_in_lines(real_cast: Any, client: Client) -> None:
    enrolment = real_cast.enrolment
    week = enrolment.programme_version.modules.get(number=3)
    unlock_module(by=System("test"), enrolment=enrolment, module=week)
    today = clock.local_today(enrolment.patient.timezone)
    plan = {"activity": "Walking", "unit": "minutes", "start": today.isoformat(), "goal_amount": "30"}
    _entry(enrolment, "w4-pacing-plan", plan | TRIALS)
    for days in range(5):
        day = (today - timedelta(days=days)).isoformat()
        _entry(enrolment, "w4b-pacing-log", {"date": day, "activity": "Walking", "done": "12"})
    _entry(enrolment, "w14-weekly-check-in", {"date": today.isoformat(), "medicine_change": "no"})
    homework = submit_homework(
        by=enrolment.patient.user, enrolment=enrolment, module=week, submission_id=uuid4()
    )
    client.force_login(real_cast.therapist, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/patients/{enrolment.patient_id}/homework/{homework.pk}/")
    shown = page.context["page"]
    assert [sheet.entry.worksheet.slug for sheet in shown.sheets] == ["w4-pacing-plan", "w14-weekly-check-in"]
    lines = {log.worksheet.slug: len(log.table.rows) for log in shown.logs}
    assert lines["w4b-pacing-log"] == 5
    assert lines["w4-pacing-plan"] == 0
    answers = {one.answer.name: one for sheet in shown.sheets for one in (*sheet.leading, *sheet.others)}
    assert answers["goal_amount"].remark is not None
