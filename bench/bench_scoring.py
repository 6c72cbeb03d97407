"""How many responses are scored in a second, as a ratio to the least that scoring could cost.

Run: bin/bench scoring [responses]

A response is what a patient sends each week: answers to one of the built-in questionnaires, drawn at
random with a fixed seed. It is scored as it is when it is submitted (`score_response`), and besides read
from the form that was sent (`parse_answers`). The yardstick is adding up the same numbers in plain Python.
No database takes part.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "painclinic.settings")

import django  # noqa: E402 - after the path and the environment

django.setup()

from programs.instruments.answers import parse_answers  # noqa: E402 - after the setup
from programs.instruments.definition import InstrumentDefinition, read_instrument  # noqa: E402
from programs.instruments.loading import read_builtins  # noqa: E402
from programs.instruments.scoring import score_response  # noqa: E402

RESPONSES = 100_000
# How often each is asked in a course of ten weeks (clinical reference, 2.3), and the longest list.
ASKED = ("peg", "phq-9", "gad-7", "rmdq")
SEED = 20_261_123

Answered = tuple[InstrumentDefinition, dict[str, int]]


def responses(count: int) -> list[Answered]:
    """Random whole answers, the questionnaires in turn."""
    contents, faults = read_builtins()
    assert not faults, faults
    known = {one.slug: read_instrument(one.definition) for one in contents if one.language == "en"}
    rng = random.Random(SEED)
    drawn = []
    for number in range(count):
        definition = known[ASKED[number % len(ASKED)]]
        codes = definition.by_scale["total"].items
        drawn.append(
            (definition, {code: rng.choice(sorted(definition.by_code[code].values)) for code in codes})
        )
    return drawn


def form_of(answers: dict[str, int], definition: InstrumentDefinition) -> dict[str, str]:
    """What a browser would send for these answers."""
    if definition.ticks:
        ticked = {code: "1" for code, value in answers.items() if value}
        return ticked or {"none": "1"}
    return {code: str(value) for code, value in answers.items()}


def taken(work: Callable[[Any], object], over: list[Any]) -> float:
    """Seconds of processor time for all of it."""
    start = time.process_time()
    for one in over:
        work(one)
    return time.process_time() - start


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RESPONSES
    drawn = responses(count)
    forms = [(definition, form_of(answers, definition)) for definition, answers in drawn]
    plain = taken(lambda one: sum(one[1].values()), drawn)
    scored = taken(lambda one: score_response(*one), drawn)
    parsed = taken(lambda one: parse_answers(*one), forms)
    print(f"{count:,} responses to {', '.join(ASKED)} in turn; processor time")
    for name, seconds in (("adding up", plain), ("scoring", scored), ("reading the form", parsed)):
        ratio = seconds / plain
        print(f"{name:<20} {seconds:7.2f} s  {count / seconds:>12,.0f} in a second  x adding up {ratio:6.1f}")


if __name__ == "__main__":
    main()
