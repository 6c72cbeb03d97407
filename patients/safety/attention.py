"""Words in free text that put "please read soon" on it. Pure; the lists are files.

It only ever adds a mark for a person to read the text soon: it raises no alert, lowers none, and
replaces no reading (clinical reference, 4.1 [D]). Every text is looked at with the lists of every
language, whatever language the patient reads. Costs a fixed amount for each word of the text.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# Names the lists and is kept with every mark. A test compares it with what is in the files.
VERSION = "2026-11-a"
LISTS = Path(__file__).parent / "words_to_read"
LANGUAGES = ("en", "es")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼ"), None)
Phrase = tuple[str, ...]


def is_marked(texts: Iterable[str]) -> bool:
    """Whether one of the texts holds a word or a phrase of the lists."""
    return any(_has_phrase(words_of(text)) for text in texts)


def texts_in(value: Any) -> Iterable[str]:
    """Every text in what was stored: a text, or lists and mappings of them, as deep as they go."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)


def words_of(text: str) -> list[str]:
    """The words of a text without capitals, accents, apostrophes and marks that cannot be seen."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    kept = "".join(char for char in plain if char.isascii() or unicodedata.category(char) not in {"Mn", "Cf"})
    return _WORD.findall(kept)


def word_lists(language: str) -> dict[str, list[str]]:
    """The list of a language as it is written, by group."""
    lists: dict[str, list[str]] = yaml.safe_load((LISTS / f"{language}.yaml").read_text(encoding="utf-8"))
    return lists


def fingerprint() -> str:
    """A hash of all lists, to notice a change that kept the version."""
    written = [f"{language} {sorted(_phrases(language))}" for language in LANGUAGES]
    return hashlib.sha256("\n".join(written).encode()).hexdigest()[:16]


def _phrases(language: str) -> set[tuple[Phrase, bool]]:
    """Each phrase as its words, and whether the last one may go on."""
    written = [phrase for group in word_lists(language).values() for phrase in group]
    return {(tuple(words_of(phrase)), phrase.endswith("*")) for phrase in written}


@cache
def _by_first() -> tuple[dict[str, list[tuple[Phrase, bool]]], tuple[str, ...]]:
    """The phrases by their first word; and the single words of which any ending counts."""
    phrases = {one for language in LANGUAGES for one in _phrases(language)}
    found: dict[str, list[tuple[Phrase, bool]]] = {}
    beginnings = []
    for words, goes_on in phrases:
        if len(words) == 1 and goes_on:
            beginnings.append(words[0])
        else:
            found.setdefault(words[0], []).append((words, goes_on))
    return found, tuple(beginnings)


def _has_phrase(words: list[str]) -> bool:
    by_first, beginnings = _by_first()
    return any(
        word.startswith(beginnings) or any(_begins(words, at, one) for one in by_first.get(word, ()))
        for at, word in enumerate(words)
    )


def _begins(words: list[str], at: int, phrase: tuple[Phrase, bool]) -> bool:
    wanted, goes_on = phrase
    there = words[at : at + len(wanted)]
    if len(there) < len(wanted) or tuple(there[:-1]) != wanted[:-1]:
        return False
    return there[-1].startswith(wanted[-1]) if goes_on else there[-1] == wanted[-1]
