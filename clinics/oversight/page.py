"""The safety overview in words: everything that its page shows, for one clinic and one period."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.oversight import words
from clinics.oversight.rounds import MOST_BREACHES, TENTHS, Breach, Times, What, breaches, times
from clinics.oversight.standing import (
    MOST_OPEN,
    FailedDay,
    Gap,
    Kinds,
    Marks,
    OpenAlert,
    Standing,
    failed_notices,
    kinds,
    marks,
    open_alerts,
    rota_gaps,
    standing,
)
from clinics.results.hiding import hidden_values
from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import Clinic, User
from painclinic.charts import Curve, Figure, Table, cumulative_figure
from patients.models import Alert
from patients.presenters.support import rule_words

# Shares of the time that the tables under the charts give, in tenths of it.
_TABLE_TENTHS = (2, 5, 8, 10, 15, 20)


@dataclass(frozen=True)
class StandingRow:
    """How many open alerts of a level stand where, and for how long the oldest has been open."""

    level: str
    state: str
    tone: str
    count: int
    oldest: str


@dataclass(frozen=True)
class OpenRow:
    """One open alert; `url` is empty for whoever may not open it."""

    level: str
    state: str
    tone: str
    since: datetime
    age: str
    due: str
    url: str


@dataclass(frozen=True)
class TimesRow:
    """One level against one clock."""

    level: str
    n: int
    median: str
    p90: str
    longest: str
    within: str
    late: str
    other: str


@dataclass(frozen=True)
class Clock:
    """One clock in figures: a row for each level, and the curve."""

    what: str
    title: str
    rows: list[TimesRow]
    chart: Figure | None


@dataclass(frozen=True)
class BreachRow:
    """One round that was late: what the chain did, and how late it was."""

    level: str
    what: str
    since: datetime
    due: datetime
    late: str
    ended: str
    tone: str
    steps: list[str]
    url: str


@dataclass(frozen=True)
class Count:
    """How many of something; in words where the number is too small to show."""

    label: str
    number: str


@dataclass(frozen=True)
class Overview:
    """All that the page shows. At most nine queries, whatever there is."""

    standing: list[StandingRow]
    open_count: int
    open_rows: list[OpenRow]
    more_open: int
    clocks: list[Clock]
    breaches: list[BreachRow]
    breach_count: int
    failed: list[FailedDay]
    gaps: list[Gap]
    kinds: Kinds
    levels: list[Count]
    rules: list[Count]
    outcomes: list[Count]
    false_alarms: str
    marks: Marks
    marks_words: str


def overview(user: User, clinic: Clinic, since: datetime, until: datetime, *, sees_all: bool) -> Overview:
    """The overview of a clinic for `user`. Without `sees_all` numbers from 1 to 4 of a rule or an outcome
    are not shown: with the time of an alert they could point to a person.
    """
    stands, opened = standing(clinic), open_alerts(clinic)
    found, late = times(clinic, since, until), breaches(clinic, since, until)
    links = _links(user, {one.id for one in opened} | {one.alert_id for one in late})
    counted, marked = kinds(clinic, since, until), marks(clinic, since, until)
    open_count = sum(one.count for one in stands)
    outcomes = _counts(_outcome_words(counted), sees_all)
    return Overview(
        standing=[_standing_row(one) for one in stands],
        open_count=open_count,
        open_rows=[_open_row(one, links) for one in opened],
        more_open=max(0, open_count - MOST_OPEN),
        clocks=[_clock(what, [one for one in found if one.what == what]) for what in What],
        breaches=[_breach_row(one, links) for one in late],
        breach_count=sum(one.breaches for one in found),
        failed=failed_notices(clinic, since, until),
        gaps=rota_gaps(clinic),
        kinds=counted,
        levels=[Count(words.level(key), str(n)) for key, n in sorted(counted.levels.items(), reverse=True)],
        rules=_counts(_rule_words(counted), sees_all),
        outcomes=outcomes,
        false_alarms=_false_alarms(outcomes),
        marks=marked,
        marks_words=_marks_words(marked),
    )


def _links(user: User, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The addresses of those alerts that the reader may open. One query."""
    mine = clinics_where(user, Permission.ALERT_HANDLE)
    seen = Alert.objects.visible_to(user).filter(pk__in=ids, clinic_id__in=mine).order_by()
    return {pk: reverse("therapists:alert-detail", args=[pk]) for pk in seen.values_list("pk", flat=True)}


def _standing_row(one: Standing) -> StandingRow:
    state, tone = words.BANDS[one.band]
    return StandingRow(
        words.level(one.level), str(state), tone, one.count, words.span(clock.now() - one.oldest)
    )


def _open_row(one: OpenAlert, links: Mapping[UUID, str]) -> OpenRow:
    state, tone = words.BANDS[one.band]
    return OpenRow(
        level=words.level(one.level),
        state=str(state),
        tone=tone,
        since=one.last_raised_at,
        age=words.span(clock.now() - one.last_raised_at),
        due=_due(one.due_at),
        url=links.get(one.id, ""),
    )


def _due(due_at: datetime | None) -> str:
    if due_at is None:
        return "–"
    gap = due_at - clock.now()
    text = _("%(span)s left") if gap.total_seconds() > 0 else _("%(span)s late")
    return text % {"span": words.span(abs(gap))}


def _clock(what: What, found: Sequence[Times]) -> Clock:
    titles = {
        What.ACK: _("Until somebody had the alert"),
        What.ACT: _("Until somebody tried to reach the person"),
    }
    rows = [_times_row(one) for one in found]
    return Clock(what, titles[what], rows, _chart(what, titles[what], [one for one in found if one.counted]))


def _times_row(one: Times) -> TimesRow:
    return TimesRow(
        level=words.level(one.level),
        n=one.total,
        median=_span(one.median),
        p90=_span(one.p90),
        longest=_span(one.longest),
        within=words.share(one.in_time, one.counted),
        late=_late(one),
        other=_other(one),
    )


def _span(length: timedelta | None) -> str:
    return "–" if length is None else words.span(length)


def _late(one: Times) -> str:
    parts = []
    if one.late:
        longest = words.span(one.longest_over) if one.longest_over else "–"
        parts.append(
            _("%(n)s late, by %(span)s at most") % {"n": one.late, "span": longest},
        )
    if one.late_again:
        parts.append(_("%(n)s not before it came again") % {"n": one.late_again})
    if one.never:
        parts.append(_("%(n)s not yet") % {"n": one.never})
    return "; ".join(parts) or _("none")


def _other(one: Times) -> str:
    parts = []
    if one.running:
        parts.append(_("%(n)s not due yet") % {"n": one.running})
    if one.again:
        parts.append(_("%(n)s came again before they were due") % {"n": one.again})
    return "; ".join(parts) or "–"


def _chart(what: What, title: str, found: Sequence[Times]) -> Figure | None:
    """The share done by each tenth of the time that each alert had: so that nights and levels compare."""
    if not found:
        return None
    head = [_("Of the time allowed"), *(words.level(one.level) for one in found)]
    rows = [[f"{n * 10}%", *(f"{one.curve[n - 1] * 100:.0f}%" for one in found)] for n in _TABLE_TENTHS]
    said = ", ".join(f"{words.level(one.level)} {words.share(one.in_time, one.counted)}" for one in found)
    labels = (_("%(level)s (%(n)s)") % {"level": words.level(one.level), "n": one.counted} for one in found)
    return cumulative_figure(
        [Curve(label, one.curve) for label, one in zip(labels, found, strict=True)],
        uid=f"used-{what}",
        title=title,
        sentence=_("Done within the time allowed: %(levels)s.") % {"levels": said},
        table=Table(head, rows),
        label=_("done, in % of alerts"),
        ticks=[(n / TENTHS, f"{n * 10}%") for n in range(0, TENTHS + 1, TENTHS // 4)],
        mark=(10 / TENTHS, _("due")),
    )


def _breach_row(one: Breach, links: Mapping[UUID, str]) -> BreachRow:
    late = words.span(one.over)
    if one.state == "never":
        ended = _("not done yet, %(span)s late") % {"span": late}
    elif one.state == "late-again":
        ended = _("not done before it came again, %(span)s late by then") % {"span": late}
    else:
        ended = _("done, %(span)s late") % {"span": late}
    return BreachRow(
        level=words.level(one.level),
        what=str(words.LATE[one.what]),
        since=one.began,
        due=one.due,
        late=late,
        ended=ended,
        tone="danger" if one.state == "never" else "attention",
        steps=[words.step(name) for name in one.steps],
        url=links.get(one.alert_id, ""),
    )


def _rule_words(counted: Kinds) -> Mapping[str, int]:
    return {str(rule_words(slug)): n for slug, n in counted.rules.most_common()}


def _outcome_words(counted: Kinds) -> Mapping[str, int]:
    named: Counter[str] = Counter()
    for slug, n in counted.outcomes.most_common():
        named[str(Alert.Outcome(slug).label) if slug else _("none yet")] += n
    return named


def _counts(numbers: Mapping[str, int], sees_all: bool) -> list[Count]:
    hidden: set[str] = set() if sees_all else hidden_values(numbers)
    return [Count(label, _("too few to show") if label in hidden else str(n)) for label, n in numbers.items()]


def _false_alarms(outcomes: Iterable[Count]) -> str:
    label = str(Alert.Outcome.FALSE_ALARM.label)
    return next((one.number for one in outcomes if one.label == label), "0")


def _marks_words(marked: Marks) -> str:
    """How texts that should be read soon were read."""
    parts = []
    if marked.unread and marked.oldest:
        text = ngettext(
            "%(n)s text waits to be read, for %(span)s.",
            "%(n)s texts wait to be read, the oldest for %(span)s.",
            marked.unread,
        )
        parts.append(text % {"n": marked.unread, "span": words.span(clock.now() - marked.oldest)})
    else:
        parts.append(_("No text waits to be read."))
    if marked.read and marked.mean and marked.longest:
        text = ngettext(
            "Of those marked in the period %(n)s was read, after %(mean)s.",
            "Of those marked in the period %(n)s were read, after %(mean)s on average, %(longest)s at most.",
            marked.read,
        )
        spans = {"mean": words.span(marked.mean), "longest": words.span(marked.longest)}
        parts.append(text % {"n": marked.read, **spans})
    return " ".join(parts)


__all__ = ["MOST_BREACHES", "MOST_OPEN", "Overview", "overview"]
