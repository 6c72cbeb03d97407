"""A course is moved to a newer text by a person: what was done stays done, and nothing is lost or blocked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from painclinic import clock
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions.changes import ToldReasonNeededError, add_step, add_worksheet
from patients.actions.drafts import save_draft
from patients.actions.versions import NotNewerError, move_enrolment
from patients.models import CourseChange, Draft, Entry, Homework, ModuleProgress, StepProgress
from patients.newer_text import newer_version, preview_move
from patients.presenters.course import read_course
from programs.actions import load_programme, publish_version
from programs.models import ProgrammeVersion, Step
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


def a_step(version: ProgrammeVersion, week: int, number: int) -> Step:
    return Step.objects.select_related("module").get(
        module__version=version, module__number=week, number=number
    )


def test_added_step_is_carried_to_the_newer_text(
    course: Course, newer: ProgrammeVersion, client: Client
) -> None:
    enrolment = course.enrolment
    step = a_step(enrolment.programme_version, 4, 3)
    add_step(by=course.therapist, enrolment=enrolment, step=step, reason="For your breathing")
    assert preview_move(enrolment=enrolment, version=newer).kept_added == (step.title,)

    move_enrolment(by=course.therapist, enrolment=enrolment, version=newer, reason="Clearer words")

    enrolment.refresh_from_db()
    view = read_course(course.user, enrolment)
    assert [one.step.title for one in view.extra_steps] == [step.title]
    assert [one.step.module.version for one in view.extra_steps] == [newer]
    client.force_login(course.user)
    assert client.get("/course/4/3/").status_code == 200
    assert client.post("/course/4/3/finish/").status_code == 302
    assert StepProgress.objects.get(enrolment=enrolment, step__slug=step.slug).done_at


def test_added_step_that_is_gone_is_named_before_the_move(
    course: Course, newer: ProgrammeVersion, tmp_path: Path, client: Client
) -> None:
    enrolment = course.enrolment
    path = tmp_path / "cbt-chronic-pain" / "en" / "module-4"
    gone = Step.objects.filter(module__version=enrolment.programme_version, module__number=4).last()
    assert gone is not None
    add_step(by=course.therapist, enrolment=enrolment, step=gone, reason="To read ahead")
    [file] = path.glob(f"*-{gone.slug}.md")
    file.rename(path / f"{gone.number:02d}-another-name.md")
    newest = publish_version(version=load_programme(path=path.parent, by=System("t")), by=System("t"))
    client.force_login(course.therapist)

    move = preview_move(enrolment=enrolment, version=newest)
    page = client.get(f"/patients/{enrolment.patient_id}/newer-text/").content.decode()

    assert (move.kept_added, move.lost_added) == ((), (gone.title,))
    assert "Steps that were added, and are not in the newer text" in page
    assert gone.title in page
    move_enrolment(by=course.therapist, enrolment=enrolment, version=newest, reason="Clearer words")
    enrolment.refresh_from_db()
    assert read_course(course.user, enrolment).extra_steps == ()


def test_worksheet_that_was_added_can_be_filled_after_the_move(
    course: Course, newer: ProgrammeVersion, client: Client
) -> None:
    enrolment = course.enrolment
    sheet = enrolment.programme_version.worksheets.get(slug="w9-sleep-diary")
    add_worksheet(by=course.therapist, enrolment=enrolment, worksheet=sheet, days=7, reason="Your nights")
    move_enrolment(by=course.therapist, enrolment=enrolment, version=newer, reason="Clearer words")
    client.force_login(course.user)

    assert client.get("/practice/w9-sleep-diary/new/").status_code == 200


def test_log_of_two_texts_is_one_log_for_the_therapist(
    course: Course, newer: ProgrammeVersion, client: Client
) -> None:
    enrolment = course.enrolment
    move_enrolment(by=course.therapist, enrolment=enrolment, version=newer, reason="Clearer words")
    enrolment.refresh_from_db()
    course.log([("Ironing", "chores", "evening", 10, 4, 5, "")])
    assert Entry.objects.of("w3-activity-log").values("worksheet").distinct().count() == 2
    client.force_login(course.therapist)

    logs = client.get(f"/patients/{enrolment.patient_id}/").context["page"].logs

    assert [log.title for log in logs].count("Activity log") == 1
    [log] = [one for one in logs if one.title == "Activity log"]
    assert {"Washing up", "Ironing"} <= {cell for row in log.table.rows for cell in row.cells}
