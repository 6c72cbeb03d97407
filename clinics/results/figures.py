"""The figures of the results page in words, with nothing shown that is too few to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.results.facts import WEEKS
from clinics.results.hiding import LEAST, Shown, number
from clinics.results.published import EFFECTS, published
from painclinic.charts import Figure, Interval, Table, interval_figure, share_figure
from programs.formulas.effects import Effect, Sums, hedges_g, survival, wilson_interval
from programs.instruments.definition import Scale


@dataclass(frozen=True)
class Line:
    """One figure: what it is, the value, how many it rests on, and what was published."""

    label: str
    value: str
    of: str
    published: str = ""
    # Where its definition stands on the page.
    anchor: str = ""


@dataclass(frozen=True)
class MeasureRow:
    """One questionnaire: its change and what became of those who filled it in."""

    title: str
    n: str
    before: str
    after: str
    effect: str
    better: str
    worse: str
    fell30: str
    fell50: str
    missing: str
    published: str
    # For the chart; None where it is not shown.
    size: Effect | None
    other: float | None


def too_few() -> str:
    return _("too few to show")


def overview(shown: Shown) -> list[Line]:
    """Starts, completion, reply time, unwanted effects, minutes."""
    elsewhere = published()
    return [
        _share(shown, _("Started"), "started", "start-due", elsewhere["started"], "def-start"),
        _share(shown, _("Completed"), "completed", "over-started", elsewhere["completed"], "def-completion"),
        _share(
            shown,
            _("Answered within 24 hours"),
            "replies-in-time",
            "replies",
            elsewhere["replies"],
            "def-reply",
            more=_mean_reply(shown),
        ),
        _share(
            shown,
            _("Told of an unwanted effect"),
            "unwanted-any",
            "unwanted-n",
            "",
            "def-unwanted",
            more=_not_answered(shown, "unwanted-missing"),
        ),
        _share(shown, _("Put it down to the programme"), "unwanted-due", "unwanted-n", "", "def-unwanted"),
        _share(
            shown,
            _("Would recommend it"),
            "recommend-yes",
            "recommend-n",
            elsewhere["recommend"],
            "def-recommend",
            more=_not_answered(shown, "recommend-missing"),
        ),
        _minutes(shown, elsewhere["minutes"]),
    ]


def _minutes(shown: Shown, elsewhere: str) -> Line:
    """Per patient and week of treatment, and per course that is over."""
    label, anchor = _("Therapist minutes per patient and week"), "def-minutes"
    if not shown.count("timed"):
        return Line(label, _("nothing yet"), "", elsewhere, anchor)
    if shown.hides_count("started") or shown.hides_count("timed"):
        return Line(label, too_few(), "", elsewhere, anchor)
    weekly = float(shown.totals.get("minutes", 0)) / max(1, shown.count("minute-weeks"))
    over = ""
    if shown.count("over-started") and not shown.hides_count("over-started"):
        course = float(shown.totals.get("over-minutes", 0)) / shown.count("over-started")
        over = _("%(minutes)s minutes per course, of %(n)s that are over") % {
            "minutes": number_format(round(course, 1), 1),
            "n": shown.count("over-started"),
        }
    started = _("of %(n)s who started") % {"n": shown.count("started")}
    return Line(label, number_format(round(weekly, 1), 1), _join(started, over), elsewhere, anchor)


def _share(shown: Shown, label: str, name: str, of: str, elsewhere: str, anchor: str, more: str = "") -> Line:
    whole, part = shown.count(of), shown.count(name)
    if not whole:
        return Line(label, _("nothing yet"), more, elsewhere, anchor)
    if shown.hides_count(of):
        return Line(label, too_few(), "", elsewhere, anchor)
    if shown.hides_share(name, of):
        said = _few_words(part, whole)
        return Line(label, said, _join(_("of %(n)s") % {"n": whole}, more), elsewhere, anchor)
    low, high = wilson_interval(part, whole)
    words = _("%(part)s of %(n)s; 95%% interval %(low)s to %(high)s%%") % {
        "part": part,
        "n": whole,
        "low": f"{low * 100:.0f}",
        "high": f"{high * 100:.0f}",
    }
    return Line(label, percent(part, whole), _join(words, more), elsewhere, anchor)


def _few_words(part: int, whole: int) -> str:
    """Which side is small may be said; how small may not. Where neither is, another group's would be told."""
    if part < LEAST:
        return _("fewer than 5")
    return _("all but fewer than 5") if whole - part < LEAST else too_few()


def _join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def percent(part: int, whole: int) -> str:
    """A whole percentage: the numbers it rests on stand beside it."""
    return f"{part / whole * 100:.0f}%"


def _mean_reply(shown: Shown) -> str:
    replies = shown.count("replies")
    if not replies or shown.hides_count("replies"):
        return ""
    hours = float(shown.totals.get("reply-hours", 0)) / replies
    return _("on average after %(hours)s weekday hours") % {"hours": number_format(round(hours, 1), 1)}


def _not_answered(shown: Shown, name: str) -> str:
    missing = shown.count(name)
    if not missing:
        return ""
    if shown.hides_count(name):
        return _("fewer than 5 did not answer")
    return ngettext("%(n)s did not answer", "%(n)s did not answer", missing) % {"n": missing}


def people(shown: Shown) -> str:
    """How many courses the page is about."""
    if shown.hides_count("enrolled"):
        return too_few()
    count = shown.count("enrolled")
    return ngettext("%(n)s course", "%(n)s courses", count) % {"n": number_format(count, force_grouping=True)}


def measures(shown: Shown, scales: Mapping[str, tuple[str, Scale]]) -> list[MeasureRow]:
    """A row for each questionnaire that has a first score from anybody, in the order of `scales`."""
    return [
        _measure(shown, slug, title, scale)
        for slug, (title, scale) in scales.items()
        if shown.count(f"{slug}:with-pre") or shown.count(f"{slug}:no-pre")
    ]


def _measure(shown: Shown, slug: str, title: str, scale: Scale) -> MeasureRow:
    sums = sums_of_measure(shown, slug)
    hidden = sums.n == 0 or shown.hides_count(f"{slug}:n")
    size = None if hidden else hedges_g(sums, higher_is_worse=scale.higher_is_worse)
    other = EFFECTS.get(slug)

    def share(name: str, of: str) -> str:
        return part_of(shown, f"{slug}:{name}", f"{slug}:{of}")

    return MeasureRow(
        title=title,
        n=(_("nothing yet") if not sums.n else too_few()) if hidden else str(sums.n),
        before="–" if hidden else mean_words(sums.mean_pre, sums.sd_pre),
        after="–" if hidden else mean_words(sums.mean_post, sums.sd_post),
        effect=effect_words(size) if size else "–",
        better=share("better", "told"),
        worse=share("worse", "told"),
        fell30=share("fell30", "asked30"),
        fell50=share("fell50", "asked50"),
        missing=missing_words(shown, slug),
        published=f"{other:.2f}" if other else "–",
        size=size,
        other=other,
    )


def sums_of_measure(shown: Shown, slug: str, when: str = "") -> Sums:
    """The sums of first and last scores of those who gave both; `when` is the prefix of a follow-up."""
    found = [
        float(shown.totals.get(f"{slug}:{when}{name}", 0))
        for name in ("pre", "post", "pre2", "post2", "cross")
    ]
    return Sums(shown.count(f"{slug}:{when}n"), *found)


def part_of(shown: Shown, name: str, of: str) -> str:
    """A share in a cell: "62% (n 130)", or that it is too few."""
    whole, part = shown.count(of), shown.count(name)
    if not whole:
        return "–"
    if shown.hides_count(of):
        return too_few()
    if shown.hides_share(name, of):
        return _few_words(part, whole)
    return _("%(share)s of %(n)s") % {"share": percent(part, whole), "n": whole}


def mean_words(mean: float, sd: float) -> str:
    return f"{number_format(round(mean, 1), 1)} ({number_format(round(sd, 1), 1)})"


def effect_words(size: Effect) -> str:
    return _("%(g)s (%(low)s to %(high)s)") % {
        "g": number_format(round(size.g, 2), 2),
        "low": number_format(round(size.low, 2), 2),
        "high": number_format(round(size.high, 2), 2),
    }


def missing_words(shown: Shown, slug: str, when: str = "") -> str:
    """What is not there: first scores without a last, not due yet, and last scores without a first."""
    words = {
        "missing": _("no last score: %(n)s"),
        "waiting": _("last one not due yet: %(n)s"),
        "no-pre": _("no first score: %(n)s"),
    }
    said = []
    for name, text in words.items():
        count = shown.count(f"{slug}:{when}{name}")
        if count:
            hidden = shown.hides_count(f"{slug}:{when}{name}")
            said.append(
                text
                % {"n": _("fewer than 5") if hidden and count < LEAST else too_few() if hidden else count}
            )
    return "; ".join(said) or _("none")


def effect_chart(rows: list[MeasureRow]) -> Figure | None:
    """Effect sizes with their intervals, beside published ones."""
    drawn = [row for row in rows if row.size]
    if not drawn:
        return None
    intervals = [
        Interval(row.title, row.size.g, row.size.low, row.size.high, row.other) for row in drawn if row.size
    ]
    table = Table(
        [
            _("Questionnaire"),
            # xgettext:no-python-format  # noqa: ERA001 (it tells makemessages)
            _("Hedges' g (95% interval)"),
            _("Published"),
        ],
        [[row.title, row.effect, row.published] for row in drawn],
    )
    sentence = _("Improvement from first to last score, as Hedges' g. To the right of the line is better.")
    return interval_figure(
        intervals,
        uid="effects",
        title=_("How large the change is"),
        sentence=sentence,
        table=table,
        other_label=_("published elsewhere"),
    )


def weeks_chart(shown: Shown) -> Figure | None:
    """The share of starters still using the programme after each week."""
    shares = weekly(shown)
    if not any(share is not None for share in shares):
        return None
    table = Table(
        [_("Week"), _("Still using it, or finished")],
        [
            [str(week), "–" if share is None else f"{share * 100:.0f}%"]
            for week, share in enumerate(shares, start=1)
        ],
    )
    known = [share for share in shares if share is not None]
    sentence = _(
        "Of those who started, %(share)s%% still used the programme in the last week shown, or had finished."
    ) % {"share": f"{known[-1] * 100:.0f}"}
    return share_figure(
        shares,
        uid="weeks",
        title=_("Who stays, week by week"),
        sentence=sentence,
        table=table,
        label=_("% of starters, after each week"),
    )


def weekly(shown: Shown) -> list[float | None]:
    """Survival by week. A week is left out until at least five have left since the last one shown."""
    if not shown.count("started") or shown.hides_count("started"):
        return []
    steps = [(shown.count(f"week-{week}"), shown.count(f"week-{week}-left")) for week in range(1, WEEKS + 1)]
    shares: list[float | None] = []
    since: list[str] = []
    for week, share in enumerate(survival(steps), start=1):
        since.append(f"week-{week}-left")
        if shown.hides(_left(tuple(since))) or shown.hides_count(f"week-{week}"):
            shares.append(None)
        else:
            shares.append(share)
            since = []
    return shares


def _left(names: tuple[str, ...]) -> Any:
    return lambda totals: sum(number(totals, name) for name in names)
