"""The questionnaires that ship with painclinic, as tests need them."""

from functools import cache

from painclinic.audit.actions import System
from programs.actions import load_instruments
from programs.instruments.definition import InstrumentDefinition, read_instrument
from programs.instruments.loading import read_builtins
from programs.models import InstrumentVersion


def load_builtins() -> list[InstrumentVersion]:
    """All of them in the database; those that are there already are left alone."""
    return load_instruments(by=System("test"))


def builtin(slug: str, language: str = "en") -> InstrumentDefinition:
    """The definition in a file, without a database."""
    return _builtins()[slug, language]


@cache
def _builtins() -> dict[tuple[str, str], InstrumentDefinition]:
    contents, faults = read_builtins()
    assert not faults, faults
    return {(one.slug, one.language): read_instrument(one.definition) for one in contents}
