"""The languages of the interface: English, and each folder of `locale/` that holds compiled texts.

A language is added by its folder alone (docs/translate.md). A folder with a file `DRAFT` holds a
translation that nobody has reviewed; pages in it say so.
"""

from pathlib import Path

from django.conf.locale import LANG_INFO

SOURCE = ("en-gb", "English")


def offered(folder: Path) -> list[tuple[str, str]]:
    """Code and name of each language, its name as its own speakers write it."""
    return [SOURCE, *((code, _name(code)) for code in _codes(folder))]


def drafts(folder: Path) -> frozenset[str]:
    """The languages whose texts nobody has reviewed yet."""
    return frozenset(code for code in _codes(folder) if (folder / _folder(code) / "DRAFT").exists())


def _codes(folder: Path) -> list[str]:
    found = (path.parts[-3] for path in folder.glob("*/LC_MESSAGES/django.mo"))
    return sorted(name.lower().replace("_", "-") for name in found)


def _folder(code: str) -> str:
    """`pt-br` lies in `pt_BR`, as gettext has it."""
    language, dash, country = code.partition("-")
    return f"{language}_{country.upper()}" if dash else language


def _name(code: str) -> str:
    return str(LANG_INFO.get(code, {}).get("name_local", code)).capitalize()
