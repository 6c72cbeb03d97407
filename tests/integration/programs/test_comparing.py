"""Two texts of a programme compared: files with files, files with a version, two versions."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from painclinic.audit.actions import System
from programs.actions import load_programme
from programs.comparing import compare
from programs.loading import read_tree
from programs.stored import content_of
from tests.unit.programs.tree_files import ACTIVITY_LOG, FILES, PAIN_CYCLE, PROGRAMME, READING, write_tree

pytestmark = pytest.mark.django_db
BY = System("test")


def compared(old: object, new: object) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("compare_programme", str(old), str(new), stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_same_text_as_files_and_as_version_does_not_differ(tmp_path: Path) -> None:
    path = write_tree(tmp_path)
    version = load_programme(path=path, by=BY)

    assert compared(path, "small/en:1") == (0, f"{path} to small/en:1: no difference.\n")
    content, _ = read_tree(path)
    assert content is not None
    assert compare(content_of(version), content) == []


def test_every_kind_of_change_is_named_with_its_sentences(tmp_path: Path) -> None:
    load_programme(path=write_tree(tmp_path / "old"), by=BY)
    step = sorted(name for name in FILES if name.startswith("module-1/0") and "06" in name)[0]
    changed = {
        "module-1/01-alarm.md": READING.replace("minutes: 6", "minutes: 7")
        + "\nOne line more. And another!\n",
        "worksheets/pain-cycle.yaml": PAIN_CYCLE.replace("label: What was going on?", "label: What happened?")
        .replace("  - {name: sure, type: bool, label: I have read this}\n", "")
        .replace("max_rows: 3", "max_rows: 4"),
        "worksheets/activity-log.yaml": ACTIVITY_LOG.replace("title: Activity log", "title: My days"),
        "programme.yaml": PROGRAMME.replace("A small programme", "A changed programme"),
    }
    new = write_tree(tmp_path / "new", changed)
    (new / step).rename(new / step.replace("06-", "07-"))
    (new / "module-1/06-more.md").write_text(READING.replace("title: ", "title: Another ", 1))
    code, said = compared("small/en:1", new)

    assert code == 1
    for expected in (
        '~ title: "A small programme" -> "A changed programme"',
        "~ module ",
        "    ~ step alarm: ",
        "        ~ minutes: 6 -> 7",
        '        + "One line more."',
        '        + "And another!"',
        "    + step more: Another",
        "~ worksheet activity-log: My days",
        "    ~ field situation: What happened?",
        '        ~ label: "What was going on?" -> "What happened?"',
        "    - field sure: I have read this",
        "        ~ max_rows: 3 -> 4",
        "differences.",
    ):
        assert expected in said, f"{expected}\n{said}"


def test_moved_and_removed_steps_are_told_apart(tmp_path: Path) -> None:
    load_programme(path=write_tree(tmp_path / "old"), by=BY)
    new = write_tree(tmp_path / "new")
    steps = sorted(path for path in (new / "module-1").glob("0*.md"))
    first, second = steps[0], steps[1]
    first_text, second_text = first.read_text(), second.read_text()
    first.unlink()
    second.unlink()
    (first.parent / f"01-{second.stem[3:]}.md").write_text(second_text)
    (first.parent / f"02-{first.stem[3:]}.md").write_text(first_text)
    code, said = compared("small/en:1", new)

    assert code == 1
    assert said.count("> step") == 1
    assert "- step" not in said
    assert "+ step" not in said


def test_unknown_version_and_broken_folder_are_refused(tmp_path: Path) -> None:
    broken = write_tree(tmp_path, {"programme.yaml": PROGRAMME + "colour: red\n"})
    for name in ("small/en:9", str(broken), str(tmp_path / "nowhere")):
        with pytest.raises(CommandError) as refused:
            compared(name, name)
        assert refused.value.returncode == 2
