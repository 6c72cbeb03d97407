"""The questionnaires that ship with painclinic, as tests need them."""

from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from painclinic.audit.actions import System
from programs.actions import load_instrument_pack, load_instruments
from programs.instruments.definition import InstrumentDefinition, read_instrument
from programs.instruments.loading import read_builtins
from programs.models import InstrumentVersion


def load_builtins() -> list[InstrumentVersion]:
    """All of them in the database; those that are there already are left alone."""
    return load_instruments(by=System("test"))


def builtin(slug: str, language: str = "en") -> InstrumentDefinition:
    """The definition in a file, without a database."""
    return _builtins()[slug, language]


def every_builtin() -> list[InstrumentDefinition]:
    """All definitions in files, in every language."""
    return list(_builtins().values())


@cache
def _builtins() -> dict[tuple[str, str], InstrumentDefinition]:
    contents, faults = read_builtins()
    assert not faults, faults
    return {(one.slug, one.language): read_instrument(one.definition) for one in contents}


PROBE = """\
format: 1
slug: probe
language: en
title: A probe
short_title: Probe
minutes: 1
licence: Held by nobody; for tests.
source: Written for tests.
items:
  - {code: p, kind: nrs, text: How much, low_label: none, high_label: all}
  - {code: comment, kind: text, text: Anything else}
scales:
  - {slug: total, title: Probe, items: [p], method: sum, minimum: 0, maximum: 10, higher_is_worse: true}
"""


def load_pack(text: str = PROBE) -> InstrumentVersion:
    """A questionnaire that needs a licence."""
    with NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return load_instrument_pack(path=Path(file.name), by=System("test"))
