"""Which planned questions were answered, and why others were not; and change until the follow-ups."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinics.results.facts import follow_up_months
from clinics.results.figures import effect_words, mean_words, missing_words, part_of, sums_of_measure, too_few
from clinics.results.hiding import Shown, hidden_values
from patients.models import OccasionMissing
from programs.formulas.effects import hedges_g
from programs.instruments.definition import Scale

_WEEK = re.compile(r"week-(\d{1,3})", re.ASCII)
# Time points before the weeks, then these.
_BEFORE, _AFTER = ("screen", "baseline"), ("post",)
_MONTHS = re.compile(r":fu(\d{1,3})-", re.ASCII)


@dataclass(frozen=True)
class PointRow:
    """One planned time point: of how many who were asked how many answered, and the rest by its reason."""

    title: str
    asked: str
    answered: str
    missed: str
    reasons: str


@dataclass(frozen=True)
class LateRow:
    """One questionnaire from the first score to a follow-up."""

    months: int
    title: str
    n: str
    before: str
    after: str
    effect: str
    missing: str


def time_points(shown: Shown) -> list[PointRow]:
    """A row for each planned time point that is over for anybody, in the order of the course."""
    slugs = {name.removeprefix("asked:") for name in shown.totals if name.startswith("asked:")}
    return [_point(shown, slug) for slug in sorted(slugs, key=_place) if shown.count(f"asked:{slug}")]


def _place(slug: str) -> tuple[int, int, str]:
    week, months = _WEEK.fullmatch(slug), follow_up_months(slug)
    if slug in _BEFORE:
        return (0, _BEFORE.index(slug), slug)
    if week:
        return (1, int(week[1]), slug)
    return (2, 0, slug) if slug in _AFTER else (3, months or 0, slug)


def point_title(slug: str) -> str:
    """How a time point is called on pages; one that a clinic named keeps its name."""
    week, months = _WEEK.fullmatch(slug), follow_up_months(slug)
    if week:
        return _("Week %(number)s") % {"number": int(week[1])}
    if months is not None:
        return _("%(number)s months after") % {"number": months}
    return {
        "screen": _("Before enrolment"), "baseline": _("At the start"), "post": _("At the end"),
    }.get(slug, slug)  # fmt: skip


def _point(shown: Shown, slug: str) -> PointRow:
    asked, answered = f"asked:{slug}", f"answered:{slug}"
    hidden = shown.hides_count(asked)
    part_hidden = hidden or shown.hides_share(answered, asked)
    missed = shown.count(asked) - shown.count(answered)
    return PointRow(
        title=point_title(slug),
        asked=too_few() if hidden else str(shown.count(asked)),
        answered=part_of(shown, answered, asked),
        missed="–" if part_hidden else str(missed),
        reasons="–" if part_hidden or not missed else _reasons(shown, slug),
    )


def reason_words() -> dict[str, str]:
    """Why a time point was not answered: what somebody found out, or else what the record says."""
    words = {str(value): str(label) for value, label in OccasionMissing.Reason.choices}
    return words | {"in-part": _("answered in part"), "not-known": _("reason not known")}


def _reasons(shown: Shown, slug: str) -> str:
    """The reasons with their numbers; those that are too few to say are named together, never one alone."""
    words = reason_words()
    counts = {why: count for why in words if (count := shown.count(f"missed-{why}:{slug}"))}
    small = hidden_values(counts)
    hidden = {why for why in counts if why in small or shown.hides_count(f"missed-{why}:{slug}")}
    left = sorted(((count, why) for why, count in counts.items() if why not in hidden), reverse=True)
    if len(hidden) == 1 and left:
        # One alone would be told by the others.
        hidden.add(left.pop()[1])
    said = [f"{words[why]}: {count}" for count, why in left]
    if hidden:
        # The words have an order of their own, so that it does not tell which is larger.
        names = ", ".join(text for why, text in words.items() if why in hidden)
        said.append(_("too few to show: %(reasons)s") % {"reasons": names})
    return "; ".join(said)


def late_rows(shown: Shown, scales: Mapping[str, tuple[str, Scale]]) -> list[LateRow]:
    """Change from the first score to each follow-up that anybody was asked for, the earlier first."""
    found = {int(match[1]) for name in shown.totals if (match := _MONTHS.search(name))}
    return [
        _late(shown, slug, title, scale, months)
        for months in sorted(found)
        for slug, (title, scale) in scales.items()
        if any(shown.count(f"{slug}:fu{months}-{name}") for name in ("n", "missing"))
    ]


def _late(shown: Shown, slug: str, title: str, scale: Scale, months: int) -> LateRow:
    when = f"fu{months}-"
    sums = sums_of_measure(shown, slug, when)
    hidden = sums.n == 0 or shown.hides_count(f"{slug}:{when}n")
    size = None if hidden else hedges_g(sums, higher_is_worse=scale.higher_is_worse)
    return LateRow(
        months=months,
        title=title,
        n=(_("nothing yet") if not sums.n else too_few()) if hidden else str(sums.n),
        before="–" if hidden else mean_words(sums.mean_pre, sums.sd_pre),
        after="–" if hidden else mean_words(sums.mean_post, sums.sd_post),
        effect=effect_words(size) if size else "–",
        missing=missing_words(shown, slug, when),
    )
