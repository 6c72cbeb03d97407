"""Worked scores of the built-in questionnaires (clinical reference, 2.4), and every band at its edges."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from programs.instruments.definition import InstrumentDefinition
from programs.instruments.scoring import ScaleScore, score_response, shown_value
from tests.factories.instruments import builtin


def scores(slug: str, numbers: Sequence[int], codes: Sequence[str] = ()) -> dict[str, ScaleScore]:
    names = codes or [f"q{number}" for number in range(1, len(numbers) + 1)]
    answers = dict(zip(names, numbers, strict=True))
    return {score.scale: score for score in score_response(builtin(slug), answers)}


def total(slug: str, numbers: Sequence[int], codes: Sequence[str] = ()) -> ScaleScore:
    return scores(slug, numbers, codes)["total"]


@pytest.mark.parametrize(
    ("numbers", "value", "band", "flags"),
    [
        ([0] * 9, 0, "minimal", []),
        ([3] * 9, 27, "severe", ["q9"]),
        ([1, 2, 1, 1, 2, 1, 1, 1, 0], 10, "moderate", []),
        ([0, 0, 0, 0, 0, 0, 0, 0, 1], 1, "minimal", ["q9"]),
    ],
)
def test_phq_9_worked_answers_give_the_published_total(
    numbers: list[int], value: int, band: str, flags: list[str]
) -> None:
    score = total("phq-9", numbers)

    assert (score.value, score.band, score.details.get("flags", [])) == (value, band, flags)


@pytest.mark.parametrize(
    ("numbers", "finding"),
    [
        ([2, 2, 2, 2, 2, 0, 0, 0, 0], "major"),
        ([2, 0, 2, 2, 2, 0, 0, 0, 1], "major"),
        ([1, 1, 3, 3, 3, 3, 3, 3, 0], "none"),
        ([2, 2, 2, 2, 0, 0, 0, 0, 0], "other"),
        ([0, 2, 0, 0, 0, 0, 0, 0, 1], "other"),
        ([2, 0, 0, 0, 0, 0, 0, 0, 0], "none"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 3], "none"),
    ],
)
def test_phq_9_syndrome_follows_the_algorithm(numbers: list[int], finding: str) -> None:
    assert total("phq-9", numbers).details["finding"] == finding


def test_phq_9_ninth_item_declined_gives_no_total_and_a_flag() -> None:
    answers = {f"q{number}": 3 for number in range(1, 9)}

    (score,) = score_response(builtin("phq-9"), answers, ["q9"])

    assert (score.value, score.band) == (None, "")
    assert (score.details["declined"], score.details["flags"]) == (["q9"], ["q9"])
    assert score.details["finding"] == "cannot-tell"


def test_phq_9_with_an_item_missing_gives_no_total() -> None:
    (score,) = score_response(builtin("phq-9"), {f"q{number}": 3 for number in range(1, 9)})

    assert score.value is None
    assert score.details == {"answered": 8, "of": 9, "missing": ["q9"], "finding": "cannot-tell"}


@pytest.mark.parametrize(
    ("numbers", "value", "band"),
    [([1] * 7, 7, "mild"), ([2, 2, 2, 1, 1, 1, 1], 10, "moderate"), ([0] * 7, 0, "minimal")],
)
def test_gad_7_worked_answers_give_the_published_total(numbers: list[int], value: int, band: str) -> None:
    score = total("gad-7", numbers)

    assert (score.value, score.band) == (value, band)


def test_phq_4_has_the_anxiety_items_first() -> None:
    found = scores("phq-4", [2, 1, 1, 1])

    assert {name: score.value for name, score in found.items()} == {
        "total": 5,
        "anxiety": 3,
        "depression": 2,
    }
    assert (found["total"].band, found["anxiety"].band, found["depression"].band) == (
        "mild",
        "positive",
        "below",
    )


@pytest.mark.parametrize(
    ("numbers", "value", "shown"),
    [([5, 6, 7], "6.00", "6"), ([7, 8, 8], "7.67", "8"), ([0, 0, 1], "0.33", "0"), ([10] * 3, "10.00", "10")],
)
def test_peg_is_the_mean_kept_with_two_decimals_and_shown_whole(
    numbers: list[int], value: str, shown: str
) -> None:
    score = total("peg", numbers, ["p", "e", "g"])
    scale = builtin("peg").scale()

    assert score.value is not None
    assert scale is not None
    assert (str(score.value), shown_value(scale, score.value)) == (value, shown)


def test_peg_needs_all_three_items() -> None:
    (score,) = score_response(builtin("peg"), {"p": 5, "e": 5})

    assert (score.value, score.details["missing"]) == (None, ["g"])


def _with_total(definition: InstrumentDefinition, codes: Sequence[str], value: int) -> dict[str, int]:
    """Answers to a sum's items that come to `value`, filled from the first."""
    answers = {}
    for code in codes:
        highest = max(definition.by_code[code].values)
        answers[code] = min(highest, value)
        value -= answers[code]
    return answers


@pytest.mark.parametrize(
    ("slug", "scale", "edges"),
    [
        ("phq-9", "total", {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14)}),
        ("phq-9", "total", {"moderately-severe": (15, 19), "severe": (20, 27)}),
        ("phq-8", "total", {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14)}),
        ("phq-8", "total", {"moderately-severe": (15, 19), "severe": (20, 24)}),
        ("phq-2", "total", {"below": (0, 2), "positive": (3, 6)}),
        ("gad-2", "total", {"below": (0, 2), "positive": (3, 6)}),
        ("gad-7", "total", {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)}),
        ("phq-4", "total", {"normal": (0, 2), "mild": (3, 5), "moderate": (6, 8), "severe": (9, 12)}),
        ("phq-4", "anxiety", {"below": (0, 2), "positive": (3, 6)}),
        ("phq-4", "depression", {"below": (0, 2), "positive": (3, 6)}),
    ],
)
def test_bands_begin_and_end_where_they_are_published(
    slug: str, scale: str, edges: dict[str, tuple[int, int]]
) -> None:
    definition = builtin(slug)
    codes = definition.by_scale[scale].items
    for band, (low, high) in edges.items():
        for value in (low, high):
            answers = _with_total(definition, codes, value)
            found = {score.scale: score for score in score_response(definition, answers)}[scale]
            assert (found.value, found.band) == (Decimal(value), band)
