"""Reads `table.txt`: who gets what at which address. The file is the document; this only parses it."""

from dataclasses import dataclass
from pathlib import Path

from tests.access.probe import Seen, place_of

FILE = Path(__file__).with_name("table.txt")
PLACES = {"in": "/sign-in/", "2f": "/account/security/", "co": "/consent/"}
# Openings of one record and lists that a look leaves in the audit trail.
TRACES = {"-": (0, 0), "read": (1, 0), "list": (0, 1), "both": (1, 1)}


@dataclass(frozen=True)
class Row:
    """One address and method: what each person gets, what a look leaves behind, where `go` leads to."""

    page: str
    method: str
    trace: str
    cells: dict[str, str]
    leads_to: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.page}-{self.method}"

    def allowed(self) -> list[str]:
        """Those who are let in, as far as the address and the method are concerned."""
        return [person for person, cell in self.cells.items() if cell in {"ok", "go", "422", "409", "410"}]

    def one_of_each(self) -> list[str]:
        """For each answer in the row, the first and the last person who get it."""
        people: dict[str, list[str]] = {}
        for person, cell in self.cells.items():
            people.setdefault(cell, []).append(person)
        return [person for group in people.values() for person in dict.fromkeys((group[0], group[-1]))]

    def fault(self, seen: Seen, *, htmx: bool = False) -> str:
        """What is wrong with an answer, in a line; empty when it is as the row says."""
        got, expected = answer_of(seen, htmx=htmx), self.cells[seen.person]
        if got == expected and not (got == "go" and not self._leads(seen)):
            return ""
        return f"{seen}  (the table says {expected} {' or '.join(self.leads_to)})"

    def _leads(self, seen: Seen) -> bool:
        place = place_of(seen.location)
        return any(_matches(place, target) for target in self.leads_to)


def _matches(place: str, target: str) -> bool:
    """`*` stands for an id in an address."""
    ours, theirs = target.strip("/").split("/"), place.strip("/").split("/")
    return len(ours) == len(theirs) and all(a in ("*", b) for a, b in zip(ours, theirs, strict=True))


def answer_of(seen: Seen, *, htmx: bool = False) -> str:
    """An answer in the words of the table. To htmx, leading elsewhere is a 200 with a header."""
    is_leading = seen.status == 302 or (htmx and seen.status == 200 and bool(seen.location))
    if is_leading:
        place = place_of(seen.location)
        return next((word for word, path in PLACES.items() if path == place), "go")
    return "ok" if seen.status == 200 else str(seen.status)


def read_table(text: str | None = None) -> list[Row]:
    """Every row. Raises ValueError with the line that is no row."""
    people: list[str] = []
    rows = []
    for line in (FILE.read_text() if text is None else text).splitlines():
        parts = line.split()
        if not parts or line.startswith("#"):
            continue
        if parts[0] == "page":
            people = parts[3:-1]
            continue
        page, method, trace, *cells, leads_to = parts
        if len(cells) != len(people) or trace not in TRACES:
            raise ValueError(f"not a row of the access table: {line}")
        targets = tuple(leads_to.split(",")) if leads_to != "-" else ()
        rows.append(Row(page, method, trace, dict(zip(people, cells, strict=True)), targets))
    return rows


ROWS = read_table()
METHODS: dict[str, set[str]] = {}
for _row in ROWS:
    METHODS.setdefault(_row.page, set()).add(_row.method)
