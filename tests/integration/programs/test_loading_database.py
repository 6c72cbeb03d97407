"""Loading into the database: whole or not at all, the same text once, published versions frozen."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from programs.actions import ContentRefusedError, load_programme, publish_version
from programs.models import Module, Programme, ProgrammeVersion, Relaxation, Resource, Step, Worksheet
from tests.factories.cast import Cast
from tests.unit.programs.tree_files import PROGRAMME, READING, write_tree

pytestmark = pytest.mark.django_db
BY = System("test")


@pytest.fixture
def draft(tmp_path: Path) -> ProgrammeVersion:
    return load_programme(path=write_tree(tmp_path), by=BY)


@pytest.fixture
def published(draft: ProgrammeVersion) -> ProgrammeVersion:
    return publish_version(version=draft, by=BY)


def test_load_stores_every_part(draft: ProgrammeVersion) -> None:
    assert (draft.programme.slug, draft.language, draft.number, draft.state) == ("small", "en", 1, "draft")
    first, second = draft.modules.all()
    assert [step.number for step in first.path_steps()] == [1, 2, 3, 4, 5, 6]
    assert first.short_version().title == "The short version"
    assert [task.worksheet_slug for task in first.homework_tasks()] == ["activity-log", "pain-cycle"]
    assert (first.homework_tasks()[0].is_log, first.homework_tasks()[0].min_days) == (True, 3)
    assert not first.is_reviewed
    assert (second.is_outline, second.path_steps(), second.short_version()) == (True, [], None)
    assert first.steps.get(slug="cycle").worksheet == draft.worksheets.get(code="W1")
    assert first.steps.get(slug="cycle").example["name"] == "Maya"
    assert first.steps.get(slug="check").questions[0]["id"] == "hurt-harm"

    assert draft.resources.get().worksheet == draft.worksheets.get(code="W1")
    assert draft.relaxation.get().parts[1] == {"pause": 10}
    assert draft.relaxation.get().pace[0] == {"phase": "Breathe in", "seconds": 4}


def test_load_writes_one_audit_event(draft: ProgrammeVersion) -> None:
    event = AuditEvent.objects.get(verb="programme-version-load")

    assert (event.actor, event.object_ids) == ("system:test", [draft.pk])


def test_load_same_text_again_returns_the_same_version(tmp_path: Path, draft: ProgrammeVersion) -> None:
    again = load_programme(path=write_tree(tmp_path), by=BY)

    assert again.pk == draft.pk
    assert ProgrammeVersion.objects.count() == 1
    assert AuditEvent.objects.filter(verb="programme-version-load").count() == 1


def test_load_changed_text_is_the_next_version(tmp_path: Path, published: ProgrammeVersion) -> None:
    changed = write_tree(tmp_path, {"module-1/01-alarm.md": READING + "\nOne line more.\n"})

    later = load_programme(path=changed, by=BY)

    assert (later.number, later.state) == (2, "draft")
    assert "One line more" not in Step.objects.get(module__version=published, slug="alarm").body_html
    assert ProgrammeVersion.objects.newest(programme="small", language="en") == published


def test_load_second_language_is_a_version_of_the_same_programme(
    tmp_path: Path, draft: ProgrammeVersion
) -> None:
    files = {"programme.yaml": PROGRAMME.replace("language: en", "language: es")}

    spanish = load_programme(path=write_tree(tmp_path, files, language="es"), by=BY)

    assert (spanish.programme, spanish.number) == (draft.programme, 1)


def test_load_faulty_text_is_refused_whole(tmp_path: Path) -> None:
    path = write_tree(tmp_path, {"module-1/01-alarm.md": "nothing", "programme.yaml": PROGRAMME + "x: 1\n"})

    with pytest.raises(ContentRefusedError) as refused:
        load_programme(path=path, by=BY)

    assert {fault.file for fault in refused.value.faults} == {"module-1/01-alarm.md", "programme.yaml"}
    assert not Programme.objects.exists()


def test_publish_freezes_once_and_says_so(published: ProgrammeVersion) -> None:
    again = publish_version(version=published, by=BY)

    assert again.is_published
    assert again.published_at == published.published_at
    assert AuditEvent.objects.filter(verb="programme-version-publish").count() == 1


def test_draft_can_be_changed_and_deleted(draft: ProgrammeVersion) -> None:
    Step.objects.filter(module__version=draft, number=1).update(title="Another title")
    draft.delete()

    assert not Step.objects.exists()


FROZEN = [
    "UPDATE programs_programmeversion SET title = 'x'",
    "UPDATE programs_programmeversion SET state = 'draft', published_at = NULL",
    "DELETE FROM programs_programmeversion",
    "UPDATE programs_module SET title = 'x'",
    "DELETE FROM programs_module",
    "UPDATE programs_step SET body_html = 'x'",
    "UPDATE programs_step SET worksheet_id = NULL",
    "DELETE FROM programs_step",
    "UPDATE programs_worksheet SET definition = '{}'",
    "DELETE FROM programs_worksheet",
    "UPDATE programs_resource SET body_html = 'x'",
    "DELETE FROM programs_resource",
    "UPDATE programs_relaxation SET parts = '[]'",
    "DELETE FROM programs_relaxation",
]


@pytest.mark.parametrize("statement", FROZEN)
def test_published_version_refuses_raw_sql(published: ProgrammeVersion, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


COLUMNS = [
    (model._meta.db_table, field.column)
    for model in (ProgrammeVersion, Module, Step, Worksheet, Resource, Relaxation)
    for field in model._meta.concrete_fields
]


def test_version_in_use_refuses_any_change_of_any_column_and_any_deletion(real_cast: Cast) -> None:
    """Somebody is treated by it; even a change to what stands there already is none of anybody's business."""
    assert real_cast.enrolment.programme_version.is_published
    statements = [f"UPDATE {table} SET {column} = {column}" for table, column in COLUMNS]
    statements += [f"DELETE FROM {table}" for table in dict.fromkeys(table for table, _ in COLUMNS)]

    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_published_version_takes_nothing_new(published: ProgrammeVersion) -> None:
    module = Module.objects.get(version=published, number=1)
    additions = [
        Worksheet(version=published, slug="more", code="W9", title="More", definition={}),
        Module(version=published, number=9, slug="more", title="More"),
        Step(module=module, number=9, slug="more", kind="reading", title="More", minutes=1),
        Resource(version=published, slug="more", title="More", minutes=1),
        Relaxation(version=published, slug="more", title="More", minutes=1, technique="more"),
    ]

    for addition in additions:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            addition.save(force_insert=True)


def test_rows_of_a_draft_cannot_move_into_a_published_version(
    tmp_path: Path, published: ProgrammeVersion
) -> None:
    draft = load_programme(path=write_tree(tmp_path, {"module-1/01-alarm.md": READING + "\nMore.\n"}), by=BY)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Module.objects.filter(version=draft, number=1).update(version=published, number=9, slug="moved")


def test_version_cannot_be_born_published(draft: ProgrammeVersion) -> None:
    born = ProgrammeVersion(
        programme=draft.programme, language="en", number=7, title="x", content_hash="x",
        state="published", loaded_at=draft.loaded_at, published_at=draft.loaded_at,
    )  # fmt: skip

    with pytest.raises(DatabaseError), transaction.atomic():
        born.save(force_insert=True)


def test_reading_a_course_costs_the_same_for_any_length(
    tmp_path: Path, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    outline = "number: {0}\nslug: module-{0}\ntitle: Module {0}\nsummary: To come.\noutline: true\n"
    more = {f"module-{number}/module.yaml": outline.format(number) for number in range(2, 9)}
    for folder, files in (("short", {}), ("long", more)):
        version = load_programme(path=write_tree(tmp_path / folder, files), by=BY)
        with django_assert_num_queries(3):
            [found] = ProgrammeVersion.objects.filter(pk=version.pk).with_modules()
            for module in found.modules.all():
                assert module.homework_tasks() or module.is_outline
                assert all(step.worksheet or True for step in module.path_steps())
                module.short_version()


def test_commands_check_load_and_publish(tmp_path: Path) -> None:
    path = str(write_tree(tmp_path))
    out = StringIO()

    call_command("check_programme", path, stdout=out)
    call_command("load_programme", path, "--publish", stdout=out)
    call_command("load_programme", path, "--publish", stdout=out)

    assert "no faults" in out.getvalue()
    assert "1. Understanding pain" in out.getvalue()
    assert "outline" in out.getvalue()
    assert "relaxation: Belly breathing" in out.getvalue()
    assert ProgrammeVersion.objects.get().is_published


@pytest.mark.parametrize("command", ["check_programme", "load_programme"])
def test_command_lists_faults_and_fails(tmp_path: Path, command: str) -> None:
    path = write_tree(tmp_path, {"programme.yaml": PROGRAMME + "colour: red\n"})
    err = StringIO()

    with pytest.raises(CommandError):
        call_command(command, str(path), stderr=err)

    assert "programme.yaml:6: programme: 'colour' is not known here" in err.getvalue()
    assert not ProgrammeVersion.objects.exists()


def test_shipped_content_has_no_faults() -> None:
    content = Path(__file__).parents[3] / "programs" / "content"
    folders = [found.parent for found in content.glob("*/*/programme.yaml")]
    assert folders

    for folder in folders:
        call_command("check_programme", str(folder), stdout=StringIO())
