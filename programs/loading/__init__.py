"""Programme files to content: read a folder, list every fault, or hand over all of it."""

from pathlib import Path

from programs.loading.content import ProgrammeContent
from programs.loading.faults import Fault
from programs.loading.tree import read_tree

__all__ = ["Fault", "ProgrammeContent", "read_tree", "validate_tree"]


def validate_tree(path: Path) -> list[Fault]:
    """Every fault of the programme in a folder (`.../<programme>/<language>`), by file and line."""
    return read_tree(path)[1]
