"""The one thing to do now, in a kind sentence, with one button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.actions.goals import GOAL_SHEET
from patients.actions.homework import TaskState
from patients.pacing import PLAN_SHEET
from patients.presenters.course import CourseView, ModuleStop, StepStop
from patients.presenters.quick import write_url

LOG_MINUTES = 2
OUTLINE_MINUTES = 1
WORKSHEET_MINUTES = 8


@dataclass(frozen=True)
class Today:
    """The card at the top of the home page. With `posts` the button begins a module."""

    title: str
    text: str
    url: str
    action: str
    kicker: str = ""
    minutes: int = 0
    posts: bool = False


def things_to_do(
    course: CourseView, owed: ModuleStop | None, tasks: Sequence[TaskState], today: date
) -> list[Today]:
    """What may be done now, the best first and never nothing.

    To go on where one is comes before all; a note that asks for another look before something new;
    something new before homework, but homework before the announcement of what is to come.
    `owed` is the week whose homework is not handed in, with its `tasks`; `today` is the day where
    the patient lives.
    """
    stop = course.current
    if course.pause:
        return [_paused(course)]
    if course.has_ended:
        return [_ended(course)]
    if stop is None or not course.facts.is_active:
        return [_waiting(course)]
    if course.flare_up:
        return [_gently(course)]
    practice = _practise(owed, tasks, today, course.therapist_name) if owed and tasks else None
    cards = [_go_on(stop, stop.resume)] if stop.resume and not stop.is_new else []
    cards += [_look_again(one, course.therapist_name) for one in course.stops if one.wants_another_look]
    cards += [_begin(stop)] if stop.is_new and not stop.module.is_outline else []
    cards += [practice] if practice and practice.minutes else []
    cards += [_begin(stop)] if stop.is_new and stop.module.is_outline else []
    cards += [practice] if practice and not practice.minutes else []
    return cards or [_rest(course, stop)]


def _begin(stop: ModuleStop) -> Today:
    words = {"number": stop.number, "title": stop.title}
    if stop.module.is_outline:
        return Today(
            title=_("Week %(number)d: %(title)s") % words,
            text=_("A short look at what this week will be about."),
            url=stop.url,
            action=_("Have a look"),
            minutes=OUTLINE_MINUTES,
            posts=True,
        )
    return Today(
        title=_("Week %(number)d: %(title)s") % words,
        text=_("It is open for you. Take it in small steps, in your own time."),
        url=stop.url,
        action=_("Start week %(number)d") % words,
        minutes=stop.steps[0].step.minutes if stop.steps else 0,
        posts=True,
    )


def _go_on(stop: ModuleStop, here: StepStop) -> Today:
    return Today(
        title=here.title,
        text="",
        url=here.url,
        action=_("Go on") if stop.done_count else _("Start"),
        kicker=_("Week %(number)d, step %(step)d of %(total)d")
        % {"number": stop.number, "step": here.number, "total": len(stop.steps)},
        minutes=here.step.minutes,
    )


def _look_again(stop: ModuleStop, name: str) -> Today:
    return Today(
        title=_("%(name)s asks you to have another look") % {"name": name},
        text=_("There is a note beside your answers. Change what you like, and send it again."),
        url=stop.homework_url,
        action=_("Read the note"),
        kicker=_("Homework of week %(number)d") % {"number": stop.number},
        minutes=WORKSHEET_MINUTES,
    )


def _practise(stop: ModuleStop, tasks: Sequence[TaskState], today: date, name: str) -> Today:
    kicker = _("Homework of week %(number)d") % {"number": stop.number}
    logs = [state for state in tasks if state.task.is_log and not state.is_done]
    due = next((log for log in logs if not any(entry.on_date == today for entry in log.entries)), None)
    sheet = next((state for state in tasks if not state.task.is_log and not state.is_done), None)
    if due and due.task.worksheet_slug in (GOAL_SHEET, PLAN_SHEET):
        return _fill_in(stop, due, kicker)
    if due:
        return Today(
            title=due.task.title,
            text=_("%(done)d of %(asked)d days are there. One short entry for today is enough.")
            % {"done": due.days, "asked": due.task.min_days}
            if due.days
            else due.task.hint,
            url=write_url(due.task.worksheet_slug),
            action=_("Write about today"),
            kicker=kicker,
            minutes=LOG_MINUTES,
        )
    if sheet:
        return _fill_in(stop, sheet, kicker)
    if logs:
        return _enough_for_today(stop, logs[0], kicker)
    return Today(
        title=_("Your homework is ready"),
        text=_("Everything is there. It does not need to be perfect."),
        url=stop.homework_url,
        action=_("Look at it and send it to %(name)s") % {"name": name},
        kicker=kicker,
        minutes=LOG_MINUTES,
    )


def _fill_in(stop: ModuleStop, sheet: TaskState, kicker: str) -> Today:
    """A worksheet, in its own step where there is one: there it is explained, with an example."""
    slug = sheet.task.worksheet_slug
    own = next((one for one in stop.steps if one.step.worksheet and one.step.worksheet.slug == slug), None)
    return Today(
        title=sheet.task.title,
        text=sheet.task.hint,
        url=own.url if own else reverse("patients:entry-new", args=[slug]),
        action=_("Begin"),
        kicker=kicker,
        minutes=own.step.minutes if own else WORKSHEET_MINUTES,
    )


def _enough_for_today(stop: ModuleStop, log: TaskState, kicker: str) -> Today:
    return Today(
        title=_("You have done today’s part"),
        text=_("%(done)d of %(asked)d days are there. Come back on another day, or write more if you like.")
        % {"done": log.days, "asked": log.task.min_days},
        url=reverse("patients:practice"),
        action=_("See your log"),
        kicker=kicker,
    )


def _rest(course: CourseView, stop: ModuleStop) -> Today:
    waits = stop.homework is not None and not stop.is_answered
    text = (
        _("%(name)s has your homework and will write back to you.") % {"name": course.therapist_name}
        if waits
        else _("Practise what helps you, or look back at what you have read.")
    )
    return Today(
        title=_("Nothing has to be done today"),
        text=text,
        url=stop.homework_url if waits else stop.url,
        action=_("See what you sent")
        if waits
        else _("Look back at week %(number)d") % {"number": stop.number},
    )


def _gently(course: CourseView) -> Today:
    return Today(
        title=_("A hard day. Go gently."),
        text=_("Nothing has to be done. Your plan and the short version of this week are here."),
        url=reverse("patients:flare-up"),
        action=_("What helps now"),
    )


def _paused(course: CourseView) -> Today:
    """Says plainly until when, with one button to go on."""
    return Today(
        title=_("Your course is paused"),
        text=course.pause_words,
        url=reverse("patients:pause-end"),
        action=_("Go on now"),
        posts=True,
    )


def _ended(course: CourseView) -> Today:
    """Nothing is asked of them; what they made stays theirs."""
    return Today(
        title=_("Your treatment here has ended"),
        text=_("Everything you read and wrote stays here, and your plans for hard days are yours to keep."),
        url=reverse("patients:course"),
        action=_("Look back at the course"),
    )


def _waiting(course: CourseView) -> Today:
    first = course.stops[0] if course.stops else None
    return Today(
        title=_("Your course is resting") if not course.facts.is_active else _("Your course begins soon"),
        text=first.why_closed if first else "",
        url=reverse("patients:course"),
        action=_("See what is in it"),
    )


def greeting(hour: int) -> str:
    """How one says hello at this hour, where the patient lives."""
    if hour < 5:
        return _("Hello")
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")
