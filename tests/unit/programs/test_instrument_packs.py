"""Broken packs are refused whole, with every fault by line; no text crashes the reader."""

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.instruments.definition import read_instrument
from programs.instruments.loading import BUILTINS, read_pack
from programs.instruments.scoring import score_response
from tests.unit.programs.instrument_files import (
    PACK,
    PROMIS_4A,
    PROMIS_4A_ERRORS,
    PROMIS_8A,
    definition,
    faults_of,
    promis,
)
from tests.unit.programs.test_loading_fuzz import EVIL, _mutate

TABLE = promis(PROMIS_4A, 4, PROMIS_4A_ERRORS)


def swap(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_sound_packs_have_no_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path, PACK) == []
    assert faults_of(tmp_path, TABLE) == []


FAULTS = {
    "gap between bands": (
        ("{slug: high, low: 3", "{slug: high, low: 4"),
        "there is a gap: no band from 3 to below 4",
    ),
    "bands overlap": (("{slug: high, low: 3", "{slug: high, low: 2"), "bands overlap: 2 belongs to the band"),
    "bands end early": (("low: 3, high: 6", "low: 3, high: 5"), "the bands end at 5, the range ends at 6"),
    "bands end late": (("low: 3, high: 6", "low: 3, high: 7"), "the bands end at 7, the range ends at 6"),
    "bands begin late": (
        ("low: 0, high: 2", "low: 1, high: 2"),
        "the bands begin at 1, the range begins at 0",
    ),
    "band upside down": (("low: 0, high: 2", "low: 0, high: -1"), "'low' must not be above 'high'"),
    "unknown item": (("items: [a, b, c]", "items: [a, b, d]"), 'there is no item "d" that is answered'),
    "item twice in a scale": (("items: [a, b, c]", "items: [a, b, b]"), "an item is there twice"),
    "wrong range": (("maximum: 6", "maximum: 7"), "given as 0 to 7, the answers come to 0 to 6"),
    "code twice": (("{code: b,", "{code: a,"), 'the code "a" is used twice'),
    "reserved code": (("{code: a,", "{code: none,"), 'the code "none" is taken'),
    "value twice": (("{value: 2,", "{value: 1,"), "the value 1 is used twice"),
    "no total": (("slug: total", "slug: sum"), "one scale must be called total"),
    "unknown method": (("method: sum", "method: sums"), "'method' is \"sums\", it must be one of"),
    "unknown key": (("method: sum", "method: sum\n    metod: sum"), "'metod' is not known here"),
    "unknown kind": (("kind: choice, text: First", "kind: pick, text: First"), "'kind' is \"pick\""),
    "missing licence": (("licence: Held by nobody; for tests.\n", ""), "'licence' is missing"),
    "no source of a threshold": ((", source: Made up for tests", ""), "'source' is missing"),
    "threshold too large": (("reliable: 2", "reliable: 20"), "'reliable' must be above 0 and no larger"),
    "threshold outside": (("caseness: 3", "caseness: 9"), "'caseness' lies outside the range"),
    "too much may be missing": (("rule: all", "rule: prorate, at_most: 3"), "something must be answered"),
    "no number of missing": (("rule: all", "rule: prorate"), "'at_most' is how many may be missing"),
    "unknown function": (
        ("method: sum", "method: code\n    code: eval"),
        "'code' is \"eval\", it must be one of: goal-attainment",
    ),
    "unknown finding": (("method: sum", "method: sum\n    finding: x"), "'finding' is \"x\""),
    "a false LOINC code": (("minutes: 1", "minutes: 1\nloinc: abc"), "must be a LOINC code"),
    "endless": (("minutes: 1", "minutes: 600"), "'minutes' must be above 0 and at most 60"),
    "later item": (
        ("text: First", "text: First, show_if: {items: [b], low: 1}"),
        '"b" is no earlier item',
    ),
    "impossible rule": (
        ("text: Third", "text: Third, show_if: {items: [a], low: 3}"),
        "no answer to these items lies between",
    ),
    "flag out of reach": (("text: First", "text: First, flag_from: 5"), "'flag_from' must be one of"),
    "list without a way to say none": (
        ("kind: choice, text: First", "kind: tick, text: First"),
        "a list to tick needs 'none_label'",
    ),
}


@pytest.mark.parametrize(("change", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named_with_its_line(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    faults = faults_of(tmp_path, swap(PACK, *change))

    assert any(message in fault for fault in faults), faults
    assert all(re.match(r"pack\.yaml:[1-9][0-9]*: ", fault) for fault in faults)


TABLE_FAULTS = {
    "one figure short": ((", 75.6]", "]"), "the table has 16 figures, the raw sums 4 to 20 need 17"),
    "one figure too many": ((", 75.6]", ", 75.6, 80.0]"), "the table has 18 figures"),
    "out of order": (("52.0, 53.9", "53.9, 52.0"), "the table must rise, or fall"),
    "a figure twice": (("52.0, 53.9", "52.0, 52.0"), "the table must rise, or fall"),
    "no number": (("52.0, 53.9", "52.0, x"), "'table' must hold numbers"),
    "other range": (
        ("maximum: 75.6", "maximum: 75.8"),
        "given as 41.6 to 75.8, the answers come to 41.6 to 75.6",
    ),
    "too fine": (("52.0, 53.9", "52.0, 53.95"), "a figure has more decimals than 'decimals', 1"),
    "errors too few": ((", 3.7]", "]"), "'table_errors' needs as many figures as 'table'"),
    "an error below 0": (("[6.1,", "[-6.1,"), "a standard error is not below 0"),
    "may be incomplete": (
        ("higher_is_worse: true", "higher_is_worse: true\n    missing: {rule: prorate, at_most: 1}"),
        "a table or a formula in code needs every item",
    ),
}


@pytest.mark.parametrize(("change", "message"), TABLE_FAULTS.values(), ids=TABLE_FAULTS)
def test_wrong_conversion_table_is_refused(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    faults = faults_of(tmp_path, swap(TABLE, *change))

    assert any(message in fault for fault in faults), faults


def test_all_faults_of_a_pack_are_named_at_once(tmp_path: Path) -> None:
    text = PACK
    for name in ("gap between bands", "value twice", "missing licence", "later item", "threshold outside"):
        text = swap(text, *FAULTS[name][0])

    faults = faults_of(tmp_path, text)

    for name in ("gap between bands", "value twice", "missing licence", "later item", "threshold outside"):
        assert any(FAULTS[name][1] in fault for fault in faults), name


def test_json_says_the_same_as_yaml(tmp_path: Path) -> None:
    content, _faults = read_pack(_written(tmp_path, PACK))
    assert content is not None
    as_json = {
        "format": 1,
        "slug": "small-pack",
        "language": "en",
        "title": "A small pack",
        "short_title": "Small",
        "minutes": 1,
        "licence": "Held by nobody; for tests.",
        "source": "Written for these tests.",
        "options": [
            {"value": 0, "text": "No"},
            {"value": 1, "text": "A little"},
            {"value": 2, "text": "A lot"},
        ],
        "items": [
            {"code": code, "kind": "choice", "text": text}
            for code, text in (("a", "First"), ("b", "Second"), ("c", "Third"))
        ],
        "scales": [
            {
                "slug": "total",
                "title": "All",
                "items": ["a", "b", "c"],
                "method": "sum",
                "minimum": 0,
                "maximum": 6,
                "higher_is_worse": True,
                "missing": {"rule": "all"},
                "bands": [
                    {"slug": "low", "low": 0, "high": 2, "title": "Low"},
                    {"slug": "high", "low": 3, "high": 6, "title": "High"},
                ],
                "change": {
                    "reliable": 2,
                    "mid": 1,
                    "caseness": 3,
                    "recovered_at": 2,
                    "source": "Made up for tests",
                },
            }
        ],
    }

    same, faults = read_pack(_written(tmp_path, json.dumps(as_json, indent=2), "pack.json"))

    assert faults == []
    assert same is not None
    assert same.content_hash == content.content_hash


def _written(folder: Path, text: str, name: str = "pack.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"a: \0",
        b"x" * 300_000,
        b"[]",
        b"null",
        b"- 1",
        b"{",
        b"a: &x 1\nb: *x\n",
        b"---\n---\n",
    ],
)
def test_what_is_no_pack_at_all_is_refused(data: bytes, tmp_path: Path) -> None:
    assert faults_of(tmp_path, data)


def test_folder_or_link_in_place_of_a_pack_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(_written(tmp_path, PACK))

    _content, (fault, *_rest) = read_pack(tmp_path)
    assert fault.message == "links and special files are not allowed"
    assert read_pack(link)[0] is None


def test_reverse_multiply_and_dropping_score_within_the_range(tmp_path: Path) -> None:
    text = swap(PACK, "method: sum", "method: sum\n    reverse: [c]\n    multiply: 2")
    text = swap(text, "maximum: 6", "maximum: 12")
    text = swap(text, "high: 6, title", "high: 12, title")
    form = definition(tmp_path, swap(text, "rule: all", "rule: drop, at_most: 1"))

    (whole,) = score_response(form, {"a": 2, "b": 1, "c": 0})
    (part,) = score_response(form, {"a": 2, "b": 1})
    (less,) = score_response(form, {"a": 2})

    assert (whole.value, part.value, less.value) == (10, 6, None)


def test_prorated_sum_takes_the_mean_for_what_is_missing(tmp_path: Path) -> None:
    form = definition(tmp_path, swap(PACK, "rule: all", "rule: prorate, at_most: 1"))

    (score,) = score_response(form, {"a": 2, "b": 1})

    assert (score.value, score.band, score.details["missing"]) == (5, "high", ["c"])


TEXTS = [PACK, TABLE, *(path.read_text(encoding="utf-8") for path in sorted(BUILTINS.glob("*.yaml")))]


@settings(max_examples=300)
@given(st.sampled_from(TEXTS), st.integers(0, 2**32), st.integers(1, 4))
def test_no_accident_to_a_pack_crashes_the_reader(
    tmp_path_factory: pytest.TempPathFactory, text: str, seed: int, times: int
) -> None:
    rng = random.Random(seed)
    for _ in range(times):
        text = _mutate(text, rng)
    _examine(tmp_path_factory, text.encode(errors="surrogatepass"))


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(EVIL), max_size=30).map("".join)))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes | str) -> None:
    _examine(tmp_path_factory, data if isinstance(data, bytes) else data.encode(errors="surrogatepass"))


def _examine(factory: pytest.TempPathFactory, data: bytes) -> None:
    """Either whole, and then it can be scored, or faults with a line of the file."""
    path = factory.getbasetemp() / "fuzzed.yaml"
    path.write_bytes(data)
    content, faults = read_pack(path)
    assert (content is None) == bool(faults)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    for fault in faults:
        assert fault.message
        assert 1 <= fault.line <= lines, str(fault)
    if content is None:
        return
    form = read_instrument(json.loads(json.dumps(content.definition)))
    for pick in (min, max):
        answers = {code: pick(item.values) for code, item in form.by_code.items() if item.values}
        for scale, score in zip(form.scales, score_response(form, answers), strict=True):
            assert score.value is None or scale.minimum <= score.value <= scale.maximum


def test_examples_of_the_guide_are_sound(tmp_path: Path) -> None:
    guide = (BUILTINS.parents[2] / "docs/instrument-packs.md").read_text(encoding="utf-8")
    example, promis_scales = re.findall(r"```yaml\n(.*?)```", guide, flags=re.S)
    items, _scales = TABLE.split("scales:\n")

    assert faults_of(tmp_path, example) == []
    assert faults_of(tmp_path, items + promis_scales) == []
    assert all(figure in guide for figure in PROMIS_8A)
