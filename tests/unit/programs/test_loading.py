"""The validator: what is right loads, what is wrong is named by file and line, nothing crashes it."""

from pathlib import Path

import pytest

from programs.loading import ProgrammeContent, read_tree, validate_tree
from tests.unit.programs.tree_files import (
    ACTIVITY_LOG,
    CHECK,
    LOG,
    MODULE_1,
    PAIN_CYCLE,
    PROGRAMME,
    READING,
    SHORT,
    WORKSHEET,
    write_tree,
)

W1, W3, M1 = "worksheets/pain-cycle.yaml", "worksheets/activity-log.yaml", "module-1/module.yaml"


def _content(path: Path) -> ProgrammeContent:
    content, faults = read_tree(path)
    assert faults == []
    assert content is not None
    return content


def test_valid_tree_is_read_whole(tmp_path: Path) -> None:
    content = _content(write_tree(tmp_path))

    assert (content.slug, content.language) == ("small", "en")
    assert [worksheet.code for worksheet in content.worksheets] == ["W3", "W1"]
    first, second = content.modules
    assert [step.number for step in first.steps] == [0, 1, 2, 3, 4, 5, 6]
    assert first.details["homework"][0]["min_days"] == 3
    assert first.details["reviewed_on"] == ""
    assert second.is_outline
    assert second.steps == ()


def test_example_is_kept_in_stored_form(tmp_path: Path) -> None:
    steps = {step.slug: step for step in _content(write_tree(tmp_path)).modules[0].steps}

    assert steps["cycle"].content["example"]["entries"][0]["feelings"] == [{"name": "sad", "strength": 60}]
    assert len(steps["log"].content["example"]["entries"]) == 2
    assert steps["breath"].content["rating"]["low"] == "Not at all"


def test_body_becomes_clean_html(tmp_path: Path) -> None:
    step = _content(write_tree(tmp_path)).modules[0].steps[1]

    assert "<strong>alarm</strong>" in step.body_html
    assert '<a href="/help-now/" rel="noopener noreferrer">' in step.body_html
    assert '<div class="callout callout-story">\n<p class="callout-title">Maya, 34</p>' in step.body_html


def test_eight_modules_and_more_load_without_a_change(tmp_path: Path) -> None:
    outline = "number: {0}\nslug: module-{0}\ntitle: Module {0}\nsummary: To come.\noutline: true\n"
    more = {f"module-{number}/module.yaml": outline.format(number) for number in range(2, 13)}

    assert len(_content(write_tree(tmp_path, more)).modules) == 12


def test_second_language_loads_without_a_change(tmp_path: Path) -> None:
    path = write_tree(tmp_path, {"programme.yaml": PROGRAMME.replace("en", "es", 1)}, language="es")

    assert _content(path).language == "es"


def test_hash_changes_with_any_file_and_only_then(tmp_path: Path) -> None:
    before = _content(write_tree(tmp_path / "a")).content_hash

    assert _content(write_tree(tmp_path / "b")).content_hash == before
    changed = write_tree(tmp_path / "c", {"module-1/01-alarm.md": READING + "\nMore.\n"})
    assert _content(changed).content_hash != before


def test_yaml_words_stay_text(tmp_path: Path) -> None:
    options = PAIN_CYCLE.replace("value: sad", "value: no").replace("value: angry", "value: yes")
    example = WORKSHEET.replace("name: sad", "name: no")
    files = {W1: options, "module-1/03-cycle.md": example}

    content = _content(write_tree(tmp_path, files))

    fields = {field["name"]: field for field in content.worksheets[1].definition["fields"]}
    assert [item["value"] for item in fields["feelings"]["fields"][0]["options"]] == ["no", "yes"]


@pytest.mark.parametrize(
    ("file", "text", "line", "said"),
    [
        ("programme.yaml", PROGRAMME.replace("small", "other", 1), 2, "name of the folder"),
        ("programme.yaml", PROGRAMME + "colour: red\n", 6, "'colour' is not known"),
        ("programme.yaml", PROGRAMME + "title: again\n", 6, '"title" is given twice'),
        ("programme.yaml", "a: [1, 2\nb: 3\n", 2, "not valid YAML"),
        ("programme.yaml", "a: &x 1\nb: *x\n", 1, "anchors"),
        ("programme.yaml", "b: *x\n", 1, "aliases"),
        ("programme.yaml", "a: !!python/object:os.system {}\n", 1, "tags"),
        ("programme.yaml", PROGRAMME + "---\nb: 1\n", 6, "one document"),
        ("programme.yaml", "[" * 60, 1, "nested too deeply"),
        ("programme.yaml", "- 1\n" * 30_000, 20_000, "too many values"),
        ("programme.yaml", "? [a]\n: b\n", 1, "plain text"),
        ("programme.yaml", "just text\n", 1, "'name: value' lines"),
        ("programme.yaml", b"title: \xff\xfe\n", 1, "UTF-8"),
        ("programme.yaml", b"a: 1\nb: \x00\n", 2, "not text"),
        ("programme.yaml", b"", 1, "missing"),
        (W1, PAIN_CYCLE + "beside: lions\n", PAIN_CYCLE.count("\n") + 1, "must be one of: medical_help"),
        ("programme.yaml", "x" * 200_001, 1, "too large"),
        ("notes.txt", "hello", 1, "does not belong"),
        ("worksheets/extra/deep.yaml", "slug: deep", 1, "does not belong"),
        (W1, PAIN_CYCLE.replace("code: W1", "code: W3"), 1, "belongs to another"),
        (W1, PAIN_CYCLE.replace("max_length: 500", "max_length: -1"), 10, "from 1 to"),
        (W1, PAIN_CYCLE.replace("type: text", "type: txt"), 7, "must be one of"),
        (W1, PAIN_CYCLE.replace("[situation, pain]", "[nothing]"), 36, "not a field"),
        (W1, PAIN_CYCLE.replace("max: 10", "max: -3"), 34, "smaller"),
        (W1, PAIN_CYCLE.replace("name: pain", "name: situation"), 12, "used twice"),
        (W3, ACTIVITY_LOG.replace("date_field: date", "date_field: block"), 28, "block"),
        (W3, ACTIVITY_LOG.replace("activity_summary", "magic"), 26, "not known"),
        (W3, ACTIVITY_LOG.replace("name: minutes", "name: mins"), 26, "'minutes'"),
        (W3, ACTIVITY_LOG + "checks: [magic]\n", 31, 'the check "magic" is not known'),
        (W3, ACTIVITY_LOG + "checks: [goal_dates]\n", 31, "'start' of type date"),
        (W3, ACTIVITY_LOG.replace("_day: 8", "_day: 8\n  future_days: 9"), 30, "leave out 'max'"),
        (W3, ACTIVITY_LOG.replace("_day: 8", "_day: 8\n  max_entries: 0"), 30, "from 1 to"),
        (W3, ACTIVITY_LOG.replace("today-7d", "last week"), 6, "must be a date"),
        (W3, ACTIVITY_LOG.replace("default: today", "default: soon"), 6, "default"),
        (M1, MODULE_1.replace("number: 1", "number: 9"), 1, "of the folder"),
        (M1, MODULE_1.replace("pain-cycle", "pain-circle"), 13, "no worksheet"),
        (M1, MODULE_1.replace("kind: once", "kind: log"), 14, "not a log"),
        (M1, MODULE_1.replace('"draft: not yet reviewed"', "2026-02-30"), 24, "date"),
        (M1, MODULE_1.replace('"draft: not yet reviewed"', "2026-02-03"), 24, "reviewer"),
        ("module-1/short-version.md", b"", 1, "short version"),
        ("module-1/06-summary.md", b"", 1, "summary step"),
        ("module-1/01-alarm.md", "No front matter", 1, "begins with"),
        ("module-1/01-alarm.md", READING.replace("minutes: 6", "minutes: 99"), 4, "from 1 to 15"),
        ("module-1/01-alarm.md", READING.replace("core: true", "core: maybe"), 5, "true or false"),
        ("module-1/01-alarm.md", READING + "<b>bold</b>\n", 19, "HTML"),
        ("module-1/01-alarm.md", READING + "\n# Big\n", 20, "headings"),
        ("module-1/01-alarm.md", READING + "\n![x](/x.png)\n", 20, "pictures"),
        ("module-1/01-alarm.md", READING + "\n[x](javascript:alert)\n", 20, "https"),
        ("module-1/01-alarm.md", READING + "\n:::secret\nx\n:::\n", 20, "not known"),
        ("module-1/01-alarm.md", READING + "\n:::note\nx\n", 20, "never closed"),
        ("module-1/02-check.md", CHECK.replace("correct: true", "correct: false"), 9, "exactly one"),
        ("module-1/02-check.md", CHECK.replace("kind: check", "kind: quiz"), 2, "must be one of"),
        ("module-1/03-cycle.md", WORKSHEET.replace("pain: 7", "pain: 70"), 11, "0 to 10"),
        ("module-1/03-cycle.md", WORKSHEET.replace("pain: 7", "pane: 7"), 11, "no such field"),
        ("module-1/03-cycle.md", WORKSHEET.replace("pain: 7", "pain: [7]"), 11, "written like this"),
        ("module-1/03-cycle.md", WORKSHEET.replace("pain-cycle", "activity-log"), 6, "is a log"),
        ("module-1/04-log.md", LOG.replace("activity-log", "pain-cycle"), 6, "not a log"),
        ("module-1/short-version.md", SHORT.replace("minutes: 9", "minutes: 12"), 4, "from 1 to 10"),
        ("module-1/07-short.md", SHORT, 2, "no other"),
        ("module-1/9-bad.md", READING, 1, "must be like"),
        ("module-1/09-gap.md", READING, 1, "expected 07"),
        ("module-4/module.yaml", "number: 4", 1, "slug"),
    ],
)
def test_fault_names_file_line_and_reason(tmp_path: Path, file: str, text: str, line: int, said: str) -> None:
    faults = validate_tree(write_tree(tmp_path, {file: text}))

    wanted = "module-1/module.yaml" if text == b"" and file.endswith(".md") else file
    found = [fault for fault in faults if fault.file == wanted and said in fault.message]
    assert found, [str(fault) for fault in faults]
    assert found[0].line == line


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    files = {
        "programme.yaml": PROGRAMME + "colour: red\n",
        "module-1/01-alarm.md": READING.replace("minutes: 6", "minutes: 99"),
        "module-1/02-check.md": CHECK.replace("correct: true", "correct: false"),
    }

    faults = validate_tree(write_tree(tmp_path, files))

    assert {fault.file for fault in faults} == set(files)


def test_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert "no such folder" in validate_tree(tmp_path / "nowhere")[0].message


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = write_tree(tmp_path)
    (path / "worksheets" / "secret.yaml").symlink_to("/etc/hostname")

    assert any("links" in fault.message for fault in validate_tree(path))


def test_faults_stop_counting_in_broken_input(tmp_path: Path) -> None:
    path = write_tree(tmp_path, {"programme.yaml": "".join(f"k{number}: 1\n" for number in range(5000))})

    assert len(validate_tree(path)) <= 500
