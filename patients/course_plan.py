"""What a therapist's changes make of the course for one patient. Pure functions of plain facts.

Our own rules (clinical reference, 1.2 [D]: a therapist can unlock early or re-order Modules 4 to 7):
- Only weeks that the programme marks as movable change places, and only among themselves; a week
  that is open stays where it is.
- A week that is left out blocks nothing, whether it is open or not. To add it later takes it in again.
- A step that was added is known by its week's and its own name, so that it is there in a newer text too.
- Of two changes about the same thing the later one counts; one that was taken back counts for nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Change:
    """One change as the plan needs it; `module` is a week's number, `step` the names of week and step."""

    id: UUID
    kind: str
    module: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    step: tuple[str, str] | None = None
    undoes: UUID | None = None


@dataclass(frozen=True)
class CoursePlan:
    """The course of one patient: all weeks in their own order, and what is different about them."""

    order: tuple[int, ...]
    skipped: frozenset[int] = frozenset()
    wants_feedback: bool = False
    window_days: int = 0
    homework_days: Mapping[int, int] = field(default_factory=dict)
    added_steps: frozenset[tuple[str, str]] = frozenset()

    @property
    def path(self) -> tuple[int, ...]:
        """The weeks that are to be walked, in order."""
        return tuple(number for number in self.order if number not in self.skipped)


def standing_changes(changes: Iterable[Change]) -> list[Change]:
    """Those that were not taken back, in order."""
    found = list(changes)
    undone = {change.undoes for change in found if change.undoes}
    return [change for change in found if change.undoes is None and change.id not in undone]


def course_plan(numbers: Iterable[int], changes: Iterable[Change] = ()) -> CoursePlan:
    """The plan for the weeks `numbers` after all `changes`, which come oldest first."""
    order = tuple(sorted(numbers))
    skipped: set[int] = set()
    days: dict[int, int] = {}
    steps: set[tuple[str, str]] = set()
    wants_feedback, window = False, 0
    for change in standing_changes(changes):
        module, payload = change.module, change.payload
        if change.kind == "reorder" and sorted(payload["order"]) == sorted(order):
            order = tuple(payload["order"])
        elif change.kind == "skip" and module:
            skipped.add(module)
        elif change.kind == "add_module" and module:
            skipped.discard(module)
        elif change.kind == "add_step" and change.step:
            steps.add(change.step)
        elif change.kind in ("extend_homework", "add_worksheet") and module:
            days[module] = days.get(module, 0) + payload.get("days", 0)
        elif change.kind == "extend_window":
            window += payload["days"]
        elif change.kind == "feedback":
            wants_feedback = payload["required"]
    return CoursePlan(order, frozenset(skipped), wants_feedback, window, days, frozenset(steps))


def fixed_places(order: Sequence[int], *, movable: Collection[int], opened: Collection[int]) -> set[int]:
    """The weeks that must stay where they are."""
    return {number for number in order if number not in movable or number in opened}


def may_reorder(
    old: Sequence[int], new: Sequence[int], *, movable: Collection[int], opened: Collection[int]
) -> bool:
    """Whether `new` is an order that the programme allows, coming from `old`."""
    fixed = fixed_places(old, movable=movable, opened=opened)
    return sorted(old) == sorted(new) and all(
        was == now for was, now in zip(old, new, strict=True) if was in fixed or now in fixed
    )
