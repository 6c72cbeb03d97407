"""Instrument packs as text, without the words of any licensed instrument."""

from pathlib import Path

from programs.instruments.definition import InstrumentDefinition, read_instrument
from programs.instruments.loading import read_pack

PROMIS_4A = (
    *("41.6", "49.6", "52.0", "53.9", "55.6", "57.1", "58.5", "59.9", "61.2", "62.5", "63.8", "65.2", "66.6"),
    *("68.0", "69.7", "71.6", "75.6"),
)
PROMIS_4A_ERRORS = (
    *("6.1", "2.5", "2.0", "1.9", "1.9", "1.9", "1.8", "1.8", "1.8", "1.8", "1.8", "1.8", "1.8", "1.8"),
    *("1.9", "2.1", "3.7"),
)
PROMIS_8A = (
    *("40.7", "47.9", "49.9", "51.2", "52.3", "53.2", "54.1", "55.0", "55.8", "56.6", "57.4", "58.1", "58.8"),
    *("59.5", "60.2", "60.8", "61.5", "62.1", "62.8", "63.5", "64.1", "64.8", "65.5", "66.2", "66.9", "67.7"),
    *("68.4", "69.2", "70.1", "71.0", "72.1", "73.5", "77.0"),
)

PACK = """\
format: 1
slug: small-pack
language: en
title: A small pack
short_title: Small
minutes: 1
licence: Held by nobody; for tests.
source: Written for these tests.
options:
  - {value: 0, text: No}
  - {value: 1, text: A little}
  - {value: 2, text: A lot}
items:
  - {code: a, kind: choice, text: First}
  - {code: b, kind: choice, text: Second}
  - {code: c, kind: choice, text: Third}
scales:
  - slug: total
    title: All
    items: [a, b, c]
    method: sum
    minimum: 0
    maximum: 6
    higher_is_worse: true
    missing: {rule: all}
    bands:
      - {slug: low, low: 0, high: 2, title: Low}
      - {slug: high, low: 3, high: 6, title: High}
    change: {reliable: 2, mid: 1, caseness: 3, recovered_at: 2, source: Made up for tests}
"""


def promis(table: tuple[str, ...], items: int, errors: tuple[str, ...] = ()) -> str:
    """A pain interference short form as a pack: its table, and no word of its items."""
    codes = [f"q{number}" for number in range(1, items + 1)]
    lines = [
        "format: 1",
        f"slug: promis-pi-{items}a",
        "language: en",
        f"title: Pain interference {items}a",
        f"short_title: Interference {items}a",
        "minutes: 1",
        "licence: Copyright of its holder; each clinic needs permission.",
        "source: Conversion table as published.",
        "options:",
        *(f"  - {{value: {value}, text: Answer {value}}}" for value in range(1, 6)),
        "items:",
        *(f"  - {{code: {code}, kind: choice, text: Item {code}}}" for code in codes),
        "scales:",
        "  - slug: total",
        "    title: T score",
        f"    items: [{', '.join(codes)}]",
        "    method: table",
        f"    minimum: {table[0]}",
        f"    maximum: {table[-1]}",
        "    decimals: 1",
        "    higher_is_worse: true",
        f"    table: [{', '.join(table)}]",
        *([f"    table_errors: [{', '.join(errors)}]"] if errors else []),
        "    change: {reliable: 6.9, mid: 4, source: Amtmann et al. 2016}",
    ]
    return "\n".join(lines) + "\n"


def faults_of(folder: Path, text: str | bytes, name: str = "pack.yaml") -> list[str]:
    """Every fault of a pack with this text, as it is printed."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    content, faults = read_pack(path)
    assert (content is None) == bool(faults)
    return [str(fault) for fault in faults]


def definition(folder: Path, text: str, name: str = "pack.yaml") -> InstrumentDefinition:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    content, faults = read_pack(path)
    assert content is not None, faults
    return read_instrument(content.definition)
