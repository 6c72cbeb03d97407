"""No combination of answers gives a score outside its range, or outside its bands."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.instruments.answers import parse_answers
from programs.instruments.definition import DECLINE, InstrumentDefinition
from programs.instruments.loading import read_builtins
from programs.instruments.scoring import score_response
from tests.factories.instruments import builtin

BUILTINS = sorted({(one.slug, one.language) for one in read_builtins()[0]})
VALIDATED = {"peg", "phq-9", "phq-8", "phq-2", "phq-4", "gad-7", "gad-2", "rmdq", "pain-nrs"}


@st.composite
def any_answers(draw: st.DrawFn, definition: InstrumentDefinition) -> tuple[dict[str, int], list[str]]:
    """Some answers, some declined, some left out."""
    answers: dict[str, int] = {}
    declined: list[str] = []
    for code, item in definition.by_code.items():
        what = draw(st.sampled_from(["answer", "answer", "answer", "answer", "decline", "leave"]))
        if what == "answer" and item.values:
            answers[code] = draw(st.sampled_from(sorted(item.values)))
        elif what == "decline":
            declined.append(code)
    return answers, declined


def hold(definition: InstrumentDefinition, answers: Mapping[str, int], declined: list[str]) -> None:
    scores = score_response(definition, answers, declined)
    assert [score.scale for score in scores] == [scale.slug for scale in definition.scales]
    for scale, score in zip(definition.scales, scores, strict=True):
        if score.value is None:
            assert score.band == ""
            continue
        assert scale.minimum <= score.value <= scale.maximum
        assert -score.value.as_tuple().exponent <= scale.decimals  # type: ignore[operator]
        assert bool(score.band) == bool(scale.bands)


@pytest.mark.parametrize(("slug", "language"), BUILTINS)
def test_every_combination_of_answers_scores_within_the_range(slug: str, language: str) -> None:
    definition = builtin(slug, language)

    @given(any_answers(definition))
    def examine(drawn: tuple[dict[str, int], list[str]]) -> None:
        hold(definition, *drawn)

    examine()


@pytest.mark.parametrize(("slug", "language"), BUILTINS)
def test_form_that_is_accepted_can_be_scored(slug: str, language: str) -> None:
    definition = builtin(slug, language)
    sent: Any = st.one_of(st.integers(-3, 11).map(str), st.just(DECLINE), st.just("on"), st.just(""))
    names = [*(item.code for item in definition.items), "none"]

    @given(st.dictionaries(st.sampled_from(names), sent))
    def examine(raw: dict[str, str]) -> None:
        parsed = parse_answers(definition, raw)
        hold(definition, parsed.answers, parsed.declined)

    examine()


@pytest.mark.parametrize("answers", [{"q1": 4}, {"q1": -1}, {"x": 1}, {"q1": True}, {"q1": 1.0}])
def test_scoring_refuses_what_is_no_answer(answers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no such answer"):
        score_response(builtin("phq-9"), answers)


def test_scoring_refuses_an_item_both_answered_and_declined() -> None:
    with pytest.raises(ValueError, match="cannot be declined"):
        score_response(builtin("phq-9"), {"q9": 1}, ["q9"])


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_ninth_item_is_flagged_from_one(level: int) -> None:
    (score,) = score_response(builtin("phq-9"), {f"q{number}": level for number in range(1, 10)})

    assert score.details.get("flags", []) == (["q9"] if level else [])


def test_validated_questionnaires_have_no_wording_of_ours_in_another_language() -> None:
    assert {slug for slug, language in BUILTINS if language != "en"}.isdisjoint(VALIDATED)


def test_every_questionnaire_is_there_in_english() -> None:
    english = {slug for slug, language in BUILTINS if language == "en"}

    assert english == {slug for slug, _language in BUILTINS}
    assert english >= VALIDATED | {
        "pgic",
        "gas",
        "satisfaction",
        "alliance",
        "expectation",
        "unwanted-effects",
    }


@pytest.mark.parametrize("slug", sorted({slug for slug, language in BUILTINS if language == "es"}))
def test_translation_asks_and_scores_the_same(slug: str) -> None:
    english, spanish = builtin(slug), builtin(slug, "es")

    assert _shape(english) == _shape(spanish)
    assert all(ours.text != theirs.text for ours, theirs in zip(english.items, spanish.items, strict=True))


def _shape(definition: InstrumentDefinition) -> object:
    return (
        [
            (item.code, item.kind, sorted(item.values), item.optional, item.may_decline, item.show_if)
            for item in definition.items
        ],
        [
            (scale.slug, scale.items, scale.method, scale.minimum, scale.maximum, scale.missing)
            for scale in definition.scales
        ],
        [[(band.slug, band.low, band.high) for band in scale.bands] for scale in definition.scales],
    )


@pytest.mark.parametrize("code", [f"q{number}" for number in range(1, 8)])
def test_gad_7_says_not_at_all_and_not_the_known_misprint(code: str) -> None:
    item = builtin("gad-7").by_code[code]

    assert [option.text for option in item.options] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]
    assert [option.loinc for option in item.options] == ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]
