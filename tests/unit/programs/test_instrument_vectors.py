"""Worked scores of the built-in questionnaires (clinical reference, 2.4), and every band at its edges."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from programs.formulas.change import ChangeClass, classify, is_responder, percent_change
from programs.instruments.definition import InstrumentDefinition
from programs.instruments.scoring import ScaleScore, score_response, shown_value
from tests.factories.instruments import builtin, every_builtin
from tests.unit.programs.instrument_files import PROMIS_4A, PROMIS_4A_ERRORS, PROMIS_8A, definition, promis


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


def _with_total(form: InstrumentDefinition, codes: Sequence[str], value: int) -> dict[str, int]:
    """Answers to a sum's items that come to `value`, filled from the first."""
    answers = {}
    for code in codes:
        highest = max(form.by_code[code].values)
        answers[code] = min(highest, value)
        value -= answers[code]
    return answers


EDGES: list[tuple[str, str, dict[str, tuple[int, int]]]] = [
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
    ("pgic", "total", {"improved": (1, 2), "little-better": (3, 3), "same": (4, 4), "worse": (5, 7)}),
]


@pytest.mark.parametrize(("slug", "scale", "edges"), EDGES)
def test_bands_begin_and_end_where_they_are_published(
    slug: str, scale: str, edges: dict[str, tuple[int, int]]
) -> None:
    form = builtin(slug)
    codes = form.by_scale[scale].items
    for band, (low, high) in edges.items():
        for value in (low, high):
            answers = _with_total(form, codes, value)
            found = {score.scale: score for score in score_response(form, answers)}[scale]
            assert (found.value, found.band) == (Decimal(value), band)


def test_every_band_of_every_built_in_questionnaire_is_tested_at_both_edges() -> None:
    tested = {(slug, scale, band) for slug, scale, edges in EDGES for band in edges}
    shipped = {
        (form.slug, scale.slug, band.slug)
        for form in every_builtin()
        for scale in form.scales
        for band in scale.bands
    }
    assert tested == shipped
    for form in every_builtin():
        for scale in (one for one in form.scales if one.bands):
            edges = sorted((band.low, band.high) for band in scale.bands)
            # From the lowest to the highest score, without a gap and without an overlap.
            assert (edges[0][0], edges[-1][1]) == (scale.minimum, scale.maximum)
            assert all(high + 1 == low for (_, high), (low, _) in pairwise(edges))


def test_rmdq_from_14_to_9_ticks_is_its_published_change() -> None:
    rule = builtin("rmdq").by_scale["total"].change
    assert rule is not None
    assert rule.reliable == 5
    assert round(float(percent_change(14, 9) or 0), 1) == -35.7
    assert is_responder(14, 9, 30)
    assert not is_responder(14, 9, 50)
    assert classify(14, 9, rule, higher_is_worse=True).change.is_better
    assert classify(14, 10, rule, higher_is_worse=True).change is ChangeClass.UNCHANGED


@pytest.mark.parametrize("ticks", [0, 1, 9, 14, 24])
def test_rmdq_is_the_number_of_ticks(ticks: int) -> None:
    answers = {f"r{number}": int(number <= ticks) for number in range(1, 25)}

    (score,) = score_response(builtin("rmdq"), answers)

    assert (score.value, score.band) == (ticks, "")


def test_rmdq_items_are_the_published_ones_with_their_slip() -> None:
    form = builtin("rmdq")

    assert form.by_code["r9"].text == "I get dressed more slowly then usual because of my back."
    assert (len(form.ticks), form.only_for) == (24, "back-pain")


@pytest.mark.parametrize(
    ("levels", "weights", "t"),
    [
        ((0, 0, 0), (), "50.00"),
        ((1, 0, 1), (), "59.13"),
        ((-1, -1, 0), (), "40.87"),
        ((2, 2, 2), (), "77.39"),
        ((-2, -2, -2), (), "22.61"),
        ((1, 0, -1), (3, 2, 1), "54.41"),
        ((2,), (3,), "70.00"),
    ],
)
def test_goal_attainment_gives_the_published_t_score(
    levels: tuple[int, ...], weights: tuple[int, ...], t: str
) -> None:
    answers = {f"goal{number}": level for number, level in enumerate(levels, start=1)}
    answers |= {f"weight{number}": weight for number, weight in enumerate(weights, start=1)}

    (score,) = score_response(builtin("gas"), answers)

    assert str(score.value) == t


def test_goal_attainment_without_a_level_has_no_score() -> None:
    (score,) = score_response(builtin("gas"), {"weight1": 3})

    assert score.value is None


@pytest.mark.parametrize(("table", "items"), [(PROMIS_4A, 4), (PROMIS_8A, 8)])
def test_promis_raw_sums_convert_to_the_published_t_scores(
    table: tuple[str, ...], items: int, tmp_path: Path
) -> None:
    form = definition(tmp_path, promis(table, items))
    for raw, t in enumerate(table, start=items):
        spare, answers = raw - items, {}
        for number in range(1, items + 1):
            answers[f"q{number}"] = 1 + min(4, spare)
            spare -= answers[f"q{number}"] - 1
        (score,) = score_response(form, answers)
        assert (str(score.value), score.details["raw"]) == (t, raw)


def test_promis_keeps_the_standard_error_and_needs_every_item(tmp_path: Path) -> None:
    form = definition(tmp_path, promis(PROMIS_4A, 4, PROMIS_4A_ERRORS))

    (whole,) = score_response(form, {f"q{number}": 1 for number in range(1, 5)})
    (part,) = score_response(form, {f"q{number}": 1 for number in range(1, 4)})

    assert (whole.value, whole.details["error"]) == (Decimal("41.6"), "6.1")
    assert part.value is None


@pytest.mark.parametrize(
    ("answer", "band"),
    [
        (1, "improved"),
        (2, "improved"),
        (3, "little-better"),
        (4, "same"),
        (5, "worse"),
        (6, "worse"),
        (7, "worse"),
    ],
)
def test_pgic_one_and_two_are_a_responder(answer: int, band: str) -> None:
    score = total("pgic", [answer], ["change"])

    assert (score.value, score.band) == (answer, band)


def test_pain_nrs_average_is_the_main_score() -> None:
    found = scores("pain-nrs", [6, 9, 2], ["average", "worst", "least"])

    assert {name: score.value for name, score in found.items()} == {"total": 6, "worst": 9, "least": 2}


def test_unwanted_effects_count_what_happened_how_bad_and_what_the_programme_did() -> None:
    answers = {f"e{number}": 0 for number in range(1, 8)}
    answers |= {"e2": 1, "e2impact": 3, "e2cause": 1, "e5": 1, "e5impact": 1, "e5cause": 0}

    found = {score.scale: score.value for score in score_response(builtin("unwanted-effects"), answers)}

    assert found == {"total": 2, "impact": 4, "treatment": 1}


def test_unwanted_effects_with_an_effect_declined_are_not_taken_for_none() -> None:
    answers = {f"e{number}": 0 for number in range(1, 7)}

    found = {
        score.scale: score.value for score in score_response(builtin("unwanted-effects"), answers, ["e7"])
    }

    assert found == {"total": None, "impact": None, "treatment": None}


@pytest.mark.parametrize("slug", ["expectation", "satisfaction", "alliance", "unwanted-effects"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_own_forms_say_that_they_are_not_validated(slug: str, language: str) -> None:
    form = builtin(slug, language)

    assert form.is_own
    assert {"en": "Not a validated scale", "es": "No es una escala validada"}[language] in form.licence


def test_own_form_with_one_answer_declined_is_scored_from_the_others() -> None:
    (score,) = score_response(
        builtin("satisfaction"), {"content": 4, "matters": 3, "recommend": 4}, ["contact"]
    )
    (less,) = score_response(builtin("satisfaction"), {"content": 4, "matters": 3}, ["contact", "recommend"])

    assert (score.value, less.value) == (Decimal("3.67"), None)
