"""The loaded questionnaires: which version a new response gets, and what it says."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from uuid import UUID

from programs.instruments.definition import InstrumentDefinition, read_instrument
from programs.models import InstrumentVersion

# Every questionnaire exists in this language; others where a wording may be used.
FALLBACK = "en"


def current_version(slug: str, language: str) -> InstrumentVersion | None:
    """The newest version in a language; else in English, whose words keep their own `lang`. One query."""
    return current_versions([slug], language).get(slug)


def current_versions(slugs: Collection[str], language: str) -> Mapping[str, InstrumentVersion]:
    """The version of each questionnaire that a new response in this language gets. One query."""
    wanted = _languages(language)
    newest = (
        InstrumentVersion.objects.filter(instrument__slug__in=slugs, language__in=wanted)
        .order_by("instrument_id", "language", "-number")
        .distinct("instrument_id", "language")
        .with_instrument()
    )
    found: dict[str, InstrumentVersion] = {}
    for version in sorted(newest, key=lambda one: wanted.index(one.language), reverse=True):
        found[version.instrument.slug] = version
    return {slug: found[slug] for slug in slugs if slug in found}


def definition_of(version: InstrumentVersion) -> InstrumentDefinition:
    """What a version says. Versions are frozen, so it is read once in each process."""
    known = _KNOWN.get(version.pk)
    if known is None:
        known = read_instrument(version.definition)
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[version.pk] = known
    return known


_MOST_KNOWN = 500
_KNOWN: dict[UUID, InstrumentDefinition] = {}


@lru_cache(maxsize=64)
def _languages(language: str) -> tuple[str, ...]:
    """From the closest to the last resort: `es-mx`, `es`, `en`."""
    code = language.lower()
    return tuple(dict.fromkeys([code, code.split("-")[0], FALLBACK]))
