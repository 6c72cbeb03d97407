"""A course is moved to a newer text by a person: what was done stays done, and nothing is lost or blocked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from painclinic import clock
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions.changes import ToldReasonNeededError
from patients.actions.drafts import save_draft
from patients.actions.versions import NotNewerError, move_enrolment
from patients.models import CourseChange, Draft, Entry, Homework, ModuleProgress, StepProgress
from patients.newer_text import newer_version, preview_move
from patients.presenters.course import read_course
from programs.actions import load_programme, publish_version
from programs.models import ProgrammeVersion
from tests.factories.cast import CONTENT, Cast, real_version
from tests.factories.outbox import until
from tests.integration.reports.rich import PAIN_CYCLE, Course

pytestmark = pytest.mark.django_db
LAST_CORE = "12-summary.md"


@pytest.fixture
def course() -> Iterator[Course]:
    """Maria has done all of week 1 but its summary, and sent her homework."""
    with clock.moved(until("2026-03-02T08:00+00:00")):
        people = Cast(on_programme=real_version)
        found = Course(people.enrolment, people.therapist)
        with found.at(0):
            found.read(1, last=11)
            found.fill("w1-pain-cycle", PAIN_CYCLE)
            found.log([("Washing up", "chores", "morning", 20, 4, 5, "")])
            found.hand_in(is_partial=True)
        with found.at(1):
            found.enrolment.refresh_from_db()
            yield found


@pytest.fixture
def newer(course: Course, tmp_path: Path) -> ProgrammeVersion:
    """A text without the second step and the last core step of week 1, and with another form W1."""
    path = tmp_path / "cbt-chronic-pain" / "en"
    shutil.copytree(CONTENT, path)
    week = path / "module-1"
    (week / "02-pain-is-an-alarm.md").unlink()
    for old in sorted(week.glob("[01][0-9]-*.md")):
        number = int(old.name[:2])
        if number > 2:
            old.rename(week / f"{number - 1:02d}{old.name[2:]}")
    summary = week / "11-summary.md"
    summary.write_text(summary.read_text().replace("core: true", "core: false"))
    sheet = path / "worksheets" / "w1-pain-cycle.yaml"
    sheet.write_text(sheet.read_text().replace("label: What was going on?", "label: What happened then?"))
    return publish_version(version=load_programme(path=path, by=System("test")), by=System("test"))


def test_move_keeps_what_was_done_and_blocks_nothing(course: Course, newer: ProgrammeVersion) -> None:
    enrolment = course.enrolment
    steps = StepProgress.objects.filter(enrolment=enrolment, done_at__isnull=False).count()
    assert newer_version(enrolment) == newer

    change = move_enrolment(by=course.therapist, enrolment=enrolment, version=newer, reason="Clearer words")

    enrolment.refresh_from_db()
    view = read_course(course.user, enrolment)
    week = view.stops[0]
    assert enrolment.programme_version == newer
    assert week.is_open
    assert week.is_read  # only its summary was left, which is no core step any more
    assert week.done_count == steps - 1  # the one that is gone
    assert StepProgress.objects.filter(enrolment=enrolment, done_at__isnull=False).count() == steps
    assert ModuleProgress.objects.get(enrolment=enrolment, module__number=1).module.version == newer
    # Entries and homework are as they were, and still count.
    assert week.homework is not None
    assert Homework.objects.get(enrolment=enrolment).module.version != newer
    assert {one.worksheet.version for one in Entry.objects.filter(enrolment=enrolment)} != {newer}
    assert (change.kind, change.payload) == ("version", {"from": 1, "to": 2})
    assert AuditEvent.objects.filter(verb="course-version", object_ids=[change.pk]).count() == 1


def test_patient_reads_of_it_and_goes_on_with_entries_and_draft(
    course: Course, newer: ProgrammeVersion
) -> None:
    enrolment, user = course.enrolment, course.user
    target = f"entry:{enrolment.pk}:first-hope"
    save_draft(
        by=user,
        patient=enrolment.patient,
        purpose=Draft.Purpose.ENTRY,
        target=target,
        draft_id=Draft.id_for(user.pk, target, 0),
        base_rev=0,
        data={"hope": "To dance again"},
        tab="a",
    )
    move_enrolment(by=course.therapist, enrolment=enrolment, version=newer, reason="Clearer words")
    client = Client()
    client.force_login(user)

    said = client.get("/course/").content.decode()
    assert "moved your course to a newer text" in said
    assert "Clearer words" in said
    practice = client.get("/practice/").content.decode()
    assert "Washing up" in practice
    assert "To dance again" in client.get("/practice/first-hope/new/").content.decode()
    entry = Entry.objects.get(enrolment=enrolment, worksheet__slug="w1-pain-cycle")
    assert "What was going on?" in client.get(f"/practice/entries/{entry.pk}/").content.decode()
    assert "What happened then?" in client.get(f"/practice/entries/{entry.pk}/change/").content.decode()
    for path in ("/home/", "/progress/", "/course/1/", "/course/1/homework/", "/course/1/7/"):
        assert client.get(path).status_code == 200, path


def test_therapist_reads_what_changes_before_it_does(course: Course, newer: ProgrammeVersion) -> None:
    move = preview_move(enrolment=course.enrolment, version=newer)
    assert move.kept == ("Understanding pain",)
    assert len(move.lost_steps) == 1
    assert (move.new_weeks, move.lost_weeks, move.new_steps) == ((), (), ())
    client = Client()
    client.force_login(course.therapist)
    path = f"/patients/{course.enrolment.patient_id}/newer-text/"

    assert move.lost_steps[0] in client.get(path).content.decode()
    assert client.post(path, {"told": ""}).status_code == 422
    assert not CourseChange.objects.exists()
    assert client.post(path, {"told": "Clearer words"}).status_code == 302
    assert client.post(path, {"told": "Twice"}).status_code == 302
    assert CourseChange.objects.count() == 1
    for page in ("/today/", "/caseload/", f"/patients/{course.enrolment.patient_id}/"):
        assert client.get(page).status_code == 200, page


def test_move_takes_a_reason_and_a_newer_published_text(course: Course, newer: ProgrammeVersion) -> None:
    enrolment = course.enrolment
    with pytest.raises(ToldReasonNeededError):
        move_enrolment(by=course.therapist, enrolment=enrolment, version=newer, reason=" ")
    same = enrolment.programme_version
    with pytest.raises(NotNewerError):
        move_enrolment(by=course.therapist, enrolment=enrolment, version=same, reason="Again")
    enrolment.refresh_from_db()
    assert enrolment.programme_version != newer
