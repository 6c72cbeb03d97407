"""The head of a Markdown file: `name: value` lines between two lines of three dashes."""

import re
from dataclasses import dataclass

from programs.loading.faults import FaultList, FileFaults
from programs.loading.yaml_nodes import Node, read_yaml

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)


@dataclass(frozen=True)
class Parted:
    """A file in two: its head (None where it cannot be read) and its text, each noting its own lines."""

    head: Node | None
    head_faults: FileFaults
    text: str
    text_faults: FileFaults


def part(text: str, file: str, faults: FaultList, *, what: str) -> Parted | None:
    """The file in two, or None, with a fault, when it has no head to go by. `what` is such as "a step"."""
    matched = _FRONT_MATTER.match(text)
    if not matched:
        faults.add(file, 1, f"{what} begins with a line ---, its 'name: value' lines, and a line ---")
        return None
    front = faults.in_file(file, first_line=2)
    return Parted(
        head=read_yaml(matched[1], front),
        head_faults=front,
        text=text[matched.end() :],
        text_faults=faults.in_file(file, first_line=matched[0].count("\n") + 1),
    )
