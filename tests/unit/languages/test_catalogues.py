"""Each language of the interface: what runs is what was translated, and no placeholder changed."""

import gettext
import re
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[3] / "locale"
BOOKS = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%s?|%s|</?\w+[^>]*>")
LINE = re.compile(r'^(?:(\w+)(?:\[(\d)\])? )?(".*")$')
Text = dict[str, str]


def texts(book: Path) -> Iterator[Text]:
    """Each text of a catalogue, with the places it comes from under `from`."""
    for block in book.read_text(encoding="utf-8").split("\n\n"):
        text: Text = {"from": ""}
        key = ""
        for line in block.splitlines():
            if line.startswith("#: "):
                text["from"] += line[2:]
            elif found := LINE.match(line):
                key = found[1] + (found[2] or "") if found[1] else key
                text[key] = text.get(key, "") + literal_eval(found[3])
        if text.get("msgid"):
            yield text


def translations(text: Text) -> list[str]:
    return [words for key, words in text.items() if key.startswith("msgstr")]


def is_done(text: Text) -> bool:
    return all(translations(text))


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.parts[-3])
def test_compiled_texts_are_those_of_the_catalogue(book: Path) -> None:
    with book.with_suffix(".mo").open("rb") as compiled:
        running = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]  # no other way to all
    for text in texts(book):
        key = f"{text['msgctxt']}\x04{text['msgid']}" if "msgctxt" in text else text["msgid"]
        forms = translations(text)
        found = [running.get((key, n)) for n in range(len(forms))] if len(forms) > 1 else [running.get(key)]
        assert found == (forms if is_done(text) else [None] * len(forms)), text["msgid"]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.parts[-3])
def test_no_translation_loses_or_adds_a_placeholder(book: Path) -> None:
    for text in filter(is_done, texts(book)):
        plural = text.get("msgid_plural", text["msgid"])
        for key, words in text.items():
            if key.startswith("msgstr"):
                source = text["msgid"] if key in {"msgstr", "msgstr0"} else plural
                assert sorted(PLACEHOLDER.findall(words)) == sorted(PLACEHOLDER.findall(source)), words


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.parts[-3])
def test_every_text_is_translated(book: Path) -> None:
    every = list(texts(book))
    done = sum(map(is_done, every))
    print(f"{book.parts[-3]}: {done} of {len(every)} texts translated ({100 * done // len(every)} per cent)")
    open_ones = [text["msgid"] for text in every if not is_done(text)]
    assert not open_ones, open_ones
