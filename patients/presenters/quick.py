"""Short forms: a line of a log in two or three taps, and looking back on a planned activity.

A short form asks for a few fields of a worksheet. The last of them is answered by a press that
saves. What stays the same from one time to the next is offered again; how it felt never is. From the
home page a line takes three taps at most, the one that opens the form and the one that saves counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from patients.log_reading import ACTIVITY, CATCHER, PLANS, RELAXATION, SLEEP
from patients.models import Enrolment, Entry
from patients.pacing import LOG_SHEET, Track, given_for
from patients.presenters.practice import AGAIN
from programs.models import Worksheet
from programs.worksheets import Choice, FormField, answers_for, fields_for, initial

TIMES = ("into_bed", "tried_to_sleep", "sol_min", "waso_min", "final_wake", "out_of_bed")


@dataclass(frozen=True)
class Short:
    """What a short form asks: `fields` in order, `press` last, `again` is copied from an earlier line.

    With `at_once` the newest line is offered without asking; otherwise only when it is chosen.
    `suggest` is filled in while there is no earlier line, and says that it is a suggestion.
    """

    fields: tuple[str, ...]
    press: str = ""
    again: tuple[str, ...] = ()
    at_once: bool = True
    suggest: Mapping[str, str] = field(default_factory=dict)


SHORT: Mapping[str, Short] = {
    ACTIVITY: Short(
        ("date", "activity", "category", "minutes"),
        "pain_after",
        ("activity", "category", "minutes"),
        suggest={"minutes": "15"},
    ),
    RELAXATION: Short(
        ("date", "technique", "minutes", "tension_before"),
        "tension_after",
        ("technique", "minutes"),
        suggest={"technique": "belly-breathing", "minutes": "10"},
    ),
    LOG_SHEET: Short(("activity", "date", "done"), "kept_to_plan", ("activity", "done")),
    # A thought is caught while it is there; what belongs to it can be added afterwards.
    CATCHER: Short(("when", "thought"), "belief_before"),
    PLANS: Short(("activity", "planned_date"), again=("activity",)),
    # A night is not taken for the one before unless somebody says so.
    SLEEP: Short(("date_of_morning", *TIMES), "quality", TIMES, at_once=False),
}
OUTCOME: Mapping[str, Short] = {
    PLANS: Short(("done", "actual_enjoyment", "actual_pain", "what_got_in_the_way")),
}


@dataclass(frozen=True)
class Again:
    """An earlier line to begin from, by what would be the same."""

    entry: Entry
    text: str


@dataclass(frozen=True)
class ShortForm:
    """A short form as its page shows it. `choices` are earlier lines to begin from."""

    worksheet: Worksheet
    fields: list[FormField]
    press: FormField | None
    errors: Mapping[str, str]
    choices: list[Again]
    plans: list[Track]

    @property
    def summary(self) -> list[tuple[str, str, str]]:
        """Each fault with the id of its input and the label; faults of fields not shown come without one."""
        shown = [*self.fields, *([self.press] if self.press else [])]
        names = {field.name for field in shown}
        found = [(field.id, field.label, field.error) for field in shown if field.error]
        return found + [("", "", text) for name, text in self.errors.items() if name not in names]


def short_for(worksheet: Worksheet, forms: Mapping[str, Short] = SHORT) -> Short | None:
    """The short form of a worksheet; None where it has none, or lacks a field of it."""
    short = forms.get(worksheet.slug)
    if short is None:
        return None
    wanted = {*short.fields, *([short.press] if short.press else [])}
    return short if wanted <= {spec.name for spec in worksheet.spec.fields} else None


def write_url(slug: str) -> str:
    """The shortest way to a new line of a log."""
    return reverse("patients:quick-entry" if slug in SHORT else "patients:entry-new", args=[slug])


def earlier_lines(user: User, enrolment: Enrolment, worksheet: Worksheet, short: Short) -> list[Entry]:
    """The last few different lines that a new one can begin from, the newest first."""
    if not short.again:
        return []
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).of(worksheet.slug)
    different: dict[tuple[str, ...], Entry] = {}
    for entry in mine.order_by("-on_date", "-submitted_at")[:30]:
        answers = entry.answers
        different.setdefault(tuple(str(answers.get(name, "")).casefold() for name in short.again), entry)
    return list(different.values())[: AGAIN if short.at_once else 1]


def short_form(
    worksheet: Worksheet,
    short: Short,
    *,
    today: date,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    lines: Sequence[Entry] = (),
    like: UUID | None = None,
    tracks: Sequence[Track] = (),
    plan: UUID | None = None,
    now: datetime | None = None,
) -> ShortForm:
    """The form with what was typed, else with what an earlier line (`like`) or a plan offers.

    `now` is the patient's own time, for a log of moments. `lines` and `tracks` are the patient's own:
    an id that is not among them offers nothing.
    """
    chosen = _chosen(short, lines, like)
    begun = typed if typed is not None else _offered(worksheet, short, chosen, today, now)
    given = given_for(worksheet, tracks, begun, plan)
    if typed is None and given and "done" in short.fields:
        target = next((value.raw for name, value in given.items() if name == "target"), "")
        begun = {**begun, "done": target}
    by_name = {field.name: field for field in fields_for(worksheet.definition, begun, errors)}
    fields = []
    for name in short.fields:
        one = by_name[name]
        if name in given:
            one = replace(one, input="given", value=given[name].raw, shown=given[name].shown)
        elif chosen is None and typed is None and short.suggest.get(name):
            one = replace(one, hint=_("A suggestion. Change it if it was different."))
            one = replace(one, described_by=one.hint_id)
        fields.append(_day_choice(worksheet, one, today))
    return ShortForm(
        worksheet=worksheet,
        fields=fields,
        press=_press(by_name[short.press]) if short.press else None,
        errors=errors or {},
        choices=[_again(worksheet, short, entry) for entry in lines if entry != chosen],
        plans=list(tracks) if len(tracks) > 1 else [],
    )


def _press(field: FormField) -> FormField:
    """The field whose answers are pressed; of a per cent every tenth."""
    if field.type != "pct":
        return field
    tenths = (str(score) for score in range(0, 101, 10))
    return replace(field, choices=tuple(Choice(one, f"{one}%", one == field.value) for one in tenths))


def _chosen(short: Short, lines: Sequence[Entry], like: UUID | None) -> Entry | None:
    """The earlier line that is offered again: the one that was pressed, else perhaps the newest."""
    newest = lines[0] if short.at_once and lines else None
    return next((entry for entry in lines if entry.pk == like), newest)


def _again(worksheet: Worksheet, short: Short, entry: Entry) -> Again:
    if not short.at_once:
        return Again(entry, _("The same as the last time"))
    said = [
        answer.text for answer in answers_for(worksheet.spec, entry.answers) if answer.name in short.again
    ]
    return Again(entry, " · ".join(text for text in said if text))


def _offered(
    worksheet: Worksheet, short: Short, chosen: Entry | None, today: date, now: datetime | None
) -> dict[str, Any]:
    offered: dict[str, Any] = dict(initial(worksheet.definition, today=today))
    moment = worksheet.spec.field((worksheet.definition.get("log") or {}).get("date_field", ""))
    if now and moment and moment.type == "datetime":
        offered[moment.name] = f"{now:%Y-%m-%dT%H:%M}"
    if chosen is None:
        return offered | dict(short.suggest)
    return offered | {name: chosen.answers[name] for name in short.again if name in chosen.answers}


def _day_choice(worksheet: Worksheet, field: FormField, today: date) -> FormField:
    """The day of a line as a list of days, today first: shorter than a calendar."""
    log = worksheet.definition.get("log") or {}
    if field.name != log.get("date_field") or field.type != "date" or "future_days" in log:
        return field
    days = [today - timedelta(days=back) for back in range(int(log.get("backdate_days", 0)) + 1)]
    chosen = field.value or today.isoformat()
    choices = tuple(
        Choice(day.isoformat(), _day_in_words(day, today), day.isoformat() == chosen) for day in days
    )
    return replace(field, input="select", choices=choices)


def _day_in_words(day: date, today: date) -> str:
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return date_format(day, _("l j F"))
