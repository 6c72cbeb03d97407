"""Made-up courses, drawn with a fixed seed from the figures of the clinical reference, section 7.

No person stands behind any of it. `true_effect` and the chances below say what a large sample comes to,
so that a page of results can be held against what it was generated with.
"""

import math
import random
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

WEEKS = 8
NEVER_STARTS = 0.13
STOPS_A_WEEK = 0.045
# Of those who have started, whether or not they went on [D]; 2 in 100 give no first answers.
ANSWERS_LAST = 0.80
ANSWERS_FIRST = 0.98
HAS_BACK_PAIN = 0.70
UNWANTED_EACH = 0.04
# Of those who answered at the end, how many answer after so many months [D].
ANSWERS_LATER = {3: 0.75, 12: 0.60}
RECOMMENDS = 0.85
# Why somebody did not answer, and how often; the rest is not known [D].
REASONS = {"not-reached": 0.25, "declined": 0.15, "unwell": 0.08, "technical": 0.02}
# Chances that item 9 is at least 1, 2 and 3 before treatment; the middle one is ours [D].
ITEM_NINE = (0.26, 0.08, 0.02)
# Months over which courses begin.
MONTHS = 24


@dataclass(frozen=True)
class Measure:
    """A questionnaire as a sum of whole numbers: mean and spread before, relative fall, pre-post correlation.

    `scale` is how many points of the sum make one of the score: 3 for the PEG, the mean of three items.
    """

    slug: str
    mean: float
    sd: float
    fall: float
    r: float
    maximum: int
    scale: int = 1

    def total(self, z: float, *, last: bool) -> int:
        """The sum for a place on the normal curve, rounded and kept on the questionnaire."""
        mean = self.mean * (1 - self.fall) if last else self.mean
        return max(0, min(self.maximum, round((mean + self.sd * z) * self.scale)))

    def moments(self, *, last: bool) -> tuple[float, float]:
        """Mean and spread of the scores that come of it, with the rounding and the ends of the scale."""
        mean = (self.mean * (1 - self.fall) if last else self.mean) * self.scale
        curve = NormalDist(mean, self.sd * self.scale)
        edges = [-math.inf, *(value + 0.5 for value in range(self.maximum)), math.inf]
        below = [0.0 if edge == -math.inf else 1.0 if edge == math.inf else curve.cdf(edge) for edge in edges]
        chances = [high - low for low, high in pairwise(below)]
        middle = sum(value * chance for value, chance in enumerate(chances))
        spread = sum((value - middle) ** 2 * chance for value, chance in enumerate(chances))
        return middle / self.scale, math.sqrt(spread) / self.scale


# The PEG's fall is what its published effect of 0.55 on interference means at this spread [D].
MEASURES = (
    Measure("peg", 6.0, 1.7, 0.156, 0.58, 30, scale=3),
    Measure("phq-9", 12.0, 5.8, 0.33, 0.72, 27),
    Measure("gad-7", 8.8, 5.0, 0.28, 0.79, 21),
    Measure("rmdq", 13.8, 5.3, 0.17, 0.68, 24),
)
# Before treatment, in the order above. PEG and RMDQ .69, PHQ-9 and GAD-7 .67, PEG and PHQ-9 .41 are from
# the reference; the rest is filled in between [D].
CORRELATIONS = (
    (1.00, 0.41, 0.32, 0.69),
    (0.41, 1.00, 0.67, 0.38),
    (0.32, 0.67, 1.00, 0.28),
    (0.69, 0.38, 0.28, 1.00),
)


def true_effect(measure: Measure) -> float:
    """The standardised change that a very large sample of these scores has."""
    (first, first_sd), (last, last_sd) = measure.moments(last=False), measure.moments(last=True)
    return (first - last) / math.sqrt((first_sd**2 + last_sd**2) / 2)


def true_completion(need: int = 6) -> float:
    """The chance that somebody who started does so many modules."""
    return float((1 - STOPS_A_WEEK) ** need)


@dataclass
class Drawn:
    """One made-up course. Days count from its start."""

    start_days_ago: int
    therapist: int
    has_back_pain: bool
    has_started: bool
    modules: int
    # The day on which each finished module's core was done, and the last day of use.
    done_days: list[int]
    last_day: int
    # Answers by time point and questionnaire; a questionnaire that was not answered is not in it.
    first: dict[str, dict[str, int]] = field(default_factory=dict)
    last: dict[str, dict[str, int]] = field(default_factory=dict)
    # By months after the end; empty where nothing was answered.
    later: dict[int, dict[str, dict[str, int]]] = field(default_factory=dict)
    # Of each message the hour of the course, and which side wrote it.
    messages: list[tuple[float, str]] = field(default_factory=list)


def draw(rng: random.Random, therapists: int) -> Drawn:
    """One course from beginning to end, as if all its time had passed."""
    has_started = rng.random() >= NEVER_STARTS
    modules = 0
    while has_started and modules < WEEKS and rng.random() >= STOPS_A_WEEK:
        modules += 1
    days = [7 * number + rng.randint(1, 6) for number in range(modules)]
    # Whoever stops has begun the week in which it happens.
    last_day = 7 * modules + rng.randint(0, 1) if modules < WEEKS else days[-1]
    drawn = Drawn(
        start_days_ago=rng.randint(0, MONTHS * 30),
        therapist=rng.randrange(therapists),
        has_back_pain=rng.random() < HAS_BACK_PAIN,
        has_started=has_started,
        modules=modules,
        done_days=days,
        last_day=last_day,
    )
    _answer(rng, drawn)
    if has_started:
        drawn.messages = _messages(rng, last_day)
    return drawn


def _answer(rng: random.Random, drawn: Drawn) -> None:
    first_z = _correlated(rng)
    gives_first = rng.random() < ANSWERS_FIRST
    gives_last = drawn.has_started and rng.random() < ANSWERS_LAST
    nine, nine_later = rng.gauss(0, 1), rng.gauss(0, 1)
    for measure, z in zip(MEASURES, first_z, strict=True):
        later = measure.r * z + math.sqrt(1 - measure.r**2) * rng.gauss(0, 1)
        if measure.slug == "rmdq" and not drawn.has_back_pain:
            continue
        if gives_first:
            drawn.first[measure.slug] = _items(rng, measure, measure.total(z, last=False), z, nine)
        if gives_last:
            fallen = later - measure.mean * measure.fall / measure.sd
            drawn.last[measure.slug] = _items(
                rng, measure, measure.total(later, last=True), fallen, nine_later
            )
    if gives_last:
        drawn.last["unwanted-effects"] = _unwanted(rng)


@lru_cache(maxsize=1)
def _root() -> tuple[tuple[float, ...], ...]:
    """The lower triangle whose square the correlations are (Cholesky)."""
    size = len(CORRELATIONS)
    rows = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = CORRELATIONS[i][j] - sum(rows[i][k] * rows[j][k] for k in range(j))
            rows[i][j] = math.sqrt(rest) if i == j else rest / rows[j][j]
    return tuple(tuple(row) for row in rows)


def _correlated(rng: random.Random) -> list[float]:
    own = [rng.gauss(0, 1) for _ in CORRELATIONS]
    return [sum(part * one for part, one in zip(row, own, strict=True)) for row in _root()]


def _items(rng: random.Random, measure: Measure, total: int, z: float, nine: float) -> dict[str, int]:
    """Answers that come to this total."""
    if measure.slug == "phq-9":
        ninth = _ninth(0.6 * z + 0.8 * nine, total)
        codes = [f"q{number}" for number in range(1, 9)]
        return _spread(rng, codes, total - ninth, 3) | {"q9": ninth, "difficulty": min(3, total // 7)}
    if measure.slug == "gad-7":
        return _spread(rng, [f"q{number}" for number in range(1, 8)], total, 3)
    if measure.slug == "peg":
        return _spread(rng, ["p", "e", "g"], total, 10)
    return _spread(rng, [f"r{number}" for number in range(1, 25)], total, 1)


def _ninth(z: float, total: int) -> int:
    """Item 9 by its published rates, as far as the total allows."""
    wanted = sum(z > NormalDist().inv_cdf(1 - chance) for chance in ITEM_NINE)
    return max(total - 24, min(wanted, total))


def _spread(rng: random.Random, codes: list[str], total: int, most: int) -> dict[str, int]:
    """Whole numbers from 0 to `most` that add up to `total`."""
    values = dict.fromkeys(codes, total // len(codes))
    left = total - sum(values.values())
    while left:
        code = rng.choice(codes)
        if values[code] < most:
            values[code] += 1
            left -= 1
    for _ in codes:
        taker, giver = rng.choice(codes), rng.choice(codes)
        if values[taker] < most and values[giver] > 0:
            values[taker] += 1
            values[giver] -= 1
    return values


def _unwanted(rng: random.Random) -> dict[str, int]:
    answers: dict[str, int] = {}
    for number in range(1, 8):
        happened = int(rng.random() < UNWANTED_EACH)
        answers[f"e{number}"] = happened
        if happened:
            answers |= {f"e{number}impact": rng.randint(0, 3), f"e{number}cause": rng.randint(0, 1)}
    return answers


def _messages(rng: random.Random, last_day: int) -> list[tuple[float, str]]:
    """About four from the patient, each answered after some hours, and about three besides."""
    hours = max(24.0, last_day * 24.0)
    found: list[tuple[float, str]] = []
    at = 0.0
    for _ in range(rng.choice((2, 3, 4, 5, 6))):
        at += rng.uniform(0.1, 0.25) * hours + 12
        answer = at + min(96.0, rng.lognormvariate(2.2, 0.8))
        found += [(at, "patient"), (answer, "team")]
        at = answer
    found += [(at + 24.0 * number, "team") for number in range(1, rng.choice((3, 4, 5)))]
    return found


def add_after(rng: random.Random, drawn: Drawn) -> None:
    """What comes of the end of a course: a view of it, and the same answers once more after some months.

    Changes after the end are not drawn: gains stay as they are.
    """
    if not drawn.last:
        drawn.later = {months: {} for months in ANSWERS_LATER}
        return
    likes = rng.random() < RECOMMENDS
    view = {
        code: rng.randint(2, 4) if likes else rng.randint(0, 2) for code in ("content", "matters", "contact")
    }
    kept = {slug: answers for slug, answers in drawn.last.items() if slug != "unwanted-effects"}
    drawn.last["satisfaction"] = view | {"recommend": rng.randint(3, 4) if likes else rng.randint(0, 2)}
    drawn.later = {
        months: dict(kept) if rng.random() < chance else {} for months, chance in ANSWERS_LATER.items()
    }


def draw_reason(rng: random.Random) -> str:
    """Why a time point was not answered; empty where nobody found out."""
    return rng.choices([*REASONS, ""], [*REASONS.values(), 1 - sum(REASONS.values())])[0]
