"""Pacing and goals on the therapist's pages: what is planned, done and rated, at a glance."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from painclinic import clock
from patients.actions.goals import rate_goal
from patients.models import Enrolment, Entry, Homework
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import a_day, a_goal, a_plan, fill, skills_version, today_of
from tests.integration.therapists.conftest import signed_in

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Iterator[Cast]:
    with clock.moved(START - clock.now()):
        cast = Cast(on_programme=lambda: skills_version(tmp_path))
        open_first_module(cast.enrolment)
        yield cast


def practise(enrolment: Enrolment) -> list[Entry]:
    """A plan with a try that pain ended, a week of it with one day too much, and a rated goal."""
    day = today_of(enrolment)
    plan = fill(enrolment, "w4-pacing-plan", a_plan(day, **{"trials-1-stopped_because": "pain"}))
    goal = fill(enrolment, "w2-goal", a_goal(day, confidence="5"))
    lines = []
    for number, done in enumerate(("12", "12", "12", "25", "12")):
        with clock.moved(timedelta(days=number)):
            kept = "overdid" if done == "25" else "stopped-on-plan"
            raw = a_day(today_of(enrolment), done=done, kept_to_plan=kept, note="Rain on the way")
            lines.append(fill(enrolment, "w4b-pacing-log", raw))
    with clock.moved(timedelta(days=5)):
        rate_goal(by=enrolment.patient.user, goal=goal, level=0)
    return [plan, goal, *lines]


def seen(page: Any) -> str:
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def test_person_page_shows_plan_done_overdone_and_goals(cast: Cast) -> None:
    practise(cast.enrolment)
    with clock.moved(timedelta(days=7)):
        page = signed_in(cast.therapist).get(reverse("therapists:patient-detail", args=[cast.patient.pk]))
        text = seen(page)

    assert "Pacing: Walking" in text
    assert "<strong>13 minutes</strong> is this week’s amount." in text
    assert "1 of 3 tries stopped because of pain" in text
    assert "overdid it on 1 day" in text
    assert "no rest planned" in text
    assert "Rain on the way" in text
    assert "T score 40.0 at the start, 50.0 now" in text
    assert "confidence below 7" in text


def test_homework_shows_pacing_only_where_it_belongs(cast: Cast) -> None:
    entries = practise(cast.enrolment)
    module = cast.version.modules.get(number=1)
    texts = []
    for version, handed_in in enumerate((entries[:1] + entries[2:], entries[1:2]), start=1):
        homework = Homework.objects.create(
            enrolment=cast.enrolment,
            patient=cast.patient,
            clinic=cast.clinic,
            module=module,
            version=version,
            submission_id=handed_in[0].pk,
            review_due_at=clock.now(),
        )
        homework.entries.set(handed_in)
        address = reverse("therapists:homework-review", args=[cast.patient.pk, homework.pk])
        texts.append(seen(signed_in(cast.therapist).get(address)))

    assert "Pacing: Walking" in texts[0]
    assert "T score" not in texts[0]
    assert "Pacing: Walking" not in texts[1]
    assert "T score" in texts[1]
