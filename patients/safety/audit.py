"""What is drawn each month to be read again, and what is asked about it. Our own judgement ([D], 4.1).

The choice is the order of SHA-256 over the seed and each id: the same seed and the same rows give the
same sample on any machine, and nobody can know it before the seed is drawn.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By stratum: how many of the month; None for all of them. 0 is an answer that raised no alert.
SIZES: Mapping[int, int | None] = {3: None, 2: 10, 1: 5, 0: 10}
ALERT_QUESTIONS: Mapping[str, str | Promise] = {
    "in_time": _("Was it acknowledged and acted on in time?"),
    "level": _("Was the level right?"),
    "note": _("Is the record of it complete?"),
    "reached": _("Was the person reached?"),
    "outcome": _("Was the outcome reasonable?"),
}
CONTROL_QUESTIONS: Mapping[str, str | Promise] = {"level": _("Was it right that no alert was raised?")}
ANSWERS: Mapping[str, str | Promise] = {
    "yes": _("yes"),
    "no": _("no"),
    "unclear": _("cannot be said"),
}
MOST_WORDS = 2000


def questions(stratum: int) -> Mapping[str, str | Promise]:
    """What is asked of an item, in its order."""
    return ALERT_QUESTIONS if stratum else CONTROL_QUESTIONS


def chosen(seed: str, stratum: int, ids: Iterable[UUID]) -> list[UUID]:
    """The ids of a stratum that are drawn, in the order of the draw."""
    order = sorted(ids, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())
    return order[: SIZES[stratum]]


def digest(strata: Mapping[int, Sequence[UUID]]) -> str:
    """A hash of all that there is to draw from."""
    lines = sorted(f"{stratum}:{one}" for stratum, ids in strata.items() for one in ids)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
