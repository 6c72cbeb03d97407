"""What services of this kind have published (clinical reference, section 7), beside one's own figures.

Other patients, other countries and other ways to count: a comparison of the size of things, no target.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Source:
    """Where published figures come from."""

    words: str
    link: str = ""


SOURCES = (
    Source(
        "MindSpot, routine care, 2023, n = 1,367. doi 10.1093/pm/pnad102",
        "https://doi.org/10.1093/pm/pnad102",
    ),
    Source(
        "Saskatchewan, routine care. doi 10.1080/24740527.2018.1442675",
        "https://doi.org/10.1080/24740527.2018.1442675",
    ),
    Source("Dear et al., 2015, n = 490, trial of three amounts of contact"),
)
# Hedges' g, first to last, by questionnaire; published for interference and for depression.
EFFECTS = {"peg": 0.55, "phq-9": 0.50}


def published() -> dict[str, str]:
    """By figure of the page, in words."""
    return {
        "started": _("87% or more"),
        "completed": _("63% in routine care, 76 to 94% with support"),
        "minutes": _("12.7 minutes per patient and week; 67.7 minutes per course"),
        "replies": _("within 24 hours on weekdays"),
        "recommend": _("85%"),
    }
