"""What must have happened, by the clinical reference (4.1 to 4.3) and not by the product's code.

Levels: item 9 of 3 is R3; of 2, higher than last time, a total of 20 or more or of 6 more than at the start
or last time is R2; item 9 of 1 or not answered is R1. An emergency sign is R3, one for a doctor soon R2, a
medicine changed alone R1. Rings: see `RINGS`; a repeat that raises the level, or comes after somebody has
acknowledged, starts its clock anew. All of it happens on one working day and the next, in working hours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

EMERGENCY, SOON = {"saddle", "bladder", "bowel", "chest"}, {"fever", "weight", "night"}
# After how long who is told, unless somebody has acknowledged by then.
RINGS: dict[int, tuple[tuple[str, timedelta], ...]] = {
    1: (("tell", timedelta(0)), ("duty", timedelta(days=1))),
    2: (
        ("tell", timedelta(0)),
        ("duty", timedelta(0)),
        ("duty", timedelta(hours=2)),
        ("lead", timedelta(hours=4)),
    ),
    3: (
        ("tell", timedelta(0)),
        ("duty", timedelta(0)),
        ("second", timedelta(minutes=15)),
        ("lead", timedelta(minutes=30)),
        ("everybody", timedelta(minutes=60)),
        # Somebody who has acknowledged has not called yet; nobody does in these lives.
        ("act", timedelta(minutes=60)),
    ),
}


def level_of_mood(
    answers: Mapping[str, int], declined: Iterable[str], earlier: list[Mapping[str, int]]
) -> int:
    """0 for an answer that is no risk. `earlier` are the answers before it, oldest first."""
    item, total = answers.get("q9"), _total(answers)
    if item == 3:
        return 3
    before = earlier[-1] if earlier else None
    rose = before is not None and item is not None and "q9" in before and item > before["q9"]
    worse = before is not None and (total - _total(before) >= 6 or total - _total(earlier[0]) >= 6)
    if item == 2 or rose or total >= 20 or worse:
        return 2
    return 1 if item == 1 or "q9" in declined else 0


def level_of_symptoms(answers: Mapping[str, Any]) -> dict[str, int]:
    """The level of each kind of alert that a list of symptoms asks for."""
    said = {code for code, value in answers.items() if value}
    found = {}
    if said & (EMERGENCY | SOON):
        found["red-flag"] = 3 if said & EMERGENCY else 2
    if answers.get("medchange") == 2 and any(f"medicine_{n}" in said for n in (1, 2, 3, 4)):
        found["medicine"] = 1
    return found


def _total(answers: Mapping[str, int]) -> int:
    return sum(value for code, value in answers.items() if code[0] == "q")


@dataclass
class Due:
    """Somebody had to be told by the first planner's round that begins after `at`."""

    step: str
    at: datetime
    since: datetime


@dataclass
class Life:
    """One alert as it must have gone: fed in the order in which things happened."""

    level: int = 0
    since: datetime = datetime.min
    acknowledged_at: datetime | None = None
    due: list[Due] = field(default_factory=list)

    def comes(self, level: int, at: datetime) -> None:
        """A risk is found, for the first time or again."""
        if level > self.level or self.acknowledged_at:
            self._settle(at)
            self.level, self.since, self.acknowledged_at = max(level, self.level), at, None

    def is_acknowledged(self, at: datetime) -> None:
        self.acknowledged_at = self.acknowledged_at or at

    def until(self, end: datetime) -> list[Due]:
        """Everything that fell due before `end`, over all of its rounds."""
        self._settle(end)
        return self.due

    def _settle(self, end: datetime) -> None:
        for step, after in RINGS.get(self.level, ()):
            at = self.since + after
            stop = end if step == "act" else min(self.acknowledged_at or end, end)
            if at < stop:
                self.due.append(Due(step, at, self.since))
