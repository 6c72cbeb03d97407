"""Every text in the code is in every language's catalogue; the list of what is missing says where it is."""

import re
from pathlib import Path

import pytest

from painclinic.dates import known_patterns
from tests.unit.languages.extraction import APPS, ROOT, in_python, in_template, renamed, sources
from tests.unit.languages.test_catalogues import BOOKS, texts

HOW = "run makemessages and translate (docs/translate.md)"


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.parts[-3])
def test_every_text_in_the_code_is_in_the_catalogue(book: Path) -> None:
    known = {(text.get("msgctxt", ""), text["msgid"]) for text in texts(book)}
    found = [(path, key) for path, keys in sources() for key in keys]
    assert len(found) > 1500
    missing = [
        f"{path.relative_to(ROOT)}: {text!r}"
        for path, (context, text) in found
        if (context, text) not in known
    ]
    assert not missing, f"{HOW}: " + "\n".join(missing)


def test_text_that_is_not_in_a_catalogue_is_found_in_code_and_template() -> None:
    assert list(in_python('_("One " "two"); pgettext("where", "What"); ngettext("a", "b", n); _(name)')) == [
        ("", "One two"),
        ("where", "What"),
        ("", "a"),
    ]
    html = (
        '{% load i18n %}{% translate "Hello" %}{% translate "Hi" context "c" %}'
        "{% blocktranslate with a=b trimmed %}\n It's {{ a }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
    )
    assert list(in_template(html)) == [
        ("", "Hello"),
        ("c", "Hi"),
        ("", "It's %(a)s"),
        ("", "%(n)s day"),
    ]


def test_no_function_of_translation_goes_by_a_name_that_extraction_does_not_know() -> None:
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    found = {path.name: names for path in files if (names := renamed(path.read_text(encoding="utf-8")))}
    assert not found
    assert renamed("from django.utils.translation import gettext_lazy as _lazy") == ["_lazy"]


def test_every_pattern_of_a_date_with_words_can_be_written_differently_in_a_language() -> None:
    used = {
        pattern
        for path in (ROOT / "templates").rglob("*.html")
        for pattern in re.findall(r"""\|date:["']([^"']+)["']""", path.read_text(encoding="utf-8"))
    }
    with_words = {pattern for pattern in used if re.search("[DlFMNjS]", pattern) and "_" not in pattern}
    assert with_words
    assert with_words <= known_patterns()
