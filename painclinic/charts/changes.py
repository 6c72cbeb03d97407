"""Before and after, side by side: for each thing two bars on one scale, with both values written out."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from painclinic.charts import svg, wording
from painclinic.charts.axes import Frame, Scale, empty
from painclinic.charts.bars import box
from painclinic.charts.data import ChartError, clean
from painclinic.charts.figures import Figure
from painclinic.charts.lines import NARROW, WIDE
from painclinic.charts.wording import Table

MAX_CHANGES = 20
_KEY, _LABEL, _BAR, _GAP = 34, 20, 15, 14
# Room for the longest value at the end of a full bar: "100%".
_VALUE = 44


@dataclass(frozen=True, slots=True)
class Change:
    """One thing measured twice; None where one of the two was not written down."""

    label: str
    before: float | None
    after: float | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "before", clean(self.before))
        object.__setattr__(self, "after", clean(self.after))


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows on one scale from nought to `top`, and what the two bars of each are called."""

    rows: Sequence[Change]
    top: float
    names: tuple[str, str]
    unit: str = ""

    def __post_init__(self) -> None:
        if len(self.rows) > MAX_CHANGES:
            raise ChartError(f"At most {MAX_CHANGES} pairs of bars fit.")
        if self.top <= 0:
            raise ChartError("The scale needs a top above nought.")

    def said(self, value: float | None) -> str:
        """A value as it stands at the end of its bar: "40%"."""
        return f"{wording.number(value)}{self.unit}" if value is not None else wording.number(None)


def change_figure(
    changes: Changes, *, uid: str, title: str, first_column: str = "", sentence: str = ""
) -> Figure:
    """Pairs of bars with sentence and table. `sentence` replaces the one made from the data."""
    said = sentence or change_sentence(changes)

    def draw(suffix: str, width: int) -> SafeString:
        return change_chart(changes, uid=f"{uid}-{suffix}", title=title, description=said, width=width)

    rows = [[row.label, changes.said(row.before), changes.said(row.after)] for row in changes.rows]
    table = Table([first_column or gettext("What"), *changes.names], rows)
    return Figure(uid, title, said, table, draw("wide", WIDE), draw("narrow", NARROW))


def change_chart(
    changes: Changes, *, uid: str, title: str, description: str = "", width: int = WIDE
) -> SafeString:
    """Pairs of bars as an accessible SVG, as high as it has rows."""
    row = _LABEL + 2 * _BAR + _GAP
    height = _KEY + max(1, len(changes.rows)) * row
    frame = Frame(2, width - _VALUE, _KEY, height)
    placed = ((one, _KEY + place * row) for place, one in enumerate(changes.rows))
    drawn = [part for one, y in placed for part in _row(changes, one, frame, y)]
    return svg.picture(
        _key(changes, width),
        *(drawn or [empty(frame)]),
        uid=uid,
        title=title,
        description=description or change_sentence(changes),
        width=width,
        height=height,
        class_="chart-wide" if width > NARROW * 1.5 else "chart-narrow",
    )


def change_sentence(changes: Changes) -> str:
    """Each row in words: "Sad: 80% before, 40% after."."""
    known = [row for row in changes.rows if row.before is not None or row.after is not None]
    said = [
        gettext("%(label)s: %(first)s %(before)s, %(second)s %(after)s.")
        % {
            "label": row.label,
            "first": changes.names[0].lower(),
            "before": changes.said(row.before),
            "second": changes.names[1].lower(),
            "after": changes.said(row.after),
        }
        for row in known
    ]
    return " ".join(said) if said else wording.nothing_yet()


def _key(changes: Changes, width: int) -> SafeString:
    """What the pale and the full bar stand for."""
    drawn, x = [], 2.0
    for index, name in ((1, changes.names[0]), (0, changes.names[1])):
        text = svg.fitted(name, width / 2 - 24)
        drawn.append(box(index, x=x + 1, y=5, width=12, height=12))
        drawn.append(svg.label(x + 20, 16, text, class_="chart-label", fill=svg.INK))
        x += 20 + svg.breadth(text) + 16
    return svg.group("chart-key", *drawn)


def _row(changes: Changes, row: Change, frame: Frame, y: float) -> list[SafeString]:
    scale = Scale(0, changes.top, frame.left, frame.right)
    text = svg.fitted(row.label, frame.right + _VALUE - 4)
    drawn = [svg.label(frame.left, y + 13, text, class_="chart-label", fill=svg.INK)]
    for index, value, top in ((1, row.before, y + _LABEL), (0, row.after, y + _LABEL + _BAR)):
        if value is None:
            continue
        end = max(scale(value), frame.left + 1)
        drawn.append(box(index, x=frame.left, y=top, width=end - frame.left, height=_BAR - 2))
        drawn.append(svg.label(end + 6, top + 11, changes.said(value), class_="chart-tick"))
    return [svg.group("chart-bar", *drawn)]
