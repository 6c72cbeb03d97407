"""Worksheets as pure functions: parsing, the encrypted part, the form, the answers."""

import datetime as dt
import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.worksheets import (
    answers_for,
    fields_for,
    initial,
    merge,
    parse,
    read_definition,
    split_text,
    to_raw,
)
from tests.unit.programs.worksheet_definitions import DEFINITION

TODAY = dt.date(2026, 3, 10)
GOOD: dict[str, object] = {
    "situation": " On the stairs ",
    "pain": "7",
    "feelings-0-name": "sad",
    "feelings-0-strength": "60",
    "feelings-2-name": "angry",
    "link": ["body", "thoughts"],
    "steps": "-2",
    "amount": "2,5",
    "day": "2026-03-09",
    "at": "7:05",
    "when": "2026-03-09T23:10:30",
    "read": "on",
    "people-0-who": "Sam",
}
VALUES = {
    "situation": "On the stairs",
    "pain": 7,
    "feelings": [{"name": "sad", "strength": 60}, {"name": "angry"}],
    "link": ["thoughts", "body"],
    "steps": -2,
    "amount": 2.5,
    "day": "2026-03-09",
    "at": "07:05",
    "when": "2026-03-09T23:10",
    "read": True,
    "people": [{"who": "Sam"}],
}


def _errors(**changes: object) -> dict[str, str]:
    return parse(DEFINITION, {**GOOD, **changes}, today=TODAY).errors


def test_parse_filled_form_gives_typed_values() -> None:
    parsed = parse(DEFINITION, GOOD, today=TODAY)

    assert parsed.errors == {}
    assert parsed.values == VALUES


def test_parse_reads_a_form_post() -> None:
    post = QueryDict(mutable=True)
    for key, value in GOOD.items():
        post.setlist(key, value if isinstance(value, list) else [value])

    assert parse(DEFINITION, post, today=TODAY).values == VALUES


def test_parse_values_survive_json_and_a_second_round() -> None:
    again = json.loads(json.dumps(VALUES))

    assert parse(DEFINITION, to_raw(DEFINITION, again), today=TODAY).values == VALUES


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("situation", "", "Write something"),
        ("situation", "  \n ", "Write something"),
        ("situation", "x" * 21, "Shorten this by 1 character;"),
        ("situation", "x" * 30, "Shorten this by 10 characters;"),
        ("pain", "", "Choose an answer"),
        ("pain", "11", "from 0 to 10"),
        ("pain", "-1", "from 0 to 10"),
        ("pain", "7.5", "whole number"),
        ("pain", "lots", "whole number"),
        ("pain", "1_0", "whole number"),
        ("pain", 10**400, "from 0 to 10|whole number"),
        ("feelings-0-strength", "101", "from 0 to 100"),
        ("feelings-0-name", "bored", "Choose from"),
        ("link", ["thoughts", "money"], "Choose from"),
        ("steps", "501", "from -5 to 500"),
        ("amount", "0.4", "from 0.5 to 9"),
        ("amount", "nan", "Enter a number"),
        ("amount", "1e3", "Enter a number"),
        ("day", "2026-02-30", "calendar"),
        ("day", "20260301", "calendar"),
        ("day", "2026-03-02", "or a later day"),
        ("day", "2026-03-11", "or an earlier day"),
        ("at", "25:00", "Enter a time"),
        ("when", "2026-03-09", "day and the time"),
        ("when", "2026-03-11T08:00", "or an earlier day"),
    ],
)
def test_parse_wrong_input_says_so_beside_the_field(key: str, typed: object, said: str) -> None:
    found = _errors(**{key: typed})

    assert list(found) == [key]
    assert any(part in found[key] for part in said.split("|"))


def test_parse_wrong_field_keeps_the_rest() -> None:
    parsed = parse(DEFINITION, {**GOOD, "pain": "70"}, today=TODAY)

    assert parsed.values == {key: value for key, value in VALUES.items() if key != "pain"}


def test_parse_partial_lets_required_fields_be_empty() -> None:
    parsed = parse(DEFINITION, {"pain": "70", "situation": ""}, today=TODAY, partial=True)

    assert list(parsed.errors) == ["pain"]


def test_parse_empty_list_rows_are_dropped() -> None:
    raw = {**GOOD, "people-0-who": "", "people-1-who": "Kim"}

    assert parse(DEFINITION, raw, today=TODAY).values["people"] == [{"who": "Kim"}]


def test_parse_list_without_rows_or_with_too_many_is_refused() -> None:
    empty = {key: value for key, value in GOOD.items() if not key.startswith("feelings")}
    many = {f"feelings-{row}-name": "sad" for row in range(4)}

    assert "at least 1 row" in parse(DEFINITION, empty, today=TODAY).errors["feelings"]
    assert "at most 3 rows" in _errors(**many)["feelings"]


def test_parse_row_without_its_required_field_is_named() -> None:
    assert list(_errors(**{"feelings-1-strength": "40"})) == ["feelings-1-name"]


def test_parse_unstorable_characters_are_left_out() -> None:
    parsed = parse(DEFINITION, {**GOOD, "situation": "a\x00b\ud800c\r\nd"}, today=TODAY)

    assert parsed.values["situation"] == "abc\nd"


def test_required_tick_box_must_be_ticked() -> None:
    definition = {
        **DEFINITION,
        "fields": [{"name": "sure", "type": "bool", "label": "Sure", "required": True}],
    }

    assert list(parse(definition, {}, today=TODAY).errors) == ["sure"]
    assert parse(definition, {"sure": "true"}, today=TODAY).values == {"sure": True}


def test_split_text_puts_free_text_in_the_encrypted_part() -> None:
    open_values, texts = split_text(DEFINITION, VALUES)

    assert set(texts) == {"situation", "people"}
    assert "feelings" in open_values
    assert merge(open_values, texts) == VALUES


def test_split_text_unknown_field_is_encrypted() -> None:
    assert split_text(DEFINITION, {"stray": "words"}) == ({}, {"stray": "words"})


def test_initial_offers_defaults() -> None:
    assert initial(DEFINITION, today=TODAY) == {"day": "2026-03-10"}


def test_fields_for_empty_form_offers_the_least_rows() -> None:
    fields = {field.name: field for field in fields_for(DEFINITION, {})}

    assert [row.number for row in fields["feelings"].rows] == [1]
    assert fields["feelings"].empty_row.fields[0].name == "feelings-__row__-name"
    assert fields["pain"].input == "scale"
    assert len(fields["pain"].choices) == 11
    assert fields["situation"].input == "textarea"
    assert (fields["amount"].min, fields["amount"].step) == ("0.5", "0.1")


def test_fields_for_draft_keeps_what_was_typed() -> None:
    draft = {"pain": "seventy", "feelings-1-name": "bored", "day": "2026-", "link": "body"}
    errors = {"pain": "Enter a whole number.", "feelings-1-name": "Choose."}

    fields = {field.name: field for field in fields_for(DEFINITION, draft, errors)}

    assert fields["pain"].value == "seventy"
    assert fields["pain"].described_by == "id-pain-error"
    assert fields["day"].value == "2026-"
    row = fields["feelings"].rows[0]
    assert (row.fields[0].name, row.fields[0].value, row.fields[0].error) == (
        "feelings-1-name",
        "bored",
        "Choose.",
    )
    assert [choice.value for choice in fields["link"].choices if choice.is_selected] == ["body"]


def test_fields_for_values_fills_the_form() -> None:
    fields = {field.name: field for field in fields_for(DEFINITION, VALUES)}

    assert fields["amount"].value == "2.5"
    assert fields["read"].is_checked
    assert [row.fields[0].value for row in fields["feelings"].rows] == ["sad", "angry", ""]
    assert next(choice.value for choice in fields["pain"].choices if choice.is_selected) == "7"


def test_fields_for_never_shows_more_rows_than_allowed() -> None:
    many = {f"feelings-{row}-name": "sad" for row in range(3)}

    fields = {field.name: field for field in fields_for(DEFINITION, many)}

    assert len(fields["feelings"].rows) == 3


def test_answers_for_says_values_in_words() -> None:
    answers = {answer.name: answer for answer in answers_for(DEFINITION, VALUES)}

    assert answers["situation"].leads
    assert answers["pain"].text == "7 of 10"
    assert answers["feelings"].text == "Sad, 60%\nAngry"
    assert answers["link"].text == "Thoughts, Body"
    assert answers["steps"].text == "-2 steps"
    assert answers["read"].text == "Yes"
    assert "2026" in answers["when"].text


def test_answers_for_unanswered_field_is_empty() -> None:
    assert all(answer.is_empty for answer in answers_for(DEFINITION, {}))


_junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.lists(st.text(max_size=5)),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5)),
    st.sampled_from(["7", "sad", "2026-03-09", "07:05"]),
)  # fmt: skip
_names = st.one_of(
    st.sampled_from([*GOOD, "feelings", "people", "feelings-999-name", "feelings-1-", "people-٣-who"]),
    st.text(max_size=10),
)


@settings(max_examples=300, deadline=None)
@given(raw=st.dictionaries(_names, _junk, max_size=20))
def test_parse_any_input_never_raises_and_gives_storable_values(raw: dict[str, Any]) -> None:
    parsed = parse(DEFINITION, raw, today=TODAY)

    json.dumps(parsed.values, allow_nan=False).encode()
    if parsed.is_valid:
        assert parse(DEFINITION, to_raw(DEFINITION, parsed.values), today=TODAY).values == parsed.values
    fields_for(DEFINITION, raw, parsed.errors)
    answers_for(DEFINITION, parsed.values)


@given(values=st.dictionaries(st.sampled_from([*VALUES, "stray"]), st.text(max_size=5)))
def test_split_and_merge_lose_nothing(values: dict[str, Any]) -> None:
    assert merge(*split_text(DEFINITION, values)) == values


def test_read_definition_of_a_definition_is_itself() -> None:
    definition = read_definition(DEFINITION)

    assert read_definition(definition) is definition


@pytest.mark.parametrize(
    ("ends", "shown"),
    [({"low": "Poor", "high": "Good"}, "scale"), ({"low": "Poor"}, "number"), ({}, "number")],
)
def test_short_range_with_named_ends_is_shown_as_a_scale(ends: dict[str, str], shown: str) -> None:
    sheet = {
        "slug": "s",
        "code": "W0",
        "title": "S",
        "fields": [{"name": "quality", "type": "int", "label": "How good?", "min": 1, "max": 5} | ends],
    }
    (field,) = fields_for(read_definition(sheet), {"quality": "4"}, {})
    assert field.input == shown
    chosen = [choice.label for choice in field.choices if choice.is_selected]
    assert ([choice.label for choice in field.choices], chosen) == (
        (["1", "2", "3", "4", "5"], ["4"]) if shown == "scale" else ([], [])
    )
