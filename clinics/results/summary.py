"""The figures of the results page as a file: what the page says, as it says it, with the same gaps."""

from collections.abc import Iterator, Mapping

from clinics.results.answering import late_rows, time_points
from clinics.results.figures import measures, overview, weekly
from clinics.results.hiding import Shown
from clinics.results.lines import line
from clinics.results.reading import Chosen
from painclinic.accounts.models import Clinic
from programs.instruments.definition import Scale

COLUMNS = ("section", "about", "figure", "value", "rests_on", "published")


def figure_lines(
    clinic: Clinic, chosen: Chosen, shown: Shown, scales: Mapping[str, tuple[str, Scale]]
) -> Iterator[str]:
    """Every figure of the page for this choice of filters; small numbers are left out as on the page."""
    yield line(COLUMNS)
    made_up = "yes" if clinic.is_synthetic or clinic.is_demo else "no"
    yield line(["about", "", "synthetic", made_up, "", ""])
    for one in chosen.filters:
        named = dict(one.choices).get(one.chosen, "all")
        yield line(["about", "", f"filter_{one.name}", named, "", ""])
    for entry in overview(shown):
        yield line(["course", "", entry.label, entry.value, entry.of, entry.published])
    for week, share in enumerate(weekly(shown), start=1):
        yield line(["weeks", f"week {week}", "still_using", "" if share is None else f"{share:.2f}", "", ""])
    yield from _tables(shown, scales)


def _tables(shown: Shown, scales: Mapping[str, tuple[str, Scale]]) -> Iterator[str]:
    names = ("before", "after", "better", "worse", "fell30", "fell50", "missing")
    for row in measures(shown, scales):
        yield line(["change", row.title, "hedges_g", row.effect, row.n, row.published])
        for name in names:
            yield line(["change", row.title, name, getattr(row, name), row.n, ""])
    for late in late_rows(shown, scales):
        when = f"{late.title}, {late.months} months"
        for name in ("before", "after", "effect", "missing"):
            yield line(["follow-up", when, name, getattr(late, name), late.n, ""])
    for point in time_points(shown):
        for name in ("answered", "missed", "reasons"):
            yield line(["answering", point.title, name, getattr(point, name), point.asked, ""])
