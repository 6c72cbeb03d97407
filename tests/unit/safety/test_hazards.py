"""Every hazard of the log has a control that a test shows, and every test it names is there (DCB0129)."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOG = ROOT / "docs/safety/hazard-log.md"
HAZARD = re.compile(r"^## (H\d+) ", re.MULTILINE)
TEST = re.compile(r"^- `(tests/[\w/]+\.py)::(test_\w+)`$", re.MULTILINE)


def hazards() -> dict[str, list[tuple[str, str]]]:
    """Each hazard with the tests that it names."""
    text = LOG.read_text(encoding="utf-8").split("## Not controlled")[0]
    parts = HAZARD.split(text)[1:]
    return {name: TEST.findall(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_hazard_has_a_test() -> None:
    found = hazards()
    assert [name for name, tests in found.items() if not tests] == []
    assert list(found) == [f"H{number}" for number in range(1, len(found) + 1)]


def test_every_test_that_the_log_names_is_there() -> None:
    missing = [
        f"{path}::{test}"
        for tests in hazards().values()
        for path, test in tests
        if not (ROOT / path).exists() or test not in names_in(path)
    ]
    assert missing == []
