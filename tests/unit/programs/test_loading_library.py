"""Extra pages and relaxation scripts: what is right loads, what is wrong is named by file and line."""

from pathlib import Path

import pytest

from programs.loading import ProgrammeContent, read_tree
from programs.loading.library_file import LONGEST_PAUSE, MAX_PARTS
from programs.loading.markdown import MAX_BODY
from tests.unit.programs.tree_files import BELLY, EXERCISE, FAMILY, READING, RELAXATION_LOG, write_tree

BREATHING, PAGE, LOG = "relaxation/belly-breathing.md", "resources/family-page.md", "worksheets/calm-log.yaml"
ALARM, BREATH = "module-1/01-alarm.md", "module-1/05-breath.md"


def _content(path: Path) -> ProgrammeContent:
    content, faults = read_tree(path)
    assert faults == []
    assert content is not None
    return content


def _faults(path: Path) -> list[str]:
    content, faults = read_tree(path)
    assert content is None
    return [str(fault) for fault in faults]


def test_resource_is_read_with_its_worksheet(tmp_path: Path) -> None:
    [page] = _content(write_tree(tmp_path)).resources

    assert (page.slug, page.title, page.minutes) == ("family-page", "For people close to you", 4)
    assert page.worksheet == "pain-cycle"
    assert "<strong>help</strong>" in page.body_html


def test_script_is_read_as_words_and_silences_in_order(tmp_path: Path) -> None:
    [script] = _content(write_tree(tmp_path)).relaxation

    assert [part.get("pause", "words") for part in script.parts] == ["words", 10, "words", 20, "words"]
    assert script.parts[2]["body_html"] == "<p>Breathe <em>out</em> slowly.\nLet it go.</p>"
    assert "<h2>To end</h2>" in script.parts[4]["body_html"]
    assert (script.technique, script.safety) == ("belly-breathing", "Stop if you feel dizzy.")
    assert [phase["seconds"] for phase in script.pace] == [4, 6]


def test_script_without_pace_or_recording_is_whole(tmp_path: Path) -> None:
    plain = "\n".join(line for line in BELLY.split("\n") if "pace:" not in line and "{phase" not in line)

    [script] = _content(write_tree(tmp_path, {BREATHING: plain})).relaxation

    assert (script.pace, script.audio) == ((), "")


def test_programme_without_extras_is_whole(tmp_path: Path) -> None:
    content = _content(write_tree(tmp_path, {BREATHING: b"", PAGE: b""}))

    assert (content.resources, content.relaxation) == ((), ())


@pytest.mark.parametrize("address", ["https://audio.clinic.example/one.mp3", "/static/audio/belly.mp3"])
def test_recording_is_kept_with_script_and_step(tmp_path: Path, address: str) -> None:
    def with_audio(text: str) -> str:
        return text.replace("minutes:", f"audio: {address}\nminutes:", 1)

    content = _content(write_tree(tmp_path, {BREATHING: with_audio(BELLY), ALARM: with_audio(READING)}))

    assert content.relaxation[0].audio == address
    assert content.modules[0].steps[1].content["audio"] == address


@pytest.mark.parametrize(
    "address",
    ["http://clinic.example/a.mp3", "javascript:alert(1)", "//clinic.example/a.mp3", "/../secret", "a.mp3",
     "https://clinic", "data:audio/mp3", "/a/", "https://clinic.example/a; script-src *"],
)  # fmt: skip
def test_recording_elsewhere_is_refused_with_its_line(tmp_path: Path, address: str) -> None:
    text = BELLY.replace("minutes: 5", f'minutes: 5\naudio: "{address}"')

    [fault] = _faults(write_tree(tmp_path, {BREATHING: text}))

    assert fault.startswith(f"{BREATHING}:5: relaxation: 'audio'")


def test_step_names_the_script_that_it_guides_through(tmp_path: Path) -> None:
    text = EXERCISE.replace("minutes: 2", "minutes: 2\nrelaxation: belly-breathing")

    steps = {s.slug: s for s in _content(write_tree(tmp_path, {BREATH: text})).modules[0].steps}

    assert steps["breath"].content["relaxation"] == "belly-breathing"


def test_step_with_an_unknown_script_is_refused_with_its_line(tmp_path: Path) -> None:
    text = EXERCISE.replace("minutes: 2", "minutes: 2\nrelaxation: levitation")

    assert _faults(write_tree(tmp_path, {BREATH: text})) == [
        f'{BREATH}:5: step: there is no relaxation script "levitation"'
    ]


def test_check_step_guides_through_no_script(tmp_path: Path) -> None:
    check = "module-1/02-check.md"
    text = write_tree(tmp_path / "a").joinpath(check).read_text()

    faults = _faults(
        write_tree(tmp_path / "b", {check: text.replace("core:", "relaxation: belly-breathing\ncore:")})
    )

    assert faults == [f"{check}:5: step: 'relaxation' is not known here"]


def test_technique_must_be_one_that_the_log_offers(tmp_path: Path) -> None:
    text = BELLY.replace("technique: belly-breathing", "technique: body-scan")

    assert _faults(write_tree(tmp_path, {BREATHING: text, LOG: RELAXATION_LOG})) == [
        f"{BREATHING}:5: relaxation: 'technique' is \"body-scan\", calm-log offers: belly-breathing, imagery"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[pause 10]", "[pause 0]", "13: a pause is 0 seconds, it must be from 1 to"),
        ("[pause 10]", f"[pause {LONGEST_PAUSE + 1}]", f"13: a pause is {LONGEST_PAUSE + 1} seconds"),
        ("[pause 10]", "[pause ten]", "13: a pause stands alone on its line"),
        ("[pause 10]", "[Pause 10]", "13: a pause stands alone on its line"),
        ("Let it go.", "Let it go. [pause 3]", "15: a pause stands alone on its line"),
        ("Let it go.", "<b>Let it go.</b>", "15: HTML cannot be used"),
        ("## To end", "# To end", "18: headings begin with ##"),
        ("seconds: 6", "seconds: 0", "9: relaxation, pace 2: 'seconds' is 0"),
        ("seconds: 6", "seconds: 6, colour: red", "9: relaxation, pace 2: 'colour' is not known"),
        ("safety: Stop if you feel dizzy.\n", "", "2: relaxation: 'safety' is missing"),
        ("technique: belly-breathing", "technique: Belly", "5: relaxation: 'technique' \"Belly\" must be"),
        ("  - {phase: Breathe out, seconds: 6}\n", "", "7: relaxation: 'pace' has 1 items"),
        ("summary:", "colour:", "3: relaxation: 'colour' is not known here"),
    ],
)
def test_broken_script_is_named_by_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    faults = _faults(write_tree(tmp_path, {BREATHING: BELLY.replace(old, new, 1)}))

    assert any(fault.startswith(f"{BREATHING}:{expected}") for fault in faults), faults


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("worksheet: pain-cycle", "worksheet: nowhere", '5: resource: there is no worksheet "nowhere"'),
        ("minutes: 4", "minutes: 400", "4: resource: 'minutes' is 400"),
        ("title: For people close to you\n", "", "2: resource: 'title' is missing"),
        ("Ask before", "![x](y) Ask before", "7: pictures cannot be used"),
        ("---\ntitle", "title", "1: a resource begins with a line ---"),
    ],
)
def test_broken_resource_is_named_by_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    faults = _faults(write_tree(tmp_path, {PAGE: FAMILY.replace(old, new, 1)}))

    assert any(fault.startswith(f"{PAGE}:{expected}") for fault in faults), faults


def test_pages_without_words_are_refused(tmp_path: Path) -> None:
    silent = BELLY[: BELLY.index("Sit as")] + "[pause 10]\n"
    empty = FAMILY[: FAMILY.index("Ask before")]

    assert _faults(write_tree(tmp_path, {BREATHING: silent, PAGE: empty})) == [
        f"{BREATHING}:2: relaxation: a relaxation script needs words to be spoken below its front matter",
        f"{PAGE}:2: resource: a resource needs a text below its front matter",
    ]


def test_endless_scripts_are_bounded(tmp_path: Path) -> None:
    many = BELLY + "[pause 1]\nAnd again.\n" * MAX_PARTS
    long = BELLY + "word " * (MAX_BODY // 5)

    assert "paragraphs and pauses" in _faults(write_tree(tmp_path / "a", {BREATHING: many}))[0]
    assert "the script is too long" in _faults(write_tree(tmp_path / "b", {BREATHING: long}))[0]


@pytest.mark.parametrize("name", ["resources/Family Page.md", f"relaxation/{'a' * 61}.md"])
def test_name_of_a_page_must_be_a_slug(tmp_path: Path, name: str) -> None:
    text = FAMILY if name.startswith("resources") else BELLY

    [fault] = _faults(write_tree(tmp_path, {name: text}))

    assert "the file's name must be small letters" in fault


def test_other_files_beside_the_pages_are_refused(tmp_path: Path) -> None:
    names = ["relaxation/notes.txt", "resources/deeper/page.md"]

    faults = _faults(write_tree(tmp_path, dict.fromkeys(names, FAMILY)))

    assert faults == [
        f"{name}:1: this file does not belong here; see docs/content-format.md" for name in names
    ]
