"""Broken content of every kind: the validator never crashes, and names file and line of each fault."""

import random
import re
import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.loading import Fault, read_tree
from tests.unit.programs.tree_files import FILES, write_tree

EVIL = [
    *("&a ", "*a", "!!python/name:os.system ", "[", "]", "{", "}", "---\n", "...\n", "\t", ": ", "- ", "? "),
    *("| ", ">-\n", '"', "'", "#", "%YAML 9.9\n", "\x00", "\x07", "\u2028", "\ud7ff", "٣", "1e999", "9" * 99),
    *("-0", "~", "true", "null", "2026-13-45", "today-9999d", ":::note\n", ":::", "<script>", "![x](y)"),
    *("[x](javascript:1)", "| a | b |\n|---|---|\n| 1 | 2 |\n", "> " * 60, "* " * 60, "\\", "&amp;", "<!--"),
    *("`code`", "```\n", "\r", "\r\n", "\ufeff", "\x85"),
]


def _mutate(text: str, rng: random.Random) -> str:
    """One small accident or one ill-meant change."""
    at = rng.randrange(len(text) + 1)
    to = min(len(text), at + rng.randrange(1, 40))
    kind = rng.randrange(6)
    if kind == 0:
        return text[:at] + text[to:]
    if kind == 1:
        return text[:at] + rng.choice(EVIL) + text[at:]
    if kind == 2:
        return text[:at] + rng.choice(EVIL) * rng.randrange(1, 300) + text[to:]
    lines = text.split("\n")
    row = rng.randrange(len(lines))
    if kind == 3:
        lines.insert(row, lines[rng.randrange(len(lines))])
    elif kind == 4:
        key, colon, _ = lines[row].partition(":")
        lines[row] = key + colon + " " + rng.choice(EVIL)
    else:
        lines[row] = "  " * rng.randrange(4) + lines[row].lstrip()
    return "\n".join(lines)


def _examine(files: dict[str, str | bytes]) -> None:
    """Read the tree; it is either whole or has faults that name a file of it and a line in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_tree(Path(folder), files)
        programme, faults = read_tree(path)
        assert (programme is None) == bool(faults)
        for fault in faults:
            assert fault.message
            assert fault.line >= 1
            target = path / fault.file
            if target.exists():
                lines = target.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
                assert fault.line <= lines, str(fault)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(sorted(FILES)), changes=st.integers(1, 4))
def test_mutated_tree_never_crashes_the_validator(seed: int, name: str, changes: int) -> None:
    rng = random.Random(seed)
    text = FILES[name]
    for _ in range(changes):
        text = _mutate(text, rng)
    _examine({name: text.encode("utf-8", "surrogatepass")})


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(sorted(FILES)), data=st.binary(max_size=400))
def test_random_bytes_never_crash_the_validator(name: str, data: bytes) -> None:
    _examine({name: data or b"\n"})


_keys = st.sampled_from(
    ["slug", "fields", "name", "type", "options", "value", "label", "min", "max", "default", "log", "review",
     "kind", "title", "questions", "example", "values", "homework", "goals", "number", "references", "rating"]
)  # fmt: skip
_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20),
    st.sampled_from(["text", "list", "enum", "date", "today", "pain-cycle", "W1", "nrs", "log", "check"]),
)  # fmt: skip
_trees = st.recursive(
    _scalars, lambda part: st.one_of(st.lists(part, max_size=4), st.dictionaries(_keys, part, max_size=6))
)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(FILES)), tree=_trees)
def test_well_formed_but_wrong_values_never_crash_the_validator(name: str, tree: object) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True)
    _examine({name: f"---\n{text}---\nBody.\n" if name.endswith(".md") else text})


CONTENT = Path(__file__).parents[3] / "programs/content/cbt-chronic-pain/en"
REAL = {
    path.relative_to(CONTENT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(CONTENT.rglob("*"))
    if path.suffix in {".md", ".yaml"}
}
# A part of the real programme that is whole by itself, so that a broken file is read among true ones.
PART = {
    name: text
    for name, text in REAL.items()
    if name == "programme.yaml" or name.startswith(("worksheets/", "module-1/", "relaxation/"))
}
_KEY = re.compile(r"^(\s*(?:- )?)([a-z_]+):", re.MULTILINE)
HUGE = ["9" * 400, "1e400", "-" + "9" * 30, "0x" + "f" * 60, "999999999999999", "1." + "0" * 50]


def _break(text: str, kind: str, rng: random.Random) -> bytes:
    """One way in which a file that was right goes wrong."""
    keys = list(_KEY.finditer(text))
    lines = text.split("\n")
    if kind == "cut":
        return text[: rng.randrange(len(text))].encode()
    if kind == "bytes":
        at = rng.randrange(len(text))
        return text[:at].encode() + rng.randbytes(rng.randrange(1, 60)) + text[at:].encode()
    if kind == "deep":
        return ("a: " + "[" * rng.randrange(5, 9000) + "\n" + text).encode()
    if kind == "front":
        return rng.choice(
            [text.replace("---", "--", 1), text.replace("\n---", "\n", 1), "---\n" + text]
        ).encode()
    if not keys:
        return b"\n"
    found = rng.choice(keys)
    row = text.count("\n", 0, found.start(2))
    if kind == "delete":
        del lines[row]
    elif kind == "duplicate":
        lines.insert(row, lines[row])
    elif kind == "rename":
        lines[row] = lines[row].replace(found[2], found[2][::-1] + "x", 1)
    elif kind == "huge":
        lines[row] = f"{found[1]}{found[2]}: {rng.choice(HUGE)}"
    else:
        lines[row] = (
            f"{found[1]}{found[2]}: {rng.choice(['[1, 2]', '{a: b}', 'true', '~', '[[], {}]', '3.5'])}"
        )
    return "\n".join(lines).encode()


KINDS = ["cut", "bytes", "deep", "front", "delete", "duplicate", "rename", "huge", "type"]


@settings(max_examples=250, deadline=None)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(sorted(PART)), kind=st.sampled_from(KINDS))
def test_broken_real_content_lists_its_faults_by_file_and_line(seed: int, name: str, kind: str) -> None:
    _examine_real({name: _break(PART[name], kind, random.Random(seed))})


@settings(max_examples=30, deadline=None)
@given(name=st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=30))
def test_unknown_files_among_real_content_are_named(name: str) -> None:
    if name in {".", ".."} or len(name.encode()) > 200:
        return
    faults = _examine_real({f"worksheets/{name}": b"x: 1\n"})
    assert name.startswith(".") or any(name in fault.file for fault in faults)


def _examine_real(changed: dict[str, bytes]) -> list[Fault]:
    """The real content with these files changed: whole, or refused whole with every fault in its place."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cbt-chronic-pain" / "en"
        for name, text in {**PART, **changed}.items():
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
        programme, faults = read_tree(path)
        assert (programme is None) == bool(faults)
        for fault in faults:
            assert fault.message
            assert 1 <= fault.line <= _lines_of(path / fault.file), str(fault)
        return faults


def _lines_of(path: Path) -> int:
    """How many lines an editor shows; a fault of a file that is missing stands at its first."""
    if not path.exists():
        return 1
    return path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
