"""Words for which a text is read soon: found however they are written, at a bounded cost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.safety.attention import (
    LANGUAGES,
    VERSION,
    fingerprint,
    is_marked,
    texts_in,
    word_lists,
    words_of,
)

FINGERPRINT = "7f84a492688a5049"
PHRASES = [phrase for language in LANGUAGES for group in word_lists(language).values() for phrase in group]


def test_lists_change_only_with_a_new_version() -> None:
    """Whoever changes a list names it anew, and writes the pair here."""
    assert (VERSION, fingerprint()) == ("2026-11-a", FINGERPRINT)


def test_languages_have_the_same_groups() -> None:
    groups = [set(word_lists(language)) for language in LANGUAGES]
    assert groups[0] == groups[1]


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_is_found_in_the_middle_of_a_text(phrase: str) -> None:
    written = phrase.replace("*", "ad")
    assert is_marked([f"Hello. I {written}, today"])
    assert is_marked([written.upper()])


@pytest.mark.parametrize(
    "text",
    [
        "I can’t go on like this",
        "i cant go on",
        "I want   to\n\ndie.",
        "SUICIDAL thoughts",
        "No puedo mas",
        "no puedo más",
        "me quiero hacer... HACERME DANO",
        "hacerme daño",
        "want to d\u200bie",
        "…overdosed on it",
        "I’d be better off dead!",
    ],
)
def test_text_is_marked_whatever_its_capitals_accents_and_marks(text: str) -> None:
    assert is_marked([text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I walked for ten minutes and rested",
        "We watched a documentary about dying bees",
        "The diet went well; the dead plant is gone",
        "My back is killing me",
        "I went on without a break",
        "Caminé diez minutos y descansé",
        "El vecino toca el violín; es violento el viento",
    ],
)
def test_ordinary_text_is_not_marked(text: str) -> None:
    assert not is_marked([text])


@given(before=st.text(max_size=60), after=st.text(max_size=60), phrase=st.sampled_from(PHRASES))
def test_nothing_around_a_phrase_hides_it(before: str, after: str, phrase: str) -> None:
    assert is_marked([f"{before} | {phrase.rstrip('*')} | {after}"])


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert all(words_of(text))
    is_marked([text])


def test_texts_are_found_as_deep_as_they_go() -> None:
    stored = {"a": "one", "b": [{"c": "two", "n": 3}, ["three"]], "d": None}
    assert sorted(texts_in(stored)) == ["one", "three", "two"]
    assert list(texts_in(None)) == []


def test_longest_text_costs_little() -> None:
    """What a form may hold is 64 kB; words that begin a phrase again and again are the worst case."""
    worst = "no puedo want to all my take my own " * 1800
    began = time.perf_counter()
    assert not is_marked([worst])
    took = time.perf_counter() - began
    print(f"\n{len(worst)} letters: {took * 1000:.0f} ms")
    assert took < 1.0
