"""Thought records: how far feelings and beliefs moved.

Source: W7 in the clinical reference (1.3): "delta per feeling = before - after". A positive delta
means that the feeling, or the belief in the thought, became weaker.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A fall of feelings below this is something for the therapist to look at (1.4, module 6, cues).
SMALL_FALL = 10
# A balanced thought that is believed less than this does not carry yet (1.4, module 6, cues).
WEAK_BELIEF = 40
# The one feeling in the list that is welcome: more of it is the better.
WELCOME = frozenset({"calm"})


@dataclass(frozen=True)
class FeelingChange:
    """One feeling before and after, in per cent."""

    name: str
    before: int
    after: int

    @property
    def delta(self) -> int:
        return self.before - self.after

    @property
    def relief(self) -> int:
        """The change for the better: the delta, turned round for a welcome feeling."""
        return -self.delta if self.name in WELCOME else self.delta


def feeling_changes(
    before: Iterable[Mapping[str, object]], after: Iterable[Mapping[str, object]]
) -> tuple[FeelingChange, ...]:
    """Feelings matched by name, in the order in which they were first named.

    A name given twice is matched in order [D]: the first with the first. A feeling rated only once has no
    delta and is left out.
    """
    rated: dict[str, list[int]] = {}
    for row in after:
        if row.get("name") and row.get("pct_after") is not None:
            rated.setdefault(str(row["name"]), []).append(int(str(row["pct_after"])))
    found = []
    for row in before:
        name, waiting = str(row.get("name") or ""), rated.get(str(row.get("name") or ""), [])
        if waiting and row.get("pct_before") is not None:
            found.append(FeelingChange(name, int(str(row["pct_before"])), waiting.pop(0)))
    return tuple(found)


def belief_delta(before: int, after: int) -> int:
    """How much less the first thought is believed: before - after, -100 to 100."""
    return before - after


def is_little_relief(changes: Iterable[FeelingChange]) -> bool:
    """Whether feelings were rated twice and none moved for the better by 10 or more."""
    known = list(changes)
    return bool(known) and max(change.relief for change in known) < SMALL_FALL
