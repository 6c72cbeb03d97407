"""What the practice page shows: logs by day, and the worksheets that were filled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Figure
from patients.actions.goals import GOAL_SHEET
from patients.actions.homework import TaskState, task_states
from patients.log_reading import ACTIVITY, CARDS, PLANS, RELAXATION, SLEEP, SLEEP_PLAN, THOUGHTS
from patients.models import Enrolment, Entry, Homework, ModuleProgress
from patients.pacing import LOG_SHEET, PLAN_SHEET
from patients.presenters.activity import activity_figure, activity_of
from patients.presenters.library import ASKS_FOR_TECHNIQUE
from programs.models import Module, Worksheet
from programs.worksheets import Answer, answers_for, derived_lines
from programs.worksheets.activity import ActivityDay, ActivitySummary, BoomBust

# What the page shows of a log at once.
SHOWN_DAYS = 14
MAX_LINES = 400
AGAIN = 3
# Parts of the day, by the hour at which each ends, for logs that ask for one.
BLOCKS = ((5, "night"), (11, "morning"), (17, "midday"), (22, "evening"), (24, "night"))


@dataclass(frozen=True)
class LogLine:
    entry: Entry
    title: str
    rest: str


@dataclass(frozen=True)
class LogDay:
    """One day of a log. `summary` says what it came to, where the log can tell."""

    day: date
    lines: list[LogLine]
    summary: str


@dataclass(frozen=True)
class LogCard:
    """One log: what is still asked for, what is there by day (newest first), and what it shows."""

    worksheet: Worksheet
    asked: TaskState | None
    days: list[LogDay]
    figure: Figure | None
    hint: str
    has_today: bool
    page: "OwnPage | None" = None

    @property
    def is_sheet(self) -> bool:
        """Whether its entries are a few sheets that are kept, rather than lines of days."""
        return "max_entries" in self.worksheet.definition["log"]

    @property
    def is_full(self) -> bool:
        """Whether there are as many sheets as there may be."""
        most = self.worksheet.definition["log"].get("max_entries")
        return most is not None and sum(len(day.lines) for day in self.days) >= most


@dataclass(frozen=True)
class OwnPage:
    """A page of its own that some logs have, for what their entries come to."""

    url: str
    text: str


def own_page(slug: str) -> OwnPage | None:
    """Where the entries of a log are read together, if there is such a page."""
    if slug in (PLAN_SHEET, LOG_SHEET):
        return OwnPage(reverse("patients:pacing"), _("See your pacing week by week"))
    if slug == GOAL_SHEET:
        return OwnPage(reverse("patients:goals"), _("See and rate your goals"))
    pages = {
        ACTIVITY: ("patients:activity-week", _("See your week at a glance")),
        RELAXATION: ("patients:relaxation-week", _("See your relaxation week")),
        PLANS: ("patients:plans", _("See your plans, and look back")),
        THOUGHTS: ("patients:thoughts", _("See what your thought records changed")),
        CARDS: ("patients:cards", _("Read your cards in large letters")),
        SLEEP: ("patients:sleep", _("See your nights")),
        SLEEP_PLAN: ("patients:sleep", _("See your nights")),
    }
    name, text = pages.get(slug, ("", ""))
    return OwnPage(reverse(name), text) if name else None


@dataclass(frozen=True)
class FilledSheet:
    """A worksheet that is filled once: its newest entry, if there is one."""

    worksheet: Worksheet
    entry: Entry | None


@dataclass(frozen=True)
class PracticePage:
    """`earlier` is the day to look back from for what is older; None when the page begins there."""

    logs: list[LogCard]
    sheets: list[FilledSheet]
    last_day: date
    earlier: date | None
    is_now: bool


def open_worksheets(enrolment: Enrolment) -> list[Worksheet]:
    """The worksheets of the modules that are open for this patient, and what else they filled, by code."""
    filled = Q(slug__in=enrolment.entries.values("worksheet__slug"))
    own = Worksheet.objects.filter(version_id=enrolment.programme_version_id)
    return list(own.filter(_of_open_modules(enrolment) | filled).distinct().order_by("code"))


def _of_open_modules(enrolment: Enrolment) -> Q:
    """On a step of an open module, in its homework, or asked for by the therapist besides."""
    opened = enrolment.module_progress.values("module_id")
    homework = Module.objects.filter(pk__in=opened).values_list("details__homework", flat=True)
    asked = {task["worksheet"] for tasks in homework for task in tasks or ()}
    # By slug: what was asked for stays, when the course moves to a newer text.
    added = enrolment.course_changes.exclude(worksheet=None).values("worksheet__slug")
    return Q(steps__module__in=opened) | Q(slug__in=asked) | Q(slug__in=added)


# Who needs a plan for flare-ups before its week comes writes it then.
ALWAYS_OPEN = ("w12-flare-up-plan",)


def writable_worksheets(enrolment: Enrolment) -> list[Worksheet]:
    """Those that may be filled now: of the open modules, what a therapist added, and what is always open.

    That is what an extra page offers, and the log of the relaxation that is open at any time.
    """
    always = Q(slug__in=ALWAYS_OPEN) | Q(resources__isnull=False) | ASKS_FOR_TECHNIQUE
    own = Worksheet.objects.filter(version_id=enrolment.programme_version_id)
    return list(own.filter(_of_open_modules(enrolment) | always).distinct().order_by("code"))


def practice_page(user: User, enrolment: Enrolment, until: date | None = None) -> PracticePage:
    """Logs of the two weeks that end with `until` (today), and worksheets; a fixed number of queries."""
    today = clock.local_today(enrolment.patient.timezone)
    last = min(until or today, today)
    sheets = open_worksheets(enrolment)
    entries = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).with_sheet()
    entries = entries.filter(worksheet__slug__in=[sheet.slug for sheet in sheets])
    all_lines = entries.filter(worksheet__is_log=True)
    first = last - timedelta(days=SHOWN_DAYS - 1)
    lines = list(
        all_lines.filter(_in_sight(sheets, first, last, is_now=last == today)).order_by(
            "-on_date", "-submitted_at"
        )[:MAX_LINES]
    )
    newest = entries.filter(worksheet__is_log=False).order_by("worksheet__slug", "-submitted_at")
    filled = {entry.sheet_slug: entry for entry in newest.defer("texts").distinct("worksheet__slug")}
    asked = {state.task.worksheet_slug: state for state in asked_for(user, enrolment)}
    return PracticePage(
        logs=[
            log_card(sheet, [e for e in lines if e.sheet_slug == sheet.slug], asked.get(sheet.slug), today)
            for sheet in sheets
            if sheet.is_log
        ],
        sheets=[FilledSheet(sheet, filled.get(sheet.slug)) for sheet in sheets if not sheet.is_log],
        last_day=last,
        earlier=first - timedelta(days=1) if all_lines.filter(on_date__lt=first).exists() else None,
        is_now=last == today,
    )


def _in_sight(sheets: list[Worksheet], first: date, last: date, *, is_now: bool) -> Q:
    """The lines of these weeks; today also what is planned ahead, and the few sheets that are kept."""
    if not is_now:
        return Q(on_date__range=(first, last))
    kept = [sheet.slug for sheet in sheets if "max_entries" in (sheet.definition.get("log") or {})]
    return Q(on_date__gte=first) | Q(worksheet__slug__in=kept)


def asked_for(user: User, enrolment: Enrolment) -> list[TaskState]:
    """The tasks of the newest open week that asks for any, while its homework is not handed in."""
    opened = ModuleProgress.objects.visible_to(user).filter(enrolment=enrolment, module__is_outline=False)
    for progress in opened.select_related("module").order_by("-module__number")[:1]:
        given = Homework.objects.visible_to(user).filter(enrolment=enrolment).of_week(progress.module)
        return [] if given.exists() else task_states(enrolment, progress.module)
    return []


def log_card(worksheet: Worksheet, entries: list[Entry], asked: TaskState | None, today: date) -> LogCard:
    """Entries are of one worksheet, the newest first."""
    summary = activity_of(worksheet, entries)
    came_to = {day.day: day for day in summary.days} if summary else {}
    by_day = groupby(entries, key=lambda entry: entry.on_date or today)
    days = [
        LogDay(day, [log_line(worksheet, entry) for entry in lines], _came_to(came_to.get(day)))
        for day, lines in by_day
    ]
    return LogCard(
        worksheet=worksheet,
        asked=asked if asked and not asked.is_done else None,
        days=days,
        figure=activity_figure(worksheet, entries, uid=f"log-{worksheet.slug}"),
        hint=_boom_bust(summary),
        has_today=any(day.day == today for day in days),
        page=own_page(worksheet.slug),
    )


def log_line(worksheet: Worksheet, entry: Entry) -> LogLine:
    """A line of a log in words: what was done, then the rest."""
    answers = answers_for(worksheet.spec, entry.answers)
    title = next((a.text for a in answers if a.type == "text" and a.text), worksheet.title)
    if worksheet.slug in (PLAN_SHEET, GOAL_SHEET):
        # A whole sheet does not go into a line: what it comes to does.
        return LogLine(
            entry, title, " · ".join(text for _label, text in derived_lines(worksheet.spec, entry.answers))
        )
    return LogLine(entry, title, " · ".join(_short(answers, title)))


def _short(answers: Iterable[Answer], title: str) -> list[str]:
    """Choices and amounts with a unit speak for themselves; scales and bare numbers need their question."""
    shown = [
        a
        for a in answers
        if a.text and a.text != title and a.type not in ("date", "datetime", "text", "list")
    ]
    return [f"{a.label} {a.text}" if a.type == "nrs" or _is_bare(a.text) else a.text for a in shown]


def _is_bare(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _came_to(day: ActivityDay | None) -> str:
    if day is None:
        return ""
    return _("%(up)d minutes active, %(down)d resting") % {"up": day.up_minutes, "down": day.down_minutes}


def _boom_bust(summary: ActivitySummary | None) -> str:
    """The newest swing from much to little, as something to look at and nothing to be blamed for."""
    found: BoomBust | None = summary.boom_busts[-1] if summary and summary.boom_busts else None
    if found is None:
        return ""
    return _(
        "On %(first)s you were active for %(much)d minutes, and on the day after for %(little)d. Many people "
        "with pain find this swing in their log. Nothing has to change yet: later in the course you will "
        "find ways to even it out."
    ) % {
        "first": date_format(found.boom.day, _("l j F")),
        "much": found.boom.up_minutes,
        "little": found.bust.up_minutes,
    }


def often_written(user: User, enrolment: Enrolment, worksheet: Worksheet) -> list[LogLine]:
    """The last few different lines of a log, to be written again with one press."""
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).of(worksheet.slug)
    lines = [log_line(worksheet, entry) for entry in mine.order_by("-submitted_at")[:30]]
    different = {line.title.casefold(): line for line in reversed(lines)}
    newest_first = sorted(different.values(), key=lambda line: line.entry.submitted_at, reverse=True)
    return newest_first[:AGAIN]


def offered_again(worksheet: Worksheet, like: Entry | None, hour: int) -> dict[str, object]:
    """What a new line begins with: the part of the day, and what stays the same of an earlier line.

    How it felt is never offered again: that is asked anew each time.
    """
    fields = worksheet.spec.fields
    offered: dict[str, object] = {}
    for spec in fields:
        if spec.type == "enum" and {name for _, name in BLOCKS} <= {option.value for option in spec.options}:
            offered[spec.name] = next(name for end, name in BLOCKS if hour < end)
    if like is None:
        return offered
    first_text = next((spec.name for spec in fields if spec.type == "text"), "")
    same = [spec.name for spec in fields if spec.type in ("enum", "int") or spec.name == first_text]
    answers = like.answers
    return {name: answers[name] for name in same if name in answers} | offered
