"""What everybody got at every address: asked once, read by many tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.access.objects import body_of, path_of
from tests.access.pages import Page, all_pages
from tests.access.probe import Prober, Seen
from tests.access.table import Row
from tests.access.world import World, a_world

HTMX = {"HX-Request": "true"}
PAGES: dict[str, Page] = {page.name: page for page in all_pages()}
# Answers outlive the world they were given in, which is gone at the end of each test module.
_asked: dict[tuple[str, bool], list[Seen]] = {}


class Visits:
    """Asks in a world that is there for a whole test module."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.prober = Prober(world)

    def path(self, page: str) -> str:
        return path_of(self.world, page, list(PAGES[page].kwargs))

    def of(self, row: Row, *, htmx: bool = False) -> list[Seen]:
        """The answers to every person; from within a page (`htmx`), to one of each who get the same."""
        key = (row.id, htmx)
        if key not in _asked:
            people = row.one_of_each() if htmx else list(row.cells)
            _asked[key] = [self.ask(row, person, htmx=htmx) for person in people]
        return _asked[key]

    def ask(self, row: Row, person: str, *, htmx: bool = False) -> Seen:
        """One person's request at a row, now."""
        return self.prober.ask(
            person,
            row.method,
            self.path(row.page),
            page=row.page,
            data=body_of(self.world, row.page, person) if row.method != "GET" else None,
            headers=HTMX if htmx else None,
        )


@contextmanager
def open_visits() -> Iterator[Visits]:
    """For a fixture of a module: opened later, within a test, the world would end with that test."""
    with a_world() as world:
        yield Visits(world)
