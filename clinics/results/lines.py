"""Lines of a CSV file that no spreadsheet takes for a formula."""

import csv
from collections.abc import Sequence
from io import StringIO

# What makes a spreadsheet compute a cell instead of showing it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def line(cells: Sequence[str | int | None]) -> str:
    """One line. Text that could be taken for a formula gets an apostrophe before it; numbers are numbers."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(cell: str | int | None) -> str:
    text = "" if cell is None else str(cell)
    if isinstance(cell, str) and text.lstrip(" ").startswith(_FORMULA):
        return f"'{text}"
    return text.replace("\x00", "")
