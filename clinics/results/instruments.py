"""The questionnaires that the figures speak of."""

from collections.abc import Iterable

from programs.instruments.definition import Scale
from programs.instruments.library import current_versions, definition_of

# Those that every course is asked come first, in this order.
FIRST = ("peg", "phq-9", "phq-8", "gad-7", "rmdq", "pain-nrs")


def measured_scales(names: Iterable[str], language: str) -> dict[str, tuple[str, Scale]]:
    """Title and main scale of each questionnaire that is in the names of facts. One query."""
    slugs = sorted({name.partition(":")[0] for name in names if ":" in name}, key=_place)
    found = {}
    for slug, version in current_versions(slugs, language).items():
        definition = definition_of(version)
        scale = definition.scale()
        if scale:
            found[slug] = (definition.short_title, scale)
    return found


def _place(slug: str) -> tuple[int, str]:
    return (FIRST.index(slug) if slug in FIRST else len(FIRST), slug)
