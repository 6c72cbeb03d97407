"""What a form sends, held against the questionnaire."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.instruments.answers import parse_answers
from programs.instruments.definition import InstrumentDefinition
from tests.factories.instruments import builtin
from tests.unit.programs.instrument_files import PACK, definition

PHQ_9 = {f"q{number}": "1" for number in range(1, 10)}
NOT_ANSWERS = ["4", "-1", "1.0", "one", "1 2", "٣", "1e1", "9" * 50, "<b>1</b>", "\0", "none", "true"]


def test_whole_form_becomes_numbers() -> None:
    parsed = parse_answers(builtin("phq-9"), PHQ_9 | {"difficulty": "2", "csrf": "x"})

    assert parsed.errors == {}
    assert parsed.answers == {f"q{number}": 1 for number in range(1, 10)} | {"difficulty": 2}


@pytest.mark.parametrize("value", NOT_ANSWERS)
def test_answer_outside_the_options_is_refused_in_words(value: str) -> None:
    parsed = parse_answers(builtin("phq-9"), PHQ_9 | {"q3": value})

    assert parsed.errors == {"q3": "This is not one of the answers. Please choose one of those shown."}
    assert "q3" not in parsed.answers


def test_empty_answer_is_asked_for_but_not_in_a_draft() -> None:
    raw = {name: value for name, value in PHQ_9.items() if name != "q4"} | {"q5": " "}

    assert set(parse_answers(builtin("phq-9"), raw).errors) == {"q4", "q5"}
    draft = parse_answers(builtin("phq-9"), raw, partial=True)
    assert (draft.errors, len(draft.answers)) == ({}, 7)


def test_two_answers_to_one_question_are_refused() -> None:
    parsed = parse_answers(builtin("phq-9"), PHQ_9 | {"q1": ["1", "2"]})

    assert parsed.errors == {"q1": "Please choose one answer only."}


def test_declining_is_possible_where_it_is_offered_only() -> None:
    allowed = parse_answers(builtin("phq-9"), PHQ_9 | {"q9": "decline"})
    refused = parse_answers(builtin("phq-9"), PHQ_9 | {"q1": "decline"})

    assert (allowed.errors, allowed.declined, "q9" in allowed.answers) == ({}, ["q9"], False)
    assert set(refused.errors) == {"q1"}


def test_question_that_a_skip_rule_hides_is_left_out_whatever_was_sent() -> None:
    nothing = {f"q{number}": "0" for number in range(1, 10)}

    parsed = parse_answers(builtin("phq-9"), nothing | {"difficulty": "3"})

    assert "difficulty" not in parsed.answers
    assert parsed.errors == {}


def test_answer_shows_the_questions_that_follow_from_it() -> None:
    raw = {f"e{number}": "0" for number in range(1, 8)} | {"e7": "1"}

    parsed = parse_answers(builtin("unwanted-effects"), raw)

    assert set(parsed.errors) == {"e7impact", "e7cause"}


def test_ticks_are_kept_with_those_that_were_left() -> None:
    parsed = parse_answers(builtin("rmdq"), {"r2": "1", "r5": "on"})

    assert parsed.errors == {}
    assert (parsed.answers["r2"], parsed.answers["r5"], sum(parsed.answers.values())) == (1, 1, 2)
    assert len(parsed.answers) == 24


def test_untouched_list_has_to_be_confirmed() -> None:
    untouched = parse_answers(builtin("rmdq"), {})
    confirmed = parse_answers(builtin("rmdq"), {"none": "1"})
    both = parse_answers(builtin("rmdq"), {"none": "1", "r1": "1"})
    draft = parse_answers(builtin("rmdq"), {}, partial=True)

    assert (set(untouched.errors), untouched.answers) == ({"none"}, {})
    assert (confirmed.errors, set(confirmed.answers.values())) == ({}, {0})
    assert set(both.errors) == {"none"}
    assert (draft.errors, draft.answers) == ({}, {})


def test_text_is_kept_up_to_its_length() -> None:
    raw = {"content": "4", "matters": "4", "contact": "4", "recommend": "4"}

    kept = parse_answers(builtin("satisfaction"), raw | {"best": " Pacing.\r\nReally. ", "mend": "  "})
    long = parse_answers(builtin("satisfaction"), raw | {"best": "x" * 2001})

    assert (kept.errors, kept.texts) == ({}, {"best": "Pacing.\nReally."})
    assert set(long.errors) == {"best"}


@pytest.fixture
def mixed(tmp_path: Path) -> InstrumentDefinition:
    """A form with several answers to one question, a number and a list."""
    extra = """\
  - code: signs
    kind: multi
    text: Which of these
    options:
      - {value: 0, text: None of them, exclusive: true}
      - {value: 1, text: Fever}
      - {value: 2, text: Falls}
  - {code: age, kind: number, minimum: 18, maximum: 110, text: How old are you}
scales:
"""
    return definition(tmp_path, PACK.replace("scales:\n", extra, 1))


def test_several_answers_are_one_number_for_each_option(mixed: InstrumentDefinition) -> None:
    raw = {"a": "0", "b": "0", "c": "0", "age": "44"}

    parsed = parse_answers(mixed, raw | {"signs": ["1", "2"]})

    assert parsed.errors == {}
    assert {code: parsed.answers[code] for code in ("signs_0", "signs_1", "signs_2")} == {
        "signs_0": 0,
        "signs_1": 1,
        "signs_2": 1,
    }


@pytest.mark.parametrize("signs", [[], ["0", "1"], ["3"], ["x"], ["1", "0", "2"]])
def test_several_answers_that_cannot_be_are_refused(mixed: InstrumentDefinition, signs: list[str]) -> None:
    parsed = parse_answers(mixed, {"a": "0", "b": "0", "c": "0", "age": "44", "signs": signs})

    assert set(parsed.errors) == {"signs"}


@pytest.mark.parametrize("age", ["17", "111", "4.5", "old"])
def test_number_out_of_bounds_is_refused_with_the_bounds(mixed: InstrumentDefinition, age: str) -> None:
    parsed = parse_answers(mixed, {"a": "0", "b": "0", "c": "0", "signs": "0", "age": age})

    assert parsed.errors == {"age": "Please write a whole number from 18 to 110."}


ANYTHING = st.one_of(
    st.text(max_size=12),
    st.sampled_from([*NOT_ANSWERS, "0", "1", "2", "3", "decline", "on", ""]),
    st.lists(st.text(max_size=3), max_size=4),
)


@given(st.dictionaries(st.sampled_from([*PHQ_9, "difficulty", "none", "other"]), ANYTHING))
def test_whatever_is_sent_gives_known_answers_or_errors(raw: dict[str, Any]) -> None:
    form = builtin("phq-9")

    parsed = parse_answers(form, raw)

    assert all(value in form.by_code[code].values for code, value in parsed.answers.items())
    assert not set(parsed.declined) & set(parsed.answers)
    shown = {item.code for item in form.shown_items(parsed.answers)}
    # Each question that is asked is answered, declined, at fault, or the one that may be left out.
    settled = {*parsed.answers, *parsed.declined, *parsed.errors, "difficulty"}
    assert shown <= settled
    assert set(parsed.answers) <= shown
