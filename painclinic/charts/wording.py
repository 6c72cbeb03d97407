"""Charts in words: numbers and days as people write them, the table behind a picture, and the
sentence that says what it shows. In the language that is active when it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext

from painclinic.charts.data import Event, Point, Series, Stack, day_of


@dataclass(frozen=True, slots=True)
class Table:
    """The data of a chart as a table; the first cell of each row names it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def number(value: float | None) -> str:
    """At most one decimal, none where it would be nought; a dash where nothing was written."""
    if value is None:
        return "–"
    rounded = round(value, 1)
    return str(number_format(rounded, 0 if rounded == int(rounded) else 1))


def amount(value: float | None, unit: str) -> str:
    """A number with its unit: "40 minutes", or "6" where there is none."""
    return f"{number(value)} {unit}" if unit and value is not None else number(value)


def axis_days(days: Sequence[date]) -> list[str]:
    """Days under an axis: "Mon 4" within a week, "4 Mar" within a year, else "Mar 2027"."""
    if len(days) > 1 and (days[-1] - days[0]).days < 7:
        pattern = pgettext("date format: weekday under a chart", "D j")
    elif days and days[0].year == days[-1].year:
        pattern = pgettext("date format: day under a chart", "j M")
    elif all(day.day == 1 for day in days):
        pattern = pgettext("date format: month under a chart", "M Y")
    else:
        pattern = pgettext("date format: day and year under a chart", "j M y")
    return [date_format(day, pattern) for day in days]


def day(at: date, *, year: bool = False) -> str:
    """A day in a sentence: "4 March", with the year where it is asked for."""
    if year:
        return date_format(at, pgettext("date format: day and year in a sentence", "j F Y"))
    return date_format(at, pgettext("date format: day in a sentence", "j F"))


def span(first: date, last: date) -> str:
    """ "on 4 March", or "from 4 March to 17 March", with years where they differ."""
    if first == last:
        return gettext("on %(day)s") % {"day": day(first)}
    words = {
        "first": day(first, year=first.year != last.year),
        "last": day(last, year=first.year != last.year),
    }
    return gettext("from %(first)s to %(last)s") % words


def line_sentence(series: Sequence[Series]) -> str:
    """What a line chart shows: for each line where it began, where it is now, and how far it went."""
    said = [_line(one) for one in series if one.known]
    return " ".join(said) if said else nothing_yet()


def nothing_yet() -> str:
    """What a chart without data says."""
    return gettext("Nothing to show yet.")


def _line(one: Series) -> str:
    known = one.known
    first, last = known[0], known[-1]
    low, high = (choose(known, key=_value).value for choose in (min, max))
    facts = {
        "label": one.label,
        "first": amount(first.value, one.unit),
        "last": amount(last.value, one.unit),
        "low": amount(low, one.unit),
        "high": amount(high, one.unit),
        "span": span(day_of(first.at), day_of(last.at)),
        "first_day": day(day_of(first.at)),
        "last_day": day(day_of(last.at)),
    }
    if len(known) == 1:
        return gettext("%(label)s: %(last)s %(span)s.") % facts
    if low == high:
        return gettext("%(label)s: %(last)s each time %(span)s.") % facts
    if day_of(first.at) == day_of(last.at):
        return gettext("%(label)s %(span)s: between %(low)s and %(high)s, last %(last)s.") % facts
    return (
        gettext(
            "%(label)s: %(first)s on %(first_day)s, %(last)s on %(last_day)s; between %(low)s and %(high)s."
        )
        % facts
    )


def _value(point: Point) -> float:
    return point.value or 0.0


def stack_sentence(stack: Stack) -> str:
    """What bars show: how many days were logged, the average of each part, and the rating."""
    logged = stack.logged
    if not logged:
        return nothing_yet()
    if stack.days == 7:
        count = ngettext(
            "%(count)s week with entries %(span)s.", "%(count)s weeks with entries %(span)s.", len(logged)
        )
    else:
        count = ngettext("%(count)s day logged %(span)s.", "%(count)s days logged %(span)s.", len(logged))
    said = [count % {"count": len(logged), "span": span(logged[0].on, logged[-1].on)}]
    said += [_average(stack, index) for index in range(len(stack.part_labels))]
    said.append(_ratings(stack))
    return " ".join(part for part in said if part)


def _average(stack: Stack, index: int) -> str:
    known = [part for bar in stack.logged if (part := bar.parts[index]) is not None]
    if not known:
        return ""
    mean = amount(float(round(sum(known) / len(known))), stack.unit)
    return gettext("%(label)s: %(mean)s a day on average.") % {
        "label": stack.part_labels[index],
        "mean": mean,
    }


def _ratings(stack: Stack) -> str:
    points = [Point(bar.on, bar.rating) for bar in stack.logged]
    rated = Series(stack.rating_label, points)
    return _line(rated) if stack.rating_label and rated.known else ""


def last_value(value: float | None) -> str:
    """The latest value as it is written out on a picture."""
    return gettext("last: %(value)s") % {"value": number(value)}


def spark_sentence(one: Series) -> str:
    """The shape of a small line: first, last, lowest and highest value, without days."""
    known = [point.value for point in one.known if point.value is not None]
    if not known:
        return nothing_yet()
    facts = {
        "first": number(known[0]),
        "last": number(known[-1]),
        "low": number(min(known)),
        "high": number(max(known)),
    }
    return gettext("From %(first)s to %(last)s, between %(low)s and %(high)s.") % facts


def line_table(series: Sequence[Series], events: Sequence[Event] = (), label: str = "") -> Table:
    """One row a day (the last value of the day), one column a line, events in a column of their own."""
    head = [label or gettext("Day"), *(_headed(one.label, one.unit) for one in series)]
    days: dict[date, list[str]] = {}
    for index, one in enumerate(series):
        for point in one.known:
            days.setdefault(day_of(point.at), ["–"] * len(series))[index] = number(point.value)
    notes = {day_of(event.at): event.label for event in reversed(events)}
    if not notes:
        return Table(head, [[_row_day(at, days), *cells] for at, cells in sorted(days.items())])
    for at in notes:
        days.setdefault(at, ["–"] * len(series))
    rows = [[_row_day(at, days), *cells, notes.get(at, "")] for at, cells in sorted(days.items())]
    return Table([*head, gettext("What happened")], rows)


def stack_table(stack: Stack) -> Table:
    """One row for each logged day (or week), one column a part, the rating last."""
    head = [gettext("Week of") if stack.days == 7 else gettext("Day")]
    head += [_headed(label, stack.unit) for label in stack.part_labels]
    days = {bar.on: [number(part) for part in bar.parts] for bar in stack.logged}
    if stack.rating_label:
        head.append(stack.rating_label)
        days = {bar.on: [*days[bar.on], number(bar.rating)] for bar in stack.logged}
    return Table(head, [[_row_day(at, days), *cells] for at, cells in days.items()])


def _headed(label: str, unit: str) -> str:
    return gettext("%(label)s, %(unit)s") % {"label": label, "unit": unit} if unit else label


def _row_day(at: date, days: dict[date, list[str]]) -> str:
    return day(at, year=min(days).year != max(days).year)
